import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { exampleFile } from '../support/fleets.ts'
import { assemblyOf, slow, stageFor } from '../support/rehearsal.ts'

/** A changed fleet is deployed in the middle of a campaign: nothing is lost, nothing fails, and what is baked next is as it says. */

const text = `
name: one
build: { account: "111122223333", region: us-west-2 }
upstreams:
  soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-*" } }
  other: { platform: Linux, ami: { owner: "444455556666", name: "other-*" } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components:
  hello:
    platform: Linux
    description: Says hello
    document: { phases: [{ name: build, steps: [{ name: Hello, action: ExecuteBash, inputs: { commands: [echo hello] } }] }] }
images:
  base: { parent: soe, infrastructure: linux, components: [hello], volumes: [{ device: /dev/xvda, size: 20 }], tags: { team: a }, estimate: 20m, timeout: 1h }
  web: { parent: base, infrastructure: linux, components: [hello], volumes: [{ device: /dev/xvda, size: 20 }], tags: { team: a }, estimate: 20m, timeout: 1h }
  api: { parent: base, infrastructure: linux, components: [hello], volumes: [{ device: /dev/xvda, size: 20 }], estimate: 20m, timeout: 1h }
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2], soak: 1h }
patchCycles:
  weekly: { schedule: cron(0 3 ? * SUN *), timezone: UTC }
`

function fleetWith(...changes: [from: string | RegExp, to: string][]): Fleet {
  const changed = changes.reduce((before, [from, to]) => {
    const after = before.replace(from, to)
    if (after === before) throw new Error(`there is no ${from}`)
    return after
  }, text)
  return parseFleet(changed, 'one.yaml')
}

const hour = 3_600
const release = (hours: number) => ({
  upstream: 'soe',
  time: new Date(Date.parse('2026-09-01T06:00:00Z') + hours * hour * 1000).toISOString().replace('.000', ''),
})
const place = { account: '111122223333', region: 'us-west-2', stack: 'one-build' }

/** The images of the last campaign that were released, by name, and what their AMIs are. */
function last({ summary, world }: Rehearsal) {
  const campaign = summary.campaigns.at(-1)?.name
  const released = summary.images.filter((each) => each.campaign === campaign && each.status === 'released')
  return Object.fromEntries(released.map(({ image, ami }) => [image, world.aws.ec2.get(ami ?? '', 'us-west-2')?.image]))
}
const tag = (image: ReturnType<typeof last>[string], key: string) => image?.Tags?.find(({ Key }) => Key === key)?.Value
const componentOf = ({ world }: Rehearsal, image: string) => {
  const { imagebuilder } = world.aws
  const [arn = ''] = Object.values(
    imagebuilder.images
      .list(place)
      .filter(({ name }) => name === `one-${image}`)
      .map(({ image: it }) => it.imageRecipe?.components?.[0]?.componentArn ?? ''),
  ).slice(-1)
  return arn
}

interface Change {
  changes: [from: string | RegExp, to: string][]
  /** What the last campaign's images show of it. */
  shows: (rehearsal: Rehearsal) => unknown
  expected: unknown
  /** What of it fails that was planned before. */
  fails?: RegExp
  /** Hours in which schedules come. */
  lasts?: number
}

const sizes = (rehearsal: Rehearsal) =>
  Object.fromEntries(
    Object.entries(last(rehearsal)).map(([name, image]) => [name, image?.BlockDeviceMappings?.[0]?.Ebs?.VolumeSize]),
  )

