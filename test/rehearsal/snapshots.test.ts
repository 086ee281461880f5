import { expect, it } from 'vitest'
import type { World } from '../../emulator/world/world.ts'
import { mutantOf } from '../support/mutant-product.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { statementsIn } from '../support/template.ts'
import { fleetOf, retirementRuns, shortRetirement, threeReleases } from './ring-rehearsal.ts'

/** Three releases, of which the first is retired, in two regions of one account. */

const account = '222233334444'
const regions = ['us-west-2', 'us-east-1']
const fleet = fleetOf({ all: { accounts: [account], regions } }, shortRetirement)

/** The snapshots that the account has in each region, and its AMIs. */
const kept = async ({ aws }: World) =>
  Object.fromEntries(
    await Promise.all(
      regions.map(async (region) => {
        const principal = aws.iam.operator(account)
        const asked = {
          principal,
          service: 'ec2',
          operation: 'DescribeSnapshots',
          input: { OwnerIds: ['self'] },
          region,
        }
        const { Snapshots = [] } = (await aws.call(asked)) as { Snapshots?: { SnapshotId: string }[] }
        const amis = aws.ec2.list(region).filter(({ image }) => image.OwnerId === account)
        return [region, { snapshots: Snapshots.length, amis: amis.length }] as const
      }),
    ),
  )

/** The team of the account removes the first AMI in one region itself, and leaves its snapshot. */
const deregistered = {
  time: '2026-09-05T06:00:00Z',
  do: ({ aws }: World) => {
    const [first] = aws.ec2.list('us-east-1').filter(({ image }) => image.OwnerId === account)
    aws.ec2.deregister(first?.image.ImageId ?? '', 'us-east-1')
  },
}

const problems = ({ aws }: World) =>
  aws.sns.notifications.filter(({ subject }) => /not done everywhere/.test(subject)).map(({ message }) => message)

it('are gone with their release, even those of an AMI that somebody else has removed', { timeout: slow }, async () => {
  const { rehearse } = await stageFor(fleet)
  const { world } = await rehearse({ releases: threeReleases, actions: [...retirementRuns(fleet), deregistered] })
  expect(await kept(world)).toEqual(Object.fromEntries(regions.map((region) => [region, { snapshots: 2, amis: 2 }])))
  expect(problems(world)).toEqual([])
})

it('stay where nobody may tag them, and the run names them', { timeout: slow }, async () => {
  const { assembly, rehearse } = await stageFor(fleet)
  const untagging = mutantOf(assembly, {
    target: (template) => {
      for (const statement of statementsIn(template, 'PublishRole'))
        if (statement.Action === 'ec2:CreateTags') statement.Effect = 'Deny'
    },
  })
  const { world, summary } = await rehearse({
    releases: threeReleases,
    actions: [...retirementRuns(fleet), deregistered],
    assembly: untagging,
  })
  expect(summary.images.map(({ status }) => status)).toEqual(['released', 'released', 'released'])
  expect(await kept(world)).toEqual(Object.fromEntries(regions.map((region) => [region, { snapshots: 3, amis: 2 }])))
  const [first = '', second = ''] = problems(world)
  for (const region of regions)
    expect(first).toMatch(new RegExp(`${account} ${region}.*it is gone, but not all of its snapshots: snap-`))
  // It is notified again until somebody has fixed it.
  expect(second).toMatch(/snap-\w+: UnauthorizedOperation/)
})
