import { DeleteParameterCommand, GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { channels } from '../../domain/names.ts'
import { resume } from '../../domain/planning/holds.ts'
import { placeOf, type Target } from '../../domain/planning/ring-order.ts'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import { close as closeRevocation } from '../../functions/close-revocation/close-revocation.ts'
import { closeRollback } from '../../functions/close-rollback/close-rollback.ts'
import { plan as planRevocation } from '../../functions/plan-revocation/plan-revocation.ts'
import { planRollback } from '../../functions/plan-rollback/plan-rollback.ts'
import { promote } from '../../functions/publish-pointers/promote-channels.ts'
import { publish } from '../../functions/publish-pointers/publish-pointers.ts'
import { restore } from '../../functions/restore-pointers/restore-pointers.ts'
import { clearPointers } from '../../functions/workflow/clear-pointers.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { mockOf } from '../support/mocks.ts'
import { QuickWorld } from './quick-world.ts'

const start = Date.parse('2026-09-01T06:00:00Z')
const hour = 3_600_000
const iso = (time: number) => new Date(time).toISOString()
const build = { account: '111122223333', region: 'us-west-2' }
const image = 'base'

const fleet: Fleet = parseFleet(
  `name: golden
build: { account: '${build.account}', region: ${build.region} }
upstreams: { soe: { ami: { owner: '444455556666', name: 'soe-*', architecture: x86_64 } } }
infrastructure: { small: { instanceTypes: [m7i.large] } }
components: { patch: { platform: Linux, arn: 'arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x' } }
images:
  base: { parent: soe, infrastructure: small, components: [patch], volumes: [{ device: /dev/xvda, size: 20 }], rings: [canary, everyone] }
rings:
  canary: { accounts: ['222233334444'], regions: [us-west-2], soak: 1h }
  everyone: { accounts: ['333344445555'], regions: [us-west-2, us-east-1] }
`,
  'fleet.yaml',
)
const targets: Target[] = [
  { account: '222233334444', region: 'us-west-2' },
  { account: '333344445555', region: 'us-west-2' },
  { account: '333344445555', region: 'us-east-1' },
]

const operations = ['release', 'rollback', 'revoke', 'retry', 'promote'] as const
interface Step {
  operation: (typeof operations)[number]
  /** Which of the releases, the newest first. */
  nth: number
  /** Hours until the next step: a release takes two. */
  hours: number
}

const [ssm, sts] = [mockOf(SSMClient), mockOf(STSClient)]

/** Parameter Store of every account, which stores no AMI that is disabled. */
function parameterStore(disabled: ReadonlySet<string>) {
  const parameters = new Map<string, string>()
  sts.reset()
  ssm.reset()
  sts.on(AssumeRoleCommand).callsFake(async ({ RoleArn = '' }) => ({
    Credentials: {
      AccessKeyId: RoleArn.split(':')[4],
      SecretAccessKey: 's',
      SessionToken: 't',
      Expiration: new Date(0),
    },
  }))
  const placeIn = async (getClient: () => SSMClient) => {
    const { region, credentials } = getClient().config
    return placeOf({ account: (await credentials()).accessKeyId, region: await region() })
  }
  ssm.on(PutParameterCommand).callsFake(async ({ Name, Value }, getClient) => {
    if (!disabled.has(Value)) parameters.set(`${await placeIn(getClient)} ${Name}`, Value)
    return {}
  })
  ssm.on(DeleteParameterCommand).callsFake(async ({ Name }, getClient) => {
    parameters.delete(`${await placeIn(getClient)} ${Name}`)
    return {}
  })
  ssm.on(GetParametersCommand).callsFake(async ({ Names }: { Names: string[] }, getClient) => {
    const place = await placeIn(getClient)
    return {
      Parameters: Names.flatMap((Name) => {
        const Value = parameters.get(`${place} ${Name}`)
        return Value === undefined ? [] : [{ Name, Value, DataType: 'aws:ec2:image' }]
      }),
    }
  })
  return parameters
}

/** A world in which pointers of targets are moved by what moves them in AWS. Each distribution makes new copies. */
function worldOf() {
  const disabled = new Set<string>()
  const parameters = parameterStore(disabled)
  let copies = 0
  const pause = async () => {}
  const world = new QuickWorld(
    fleet,
    start,
    { bake: () => ({ fails: false, lost: false, takes: hour / 2 }), statusLost: () => false },
    {
      machines: ['rollback', 'revoke'],
      work: (given) => {
        const { ledger } = given as { ledger: Ledger }
        const deps = { ...given, fleet: 'golden', pause } as never
        const withFleet = { ...given, fleet, clientsIn: async () => ({}), pause } as never
        const placed = (ring: string) =>
          targets
            .filter(({ account }) => fleet.rings[ring]?.accounts.includes(account))
            .map((target) => ({ ...target, ami: `ami-copy-${++copies}` }))
        return {
          'verify-distribution': async ({ campaign, ring }: { campaign: string; ring: string }) => {
            const item = await ledger.campaigns.readOrdered(campaign, image)
            const distributed = placed(ring)
            await ledger.releases.recordPlaced({ image, version: item.version ?? '' }, ring, {
              copies: distributed,
              distributed,
            })
            await ledger.campaigns.recordDistributed({ campaign, image, ring }, item, distributed)
          },
          'publish-pointers': (request: { ring?: string }) =>
            request.ring === undefined ? promote(deps, request as never) : publish(deps, request as never),
          'plan-rollback': (request) => planRollback(withFleet, request),
          'restore-pointers': async (request: { operation: string; ring?: string }) => {
            if (request.ring !== undefined) return restore(deps, request as never)
            await ledger.operations.recordProblems(request.operation, await clearPointers(withFleet, request.operation))
          },
          'close-rollback': (request) => closeRollback(deps, request),
          'plan-revocation': ({ request, ...rest }: { request: object }) =>
            planRevocation(withFleet, { ...rest, ...request } as never),
          'withdraw-amis': async ({ operation, account, region }: Target & { operation: string }) => {
            const { amis = [] } = (await ledger.operations.readWithdrawal(operation, { account, region })) ?? {}
            for (const { ami } of amis) disabled.add(ami)
            const done = amis.map((ami) => ({ ...ami, outcome: 'done' as const }))
            await ledger.operations.recordWithdrawn(operation, { account, region }, done)
          },
          'close-revocation': (request) => closeRevocation(withFleet, request),
        }
      },
    },
  )
  const ami = 'ami-0a0a0a0a0a0a0a0a0'
  const soe = { ImageId: ami, OwnerId: '444455556666', State: 'available', Name: 'soe-1', Architecture: 'x86_64' }
  world.amis.set(ami, { ...soe, CreationDate: iso(start) })
  world.announce({
    version: '0',
    id: 'e',
    'detail-type': 'EC2 AMI State Change',
    source: 'aws.ec2',
    account: '444455556666',
    time: iso(start),
    region: 'us-west-2',
    resources: [],
    detail: { ImageId: ami, State: 'available' },
  })
  const time = () => iso(world.clock.now())
  const begin = (trigger: Trigger) => world.start({ name: campaignName(trigger), input: { trigger } })
  const act = async ({ operation, nth }: Step) => {
    const releases = await world.ledger.releases.readAll(image)
    const version = releases[nth % Math.max(1, releases.length)]?.version ?? '9.9.9/1'
    const name = `${operation}-${image}-${world.clock.now()}`
    const asked = { image, reason: 'it crashes', by: 'ada', time: time() }
    // Nothing of a held image is released: somebody lets it go first.
    await world.ledger.fleetState.change((known) => resume(known, image))
    const acts: Record<Step['operation'], () => void> = {
      release: () => begin({ kind: 'manual', images: [image], time: time(), reason: 'again' }),
      rollback: () => world.start({ machine: 'rollback', name, input: { ...asked, hold: true } }),
      revoke: () =>
        world.start({ machine: 'revoke', name, input: { ...asked, version, descendants: true, force: false } }),
      retry: () =>
        begin({ kind: 'promote', image, version: releases[0]?.version ?? '', time: time(), reason: 'again' }),
      promote: () => begin({ kind: 'promote', image, version, time: time(), reason: 'it is good' }),
    }
    acts[operation]()
  }
  return { world, parameters, disabled, act }
}

const stepOf = (hours: fc.Arbitrary<number>) =>
  fc.record({ operation: fc.constantFrom(...operations), nth: fc.nat(4), hours })

/** By place: the release that each parameter names. */
async function lookAt({ world, parameters }: ReturnType<typeof worldOf>) {
  const releases = await world.ledger.releases.readAll(image)
  const named = (ami: string | undefined) =>
    releases.find(
      ({ ami: own, copies = {} }) =>
        ami === own ||
        Object.values(copies)
          .flat()
          .some((copy) => copy.ami === ami),
    )
  const own = (name: string) => world.pointers.findLast((each) => each.name === `/golden/images/${image}${name}`)?.ami
  const places = [
    { place: 'build', read: own },
    ...targets.map((target) => ({
      place: placeOf(target),
      read: (name: string) => parameters.get(`${placeOf(target)} /golden-images/${image}${name}`),
    })),
  ]
  return places.map(({ place, read }) => ({
    place,
    pointers: Object.fromEntries(
      ['', ...channels.map((channel) => `/${channel}`)].map((name) => [name, named(read(name))]),
    ),
  }))
}

/** Parameters that name a release though its revocation has ended. */
async function unsound(life: ReturnType<typeof worldOf>): Promise<string[]> {
  const running = new Set(
    [...life.world.engine.executions.values()].flatMap(({ name, status }) => (status === 'RUNNING' ? [name] : [])),
  )
  return (await lookAt(life)).flatMap(({ place, pointers }) =>
    Object.entries(pointers).flatMap(([name, release]) =>
      release?.revoked && !running.has(release.revoked.operation) ? [`${place} ${name} names ${release.version}`] : [],
    ),
  )
}

async function run(steps: Step[]) {
  const life = worldOf()
  const { world } = life
  const wrong: string[] = []
  const look = async () => void wrong.push(...(await unsound(life)))
  let at = 4
  for (const step of steps) {
    world.clock.at(start + at * hour, () => life.act(step))
    // A revocation takes minutes, and what it bakes again half an hour.
    for (const minutes of [5, 15, 25]) world.clock.at(start + at * hour + minutes * 60_000, look)
    at += step.hours
  }
  await world.clock.run()
  await look()
  return { releases: await world.ledger.releases.readAll(image), pointing: await lookAt(life), wrong }
}

/** No parameter has named what is revoked, and no release is its own previous. */
function expectSound({ pointing, wrong }: Awaited<ReturnType<typeof run>>) {
  expect(wrong).toEqual([])
  for (const { place, pointers } of pointing) {
    const { '/stable': stable, '/previous': previous } = pointers
    if (previous) expect(`${place} ${previous.version}`).not.toBe(`${place} ${stable?.version}`)
  }
}

const versionsOf = ({ pointing }: Awaited<ReturnType<typeof run>>) =>
  pointing.map(({ pointers }) => [pointers['/stable']?.version, pointers['/previous']?.version])

it('after the only release is revoked, the next is released, and nothing is previous', async () => {
  const life = await run([{ operation: 'revoke', nth: 0, hours: 3 }])
  expectSound(life)
  const [newest] = life.releases
  expect(newest?.releasedAt).toBeDefined()
  expect(versionsOf(life)).toEqual(life.pointing.map(() => [newest?.version, undefined]))
})

it('after a release is revoked that has a good one before it, that one is previous of the next', async () => {
  const life = await run([
    { operation: 'release', nth: 0, hours: 4 },
    { operation: 'revoke', nth: 0, hours: 4 },
  ])
  expectSound(life)
  const [newest, , oldest] = life.releases
  expect(versionsOf(life)).toEqual(life.pointing.map(() => [newest?.version, oldest?.version]))
})

it('a release that is only previous is revoked: nothing is previous any more', async () => {
  const life = await run([
    { operation: 'release', nth: 0, hours: 4 },
    { operation: 'revoke', nth: 1, hours: 4 },
  ])
  expectSound(life)
  expect(versionsOf(life)).toEqual(life.pointing.map(() => [life.releases[0]?.version, undefined]))
})

// A release takes two hours: some steps begin while others are under way.
const hours = fc.oneof(fc.constant(5), fc.double({ min: 0.01, max: 3, noNaN: true }))

it('no channel of any account names a revoked AMI, after whatever operations', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stepOf(hours), { minLength: 1, maxLength: 8 }), async (steps) => {
      expectSound(await run(steps))
    }),
    { numRuns: Number(process.env.RUNS ?? 20) },
  )
})
