import { beforeAll, expect, it } from 'vitest'
import type { World } from '../../emulator/index.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { exampleFile } from '../support/fleets.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { fleetOf } from './ring-rehearsal.ts'

/**
 * Bakes and roll-outs that fail, each in another way, among some that succeed; then days in which retirement runs each
 * morning. What is left is looked for in the emulator, and not in the ledger.
 */
const [first, second] = ['222233334444', '333344445555'] as const
const region = 'us-west-2'
const ring = { accounts: [first, second], regions: [region] }
const more = {
  poll: '24h',
  supersede: 'cancel',
  retirement: { keep: 1, grace: '1d', failed: '3d', schedule: 'cron(0 6 * * ? *)' },
}
const fleet = fleetOf({ all: ring }, more)
/** What it is from the last two releases on. */
const steps = [{ name: 'Hello', action: 'ExecuteBash', inputs: { commands: ['echo hello again'] } }]
const hello = { platform: 'Linux', document: { phases: [{ name: 'build', steps }] } }
const changed = fleetOf({ everybody: ring }, { ...more, components: { hello } })

/** When the upstream releases an AMI, and what becomes of what is baked on it. */
const releases = [
  { time: '09-01T06:00', becomes: 'released' },
  { time: '09-02T06:00', becomes: 'failed' },
  { time: '09-03T06:00', becomes: 'cancelled' },
  { time: '09-04T06:00', becomes: 'superseded' },
  { time: '09-04T06:20', becomes: 'released' },
  { time: '09-05T06:00', becomes: 'stopped' },
  { time: '09-06T06:00', becomes: 'half distributed' },
  { time: '09-07T06:00', becomes: 'stopped while it was distributed' },
  { time: '09-08T06:00', becomes: 'released' },
  { time: '09-09T06:00', becomes: 'released' },
].map(({ time, becomes }) => ({ upstream: 'soe', time: `2026-${time}:00Z`, becomes }))

type Outcome = ReturnType<World['aws']['imagebuilder']['outcome']>
const builds: Record<string, Outcome> = { failed: { failsAt: 'TESTING' }, cancelled: { cancelledAt: 'TESTING' } }
const distributions: Record<string, Outcome> = {
  'half distributed': { failedCopies: [{ account: second, reason: 'no room' }] },
}

let rehearsal: Rehearsal
/** An AMI of a failed bake, on which somebody runs an instance, and the instance. */
let used: string
let instance: ReturnType<World['aws']['ec2']['instances']['add']>['instance']
/** What there is on some evenings. */
const seen: Record<string, ReturnType<typeof thereIs>> = {}

const thereIs = ({ aws }: World) => {
  const amis = aws.ec2.list(region).filter(({ image }) => image.Name.startsWith('small-base'))
  return {
    amis: amis.map(({ image }) => image.ImageId).sort(),
    snapshots: amis.flatMap(({ image }) => (image.BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.SnapshotId ?? '')),
    configurations: aws.imagebuilder.kept('distribution-configuration', fleet.build),
    recipes: aws.imagebuilder.kept('image-recipe', fleet.build),
    components: aws.imagebuilder.kept('component', fleet.build),
    images: aws.imagebuilder.images.list(fleet.build).map(({ kind, image, amis }) => ({
      kind,
      status: image.state.status,
      amis: amis.map((ami) => ami.image ?? ''),
    })),
  }
}

/** Somebody stops the rebake that is under way. */
const stop = ({ stepFunctions }: World) =>
  [...stepFunctions.executions.values()]
    .find(({ arn, status }) => arn.includes(':small-rebake:') && status === 'RUNNING')
    ?.stop('Aborted', 'by a person')

beforeAll(async () => {
  const stage = await stageFor(fleet)
  const of = (world: World) => {
    const time = new Date(world.clock.now()).toISOString()
    return releases.findLast((release) => release.time <= time)?.becomes ?? ''
  }
  const after = (Date.parse('2026-09-08T00:00:00Z') - Date.parse('2026-09-01T06:00:00Z')) / 1000
  rehearsal = await stage.rehearse({
    changes: [{ fleet: changed, fleetFile: exampleFile, after, assembly: (await stageFor(changed)).assembly }],
    releases: releases.map(({ upstream, time }) => ({ upstream, time })),
    for: 16 * 86_400,
    actions: [
      {
        time: '2026-09-01T05:00:00Z',
        do: (world) => {
          world.aws.imagebuilder.outcome = ({ kind }) => (kind === 'build' ? builds : distributions)[of(world)] ?? {}
        },
      },
      {
        time: '2026-09-02T20:00:00Z',
        do: ({ aws }) => {
          const failed = aws.imagebuilder.images.list(fleet.build).find(({ image }) => image.state.status === 'FAILED')
          used = failed?.amis[0]?.image ?? ''
          instance = aws.ec2.instances.add({ ...fleet.build, imageId: used }).instance
        },
      },
      { time: '2026-09-05T06:30:00Z', do: stop },
      { time: '2026-09-07T06:45:00Z', do: stop },
      {
        time: '2026-09-13T23:00:00Z',
        do: () => Object.assign(instance, { State: { Code: 48, Name: 'terminated' } }),
      },
      ...['09-08', '09-13', '09-16'].map((date) => ({
        time: `2026-${date}T22:00:00Z`,
        do: (world: World) => void Object.assign(seen, { [date]: thereIs(world) }),
      })),
    ],
  })
}, slow)

