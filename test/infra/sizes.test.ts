import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { type Fleet, FleetSchema } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { regions } from '../../domain/fleet/regions.ts'
import { slow, synth } from './fixture.ts'

/*
 * What `rebake check` says of a fleet's size, without the CDK, agrees with the templates. Each kind of growth has its border: the
 * largest fleet that `check` takes. There the templates are within AWS's limits, and a little beyond they are not. Where this
 * fails, domain/fleet/sizes.ts has a number that is no longer true of the templates.
 */

const platform = 'Linux'
const home = 'us-west-2'
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
const accounts = (count: number, from = 222_200_000_000) => numbers(count).map((i) => String(from + i))
const named = <T>(count: number, of: (i: number) => T, prefix = 'part-'): Record<string, T> =>
  Object.fromEntries(numbers(count).map((i) => [`${prefix}${i}`, of(i)]))

const document = (command: string) => ({
  phases: [{ name: 'build', steps: [{ name: 'Run', action: 'ExecuteBash', inputs: { commands: [command] } }] }],
})
const workflow = (command: string) => ({
  steps: [
    {
      name: 'Run',
      action: 'RunCommand',
      inputs: { instanceId: 'i-1', documentName: 'AWS-RunShellScript', parameters: { commands: [command] } },
    },
  ],
})
const web = {
  parent: 'soe',
  infrastructure: 'linux',
  components: ['hello'],
  volumes: [{ device: '/dev/xvda', size: 8 }],
}
const ring = { accounts: accounts(1), regions: [home] }

const fleetWith = (more: Record<string, unknown>) => ({
  name: 'golden',
  build: { account: '111122223333', region: home },
  upstreams: { soe: { platform, ami: { owner: '444455556666', name: 'soe-*' } } },
  infrastructure: { linux: { instanceTypes: ['m7i.large'] } },
  components: { hello: { platform, document: document('true') } },
  images: { web },
  rings: { all: ring },
  ...more,
})

const soe = fleetWith({}).upstreams
const wide = regions.filter((region) => !/^(cn|us-gov|eusc)-/.test(region))
/** As long as the names of a fleet may be. */
const longName = 'f'.repeat(20)
const longPart = 'p'.repeat(37)

/** What a fleet may have much of, and the largest number of it that `check` takes: found by search, and frozen. */
const growth: Record<string, [border: number, of: (count: number) => object]> = {
  'accounts that are copied to': [692, (n) => ({ rings: { all: { ...ring, accounts: accounts(n) } } })],
  'accounts that are shared with': [
    692,
    (n) => ({ rings: { all: { ...ring, accounts: accounts(n), mode: 'share' } } }),
  ],
  images: [109, (n) => ({ images: named(n, () => web) })],
  'images with long names, tests and subscribers': [
    93,
    (n) => ({
      name: longName,
      organization: 'o-exampleorgid',
      images: named(n, (i) => ({ ...web, ...(i === 0 && { scanning: true }) }), longPart),
      freshness: '30d',
      retirement: { keep: 1, grace: '1d' },
      patchCycles: named(5, () => ({ schedule: 'rate(1 day)' })),
      notify: {
        email: numbers(5).map((i) => `team-${i}@example.com`),
        slack: named(3, () => ({ secret: 'slack' })),
        chat: named(2, () => ({ workspace: 'T0123ABCDEF', channel: 'C0123ABCDEF' })),
        subscriptions: named(4, () => ({ sqs: 'arn:aws:sqs:us-west-2:111122223333:queue' })),
      },
    }),
  ],
  'adopted pipelines': [
    93,
    (n) => ({
      images: named(n, (i) => ({
        parent: 'soe',
        pipeline: `arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/team-pipeline-${i}`,
      })),
    }),
  ],
  'adopted pipelines, and several subnets': [
    80,
    (n) => ({
      infrastructure: {
        linux: {
          instanceTypes: ['m7i.large'],
          network: {
            vpc: 'vpc-00000001',
            subnets: ['subnet-00000001', 'subnet-00000002'],
            securityGroups: ['sg-00000001'],
          },
        },
      },
      images: {
        own: web,
        ...named(n, (i) => ({
          parent: 'soe',
          pipeline: `arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/team-pipeline-${i}`,
        })),
      },
    }),
  ],
  'functions of checks': [
    155,
    (n) => ({
      images: {
        web: {
          ...web,
          checks: {
            custom: named(n, (i) => ({ function: `arn:aws:lambda:us-west-2:444455556666:function:check-${i}` })),
          },
        },
      },
    }),
  ],
  parameters: [
    145,
    (n) => ({
      upstreams: {
        ...soe,
        ...named(n, (i) => ({ platform, parameter: { name: `/soe/${i}`, account: '444455556666' } })),
      },
    }),
  ],
  'images that are upstreams': [
    26,
    (n) => ({ upstreams: { ...soe, ...named(n, (i) => ({ platform, image: { name: `soe-${i}` } })) } }),
  ],
  'accounts of upstreams': [
    289,
    (n) => ({
      upstreams: {
        ...soe,
        ...named(n, (i) => ({ platform, ami: { owner: String(333_300_000_000 + i), name: 'soe-*' } })),
      },
    }),
  ],
  'rings with parameters of their own, in every region': [
    65,
    (n) => ({
      rings: named(n, (i) => ({
        accounts: accounts(1, 222_200_000_000 + i),
        regions: wide,
        parameter: `/ring-${i}/{image}/ami`,
        launchTemplates: ['{image}'],
      })),
    }),
  ],
  'rings with keys of their own': [
    36,
    (n) => ({
      rings: named(n, (i) => ({
        accounts: accounts(1, 222_200_000_000 + i),
        regions: ['us-east-1'],
        mode: 'share',
        kmsKeys: {
          'us-east-1': `arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-1234-5678-9abc-${String(i).padStart(12, '0')}`,
        },
      })),
    }),
  ],
  'infrastructures with several subnets and endpoints': [
    49,
    (n) => ({
      infrastructure: {
        linux: { instanceTypes: ['m7i.large'] },
        ...named(n, (i) => ({
          instanceTypes: ['m7i.large'],
          network: {
            vpc: `vpc-${String(10_000_000 + (i % 4))}`,
            subnets: numbers(3).map((j) => `subnet-${String(10_000_000 + 3 * i + j)}`),
            securityGroups: [`sg-${String(10_000_000 + i)}`],
            endpoints: 'create',
          },
        })),
      },
    }),
  ],
  'long components': [
    53,
    (n) => ({
      components: {
        hello: { platform, document: document('true') },
        ...named(n, () => ({ platform, document: document('x'.repeat(15_000)) })),
      },
    }),
  ],
  workflows: [324, (n) => ({ workflows: named(n, () => ({ type: 'test', document: workflow('true') })) })],
  'long workflows': [
    52,
    (n) => ({ workflows: named(n, () => ({ type: 'test', document: workflow('x'.repeat(15_000)) })) }),
  ],
}