const kinds: Record<string, Change> = {
  'the text of a component': {
    changes: [['echo hello', 'echo goodbye']],
    shows: (rehearsal) => ['base', 'web', 'api'].map((image) => componentOf(rehearsal, image).replace(/^.*\//, '')),
    expected: ['2', '2', '2'],
  },
  'the description of a component': {
    changes: [['Says hello', 'Greets']],
    shows: (rehearsal) => Object.keys(last(rehearsal)).sort(),
    expected: ['api', 'base', 'web'],
  },
  // Each of them is in what the last campaign made, whatever the others change.
  'other tags, volumes and build instances': {
    changes: [
      [/team: a/g, 'team: b'],
      [
        'web: { parent: base, infrastructure: linux, components: [hello], volumes: [{ device: /dev/xvda, size: 20 }]',
        'web: { parent: base, infrastructure: linux, components: [hello], volumes: [{ device: /dev/xvda, size: 30 }]',
      ],
      ['m7i.large', 'm6i.large'],
    ],
    shows: (rehearsal) => ({
      tags: ['base', 'web', 'api'].map((name) => tag(last(rehearsal)[name], 'team')),
      sizes: sizes(rehearsal),
      types: [...rehearsal.world.aws.imagebuilder.images.list(place)].filter(({ kind }) => kind === 'build').at(-1)
        ?.image.infrastructureConfiguration?.instanceTypes,
    }),
    expected: { tags: ['b', 'b', undefined], sizes: { base: 20, web: 30, api: 20 }, types: ['m6i.large'] },
  },
  'a new image': {
    changes: [
      [
        'rings:\n',
        '  more: { parent: base, infrastructure: linux, components: [hello], volumes: [{ device: /dev/xvda, size: 20 }], estimate: 20m, timeout: 1h }\nrings:\n',
      ],
    ],
    shows: (rehearsal) => Object.keys(last(rehearsal)).sort(),
    expected: ['api', 'base', 'more', 'web'],
  },
  'a removed image': {
    changes: [[/ {2}api: .*\n/, '']],
    fails: /^api: its pipeline is not there any more/,
    shows: (rehearsal) => Object.keys(last(rehearsal)).sort(),
    expected: ['base', 'web'],
  },
  'another parent': {
    changes: [['api: { parent: base', 'api: { parent: web']],
    shows: (rehearsal) => last(rehearsal).api?.SourceImageId === last(rehearsal).web?.ImageId,
    expected: true,
  },
  'another ring, and another account': {
    changes: [
      ['rings:\n', 'rings:\n  early: { accounts: ["222233334444"], regions: [eu-west-1] }\n'],
      [
        'accounts: ["222233334444"], regions: [us-west-2]',
        'accounts: ["222233334444", "333344445555"], regions: [us-west-2]',
      ],
    ],
    shows: ({ world }) => ({
      early: world.aws.ec2.list('eu-west-1').filter(({ image }) => image.OwnerId === '222233334444').length,
      account: ['base', 'web', 'api'].every(
        (image) =>
          world.aws.ssm.valueOf(`/golden-images/${image}`, { account: '333344445555', region: 'us-west-2' }) !==
          undefined,
      ),
    }),
    expected: { early: 3, account: true },
  },
  'a schedule': {
    changes: [['cron(0 3 ? * SUN *)', 'cron(0 16 ? * TUE *)']],
    shows: ({ summary }) => summary.campaigns.at(-1)?.kind,
    expected: 'cycle',
    lasts: 12,
  },
}

describe.each(Object.entries(kinds))('a fleet with %s', (_, { changes, shows, expected, lasts, fails = /^$/ }) => {
  it('is deployed while its images are baked', { timeout: slow }, async () => {
    const { rehearse } = await stageFor(fleetWith())
    const fleet = fleetWith(...changes)
    const change = { fleet, fleetFile: exampleFile, after: 15 * 60, assembly: await assemblyOf(fleet) }
    const happens = { releases: [release(0), release(8)], changes: [change] }
    const rehearsal = await rehearse(lasts === undefined ? happens : { ...happens, for: lasts * hour })
    const { world, summary, refused } = rehearsal
    expect(world.stack(place)).toMatchObject({ status: 'UPDATE_COMPLETE', leftBehind: [] })
    expect(refused).toEqual([])
    const failed = summary.images.filter(({ status }) => !['released', 'skipped', 'superseded'].includes(status))
    expect(failed.map(({ image, reason }) => `${image}: ${reason}`).join()).toMatch(fails)
    // What was under way when the fleet changed ends, too.
    const running = [...world.stepFunctions.executions.values()].filter(({ status }) => status === 'RUNNING')
    expect(running).toEqual([])
    expect(shows(rehearsal)).toEqual(expected)
  })
})