const left = (date: string) => seen[date] as ReturnType<typeof thereIs>

it('takes each release of the upstream to its own end', () => {
  const ends = {
    released: 'released',
    superseded: 'superseded',
    stopped: 'aborted',
    'stopped while it was distributed': 'aborted',
  }
  const campaigns = rehearsal.summary.images.filter(({ campaign }) => campaign.startsWith('soe-'))
  const expected = releases.map(({ becomes }) => (ends as Record<string, string>)[becomes] ?? 'failed')
  expect(campaigns.map(({ status }) => status).slice(-expected.length)).toEqual(expected)
})

it('leaves nothing of what failed, wherever it was, but what somebody uses', () => {
  const before = left('09-08')
  const after = left('09-13')
  // Of each of the two releases that are kept: its own, and one in each target.
  expect(before.amis.length).toBeGreaterThan(15)
  expect(after.amis).toHaveLength(2 * 3 + 1)
  expect(after.amis).toContain(used)
  const kept = after.images.filter(({ status }) => status === 'AVAILABLE')
  expect(kept.map(({ kind }) => kind)).toEqual(['build', 'distribution', 'build', 'distribution'])
  expect(after.images.filter(({ status }) => status !== 'AVAILABLE').map(({ amis }) => amis)).toEqual([[used]])
  expect(
    kept
      .flatMap(({ amis }) => amis)
      .concat(used)
      .sort(),
  ).toEqual(after.amis)
})

it('takes that, too, when nobody uses it any more', () => {
  expect(left('09-16').amis).toEqual(left('09-13').amis.filter((ami) => ami !== used))
  expect(left('09-16').images.map(({ status }) => status)).toEqual(Array(4).fill('AVAILABLE'))
})

it('takes the recipe and the component of before the change after all that was baked with them', () => {
  const versions = (date: string) => [left(date).recipes, left(date).components.map((build) => build.slice(-7))]
  expect(versions('09-13')).toEqual([
    ['small-base/1.0.0', 'small-base/1.0.1'],
    ['1.0.0/1', '1.0.0/2'],
  ])
  expect(versions('09-16')).toEqual([['small-base/1.0.1'], ['1.0.0/2']])
})

it('leaves no snapshot without its AMI', () => {
  const { ec2 } = rehearsal.world.aws
  const places = [fleet.build, { account: first, region }, { account: second, region }]
  const there = left('09-08').snapshots.filter((id) => places.some((place) => ec2.snapshots.find(id, place)))
  expect(there.sort()).toEqual(
    left('09-16')
      .snapshots.filter((id) => left('09-08').snapshots.includes(id))
      .sort(),
  )
})

it('leaves no distribution configuration of a ring that is gone', () => {
  expect(left('09-08').configurations).toEqual(['small-base-all', 'small-base-everybody'])
  expect(left('09-16').configurations).toEqual(['small-base-everybody'])
})

it('needs all that it may do to what Image Builder keeps', () => {
  const roles = /^(PlanRetirement|RemoveLeftovers)Role: (imagebuilder|dynamodb|ec2:DescribeImages)/
  expect(rehearsal.unusedPermissions.filter((line) => roles.test(line))).toEqual([])
})

it('names what somebody uses, each time', () => {
  const reports = rehearsal.notifications.filter(({ subject }) => subject.startsWith('Retirement'))
  expect(reports.find(({ time }) => time.startsWith('2026-09-13'))?.message).toMatch(
    new RegExp(`only where nothing uses it:\\n  base 1.0.0/5 \\(${used}\\): 111122223333 us-west-2: instance i-`),
  )
  const runs = [...rehearsal.world.stepFunctions.executions.values()].filter(({ arn }) =>
    arn.includes(':small-retire:'),
  )
  expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']))
})