const isTaken = (fleet: object): boolean => {
  try {
    parseFleet(JSON.stringify(fleet), 'fleet.yaml')
    return true
  } catch {
    return false
  }
}

const messageOf = (fleet: Fleet): Promise<string> =>
  synth(fleet).then(
    () => '',
    (error: Error) => (error.name === 'LimitsExceeded' ? error.message : Promise.reject(error)),
  )
/** What synthesis says of a fleet whose size `check` does not ask. */
const synthesized = (fleet: object) => messageOf(v.parse(FleetSchema, fleet))

/** Beyond the border of `check`, by so much, the templates are too large as well. */
const tolerance = 1.15

describe.each(Object.entries(growth))('%s', (_, [border, of]) => {
  const fleet = (count: number) => fleetWith({ ...of(count) })

  it(`up to ${border}`, () => {
    expect([isTaken(fleet(border)), isTaken(fleet(border + 1))]).toEqual([true, false])
  })

  it('agree with the templates', { timeout: slow }, async () => {
    expect(await synthesized(fleet(border))).toBe('')
    expect(await synthesized(fleet(Math.ceil(border * tolerance) + 1))).toMatch(/, and AWS takes [\d,]+\. /)
  })
})

it('what check takes synthesizes, whatever a fleet has much of together', { timeout: 2 * slow }, async () => {
  const sizes = fc.record({
    images: fc.integer({ min: 1, max: 109 }),
    adopted: fc.integer({ min: 0, max: 80 }),
    accounts: fc.integer({ min: 1, max: 600 }),
    regions: fc.integer({ min: 1, max: wide.length }),
    rings: fc.integer({ min: 1, max: 8 }),
    channels: fc.integer({ min: 0, max: 6 }),
    isLong: fc.boolean(),
    isShared: fc.boolean(),
  })
  const fleetOf = (o: typeof sizes extends fc.Arbitrary<infer T> ? T : never) => {
    const prefix = o.isLong ? `${longPart.slice(0, 35)}-` : 'part-'
    const each = Math.max(1, Math.floor(o.accounts / o.rings))
    return fleetWith({
      name: o.isLong ? longName : 'golden',
      images: {
        ...named(o.images, () => web, prefix),
        ...named(
          o.adopted,
          (i) => ({
            parent: 'soe',
            pipeline: `arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/${o.isLong ? longPart : 'p'}-${i}`,
          }),
          'adopted-',
        ),
      },
      rings: named(o.rings, (i) => ({
        accounts: accounts(each, 222_200_000_000 + i * 1_000),
        regions: o.isShared ? [home] : wide.slice(0, o.regions),
        parameter: `/${o.isLong ? longPart : 'ring'}/{ring}/{image}/ami`,
        mode: o.isShared ? 'share' : 'copy',
      })),
      notify: { slack: named(o.channels, () => ({ secret: 'slack' })), email: ['team@example.com'] },
    })
  }
  let taken = 0
  await fc.assert(
    fc.asyncProperty(sizes, async (o) => {
      const fleet = fleetOf(o)
      const said = await synthesized(fleet)
      if (isTaken(fleet)) {
        taken += 1
        expect(said).toBe('')
      }
    }),
    {
      numRuns: 6,
      seed: 7,
      examples: [
        [{ images: 90, adopted: 40, accounts: 400, regions: 20, rings: 4, channels: 2, isLong: true, isShared: false }],
      ],
    },
  )
  expect(taken).toBeGreaterThan(1)
})
