import { beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '../../domain/planning/ring-order.ts'
import type { World } from '../../emulator/world/world.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { launchWorkloads, startMachine, type Workload } from '../../rehearsal/workloads.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { fleetOf } from './ring-rehearsal.ts'

/** Four releases in four weeks, and a run of retirement on each Sunday. Teams go on with the first release. */

const fleet = fleetOf(
  {
    early: { accounts: ['222233334444'], regions: ['us-west-2', 'us-east-1'] },
    all: { accounts: ['333344445555'], regions: ['us-west-2'] },
    partners: { accounts: ['666677778888'], regions: ['us-west-2'], mode: 'share' },
  },
  { poll: '24h', retirement: { keep: 1, grace: '7d' } },
)
const all = '333344445555'
const releases = ['09-01', '09-08', '09-15', '09-22'].map((date) => ({
  upstream: 'soe',
  time: `2026-${date}T06:00:00Z`,
}))

let rehearsal: Rehearsal
let workloads: Workload[]
/** The snapshots of the AMIs that there were before anything was removed. */
let snapshots: { id: string; ami: string; place: Target }[]
/** What there was of AMIs on some evenings. */
const seen: Record<string, string[]> = {}
const look = (date: string) => ({
  time: `2026-${date}T22:00:00Z`,
  do: (world: World) => {
    seen[date] = amisOf(world)
    if (date === '09-19') snapshots = snapshotsOf(world)
  },
})

beforeAll(async () => {
  const stage = await stageFor(fleet)
  const byHand = { time: '2026-10-13T06:00:00Z', by: 'arn:aws:iam::111122223333:user/alice', act: true }
  rehearsal = await stage.rehearse({
    releases,
    for: 43 * 86_400,
    actions: [
      {
        time: '2026-09-03T06:00:00Z',
        do: (world) => {
          // Groups from before there were launch templates, with other AMIs.
          for (const account of [all, fleet.build.account]) {
            const old = { account, region: 'us-west-2', name: 'old' }
            world.aws.autoscaling.addLaunchConfiguration({ ...old, imageId: 'ami-0123456789abcdef0' })
            world.aws.autoscaling.add({ ...old, launchConfiguration: 'old' })
          }
          workloads = ['all', 'partners'].flatMap((ring) => launchWorkloads(world, fleet, { image: 'base', ring }))
        },
      },
      ...['09-19', '09-20', '09-27', '10-04', '10-11', '10-13'].map(look),
      // Nobody is let in there while both that are old are to be removed.
      { time: '2026-10-01T00:00:00Z', do: ({ aws }) => aws.iam.refuse(all) },
      { time: '2026-10-06T00:00:00Z', do: ({ aws }) => aws.iam.admit(all) },
      {
        time: byHand.time,
        do: (world) => void startMachine(world, fleet, 'retire', 'retire-by-hand', byHand),
      },
    ],
  })
}, slow * 2)

const imagesOf = ({ aws }: World) =>
  ['us-west-2', 'us-east-1'].flatMap((region) =>
    aws.ec2
      .list(region)
      .filter(({ image }) => image.Name.startsWith('small-base'))
      .map(({ image }) => ({ image, place: { account: image.OwnerId, region } })),
  )

/** Every AMI of the image: where, what it is, and whether it is deprecated by now. */
const amisOf = (world: World) =>
  imagesOf(world).map(({ image, place }) => {
    const isDeprecated = Date.parse(image.DeprecationTime ?? '9999') <= world.clock.now()
    return `${place.account} ${place.region} ${image.ImageId}${isDeprecated ? ' deprecated' : ''}`
  })

const snapshotsOf = (world: World) =>
  imagesOf(world).flatMap(({ image, place }) =>
    (image.BlockDeviceMappings ?? []).map(({ Ebs }) => ({
      id: Ebs?.SnapshotId ?? '',
      ami: image.ImageId,
      place,
    })),
  )

describe('retirement over weeks', () => {
  const count = (date: string, pattern: RegExp) => seen[date]?.filter((line) => pattern.test(line)).length
  const subjects = () =>
    rehearsal.notifications
      .filter(({ subject }) => subject.startsWith('Retirement'))
      .map(({ time, subject }) => `${time.slice(0, 10)} ${subject.replace('Retirement', '').trim()}`)

  it('tells people first, and of what could not be done', () => {
    expect(subjects()).toEqual([
      '2026-09-13 (only a report): 1 release to deprecate, 0 to remove',
      '2026-09-20 : 2 releases to deprecate, 0 to remove',
      '2026-09-27 : 1 release to deprecate, 1 to remove',
      '2026-10-04 : 0 releases to deprecate, 1 to remove',
      '2026-10-04 not done everywhere: 1 problem',
      '2026-10-11 : 0 releases to deprecate, 1 to remove',
      '2026-10-13 : 0 releases to deprecate, 0 to remove',
    ])
  })

  it('does nothing before it has reported, deprecates then, and removes when the grace is over', () => {
    expect(count('09-19', /deprecated/)).toBe(0)
    // Two releases, in the build account and three places of targets each.
    expect(count('09-20', /deprecated/)).toBe(8)
    expect(seen['09-20']?.length).toBe(seen['09-19']?.length)
    expect(count('09-27', /222233334444 .* deprecated/)).toBe(2)
  })

  it('keeps what teams go on with, where they do: their own copy, and what is shared with them', () => {
    expect(workloads.map(({ account }) => account)).toEqual([all, '666677778888'])
    const kept = [all, '111122223333'].map((owner, at) => `${owner} us-west-2 ${workloads[at]?.ami} deprecated`)
    expect(seen['10-13']?.filter((line) => line.includes('deprecated')).sort()).toEqual(kept.sort())
    const report = rehearsal.notifications.find(({ time }) => time.startsWith('2026-10-13'))
    for (const { instance, group } of workloads)
      expect(report?.message).toContain(`Auto Scaling group ${group}, instance ${instance}`)
  })

  it('keeps the last release and the one before it everywhere', () => {
    const places = ['111122223333 us-west-2', '222233334444 us-west-2', '222233334444 us-east-1', `${all} us-west-2`]
    for (const place of places) expect(count('10-13', new RegExp(`^${place} ami-\\w+$`))).toBe(2)
  })

  it('removes nothing in an account that lets nobody in, names it, and does it in the next run', () => {
    expect(count('10-04', new RegExp(`^${all} .* deprecated`))).toBe(2)
    const problem = rehearsal.notifications.find(({ subject }) => subject.includes('not done everywhere'))
    expect(problem?.message).toContain(`${all} us-west-2: `)
    expect(count('10-11', new RegExp(`^${all} .* deprecated`))).toBe(1)
  })

  it('changes nothing when it is done again', () => {
    expect(seen['10-13']).toEqual(seen['10-11'])
    const { stepFunctions } = rehearsal.world
    const runs = [...stepFunctions.executions.values()].filter(({ arn }) => arn.includes(':small-retire:'))
    expect(runs.map(({ name, status }) => `${name.slice(0, 15)} ${status}`)).toEqual([
      ...['06', '13', '20', '27'].map((date) => `retire-202609${date} SUCCEEDED`),
      'retire-20261004 FAILED',
      'retire-20261011 SUCCEEDED',
      'retire-by-hand SUCCEEDED',
    ])
  })

  it('needs all that it may do, except what is for revocation, the doctor, labels and dead letters', () => {
    const roles = /^(Publish|StartRetirement|PlanRetirement|WithdrawAmis|RemoveLeftovers|CloseRetirement|Retire)Role:/
    expect(rehearsal.unusedPermissions.filter((line) => roles.test(line))).toEqual([
      // Failed bakes, and rings that are gone: lifetimes.test.ts has them.
      'PlanRetirementRole: ec2:DescribeImages',
      'PlanRetirementRole: imagebuilder:GetImage',
      'PlanRetirementRole: imagebuilder:ListDistributionConfigurations',
      'PublishRole: ec2:DescribeRegions',
      'PublishRole: ec2:DisableImage',
      'PublishRole: ec2:GetAllowedImagesSettings',
      'PublishRole: iam:GetRole',
      'PublishRole: ssm:DeleteParameter',
      'PublishRole: ssm:GetParameterHistory',
      'RemoveLeftoversRole: imagebuilder:DeleteComponent',
      'RemoveLeftoversRole: imagebuilder:DeleteDistributionConfiguration',
      'RemoveLeftoversRole: imagebuilder:DeleteImageRecipe',
      'StartRetirementRole: sqs:SendMessage',
      'WithdrawAmisRole: ec2:DisableImage',
    ])
  })

  it('removes snapshots with their AMIs, and no others', () => {
    const { ec2 } = rehearsal.world.aws
    for (const { id, ami, place } of snapshots)
      expect(ec2.snapshots.find(id, place) !== undefined).toBe(ec2.get(ami, place.region) !== undefined)
    expect(snapshots.length).toBe(seen['09-19']?.length)
  })
})
