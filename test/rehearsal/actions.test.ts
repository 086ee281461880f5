import { beforeAll, describe, expect, it } from 'vitest'
import type { World } from '../../emulator/world/world.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { launchWorkloads, startMachine, type Workload } from '../../rehearsal/workloads.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { fleetOf } from './ring-rehearsal.ts'

const fleet = fleetOf({
  early: { accounts: ['222233334444'], regions: ['us-west-2', 'us-east-1'] },
  all: { accounts: ['333344445555'], regions: ['us-west-2'], launchTemplates: ['{image}'] },
})
const early = { account: '222233334444', region: 'us-west-2' }
const all = { account: '333344445555', region: 'us-west-2' }
const trigger = { kind: 'manual', images: ['base'], time: '2026-09-02T06:00:00Z', reason: 'a person says so' }
const pointer = ({ aws }: World, place: typeof early) => aws.ssm.valueOf('/golden-images/base', place)

let stage: Awaited<ReturnType<typeof stageFor>>
let rehearsal: Rehearsal
let workloads: Workload[]
let before: string | undefined
const launched: string[] = []

beforeAll(async () => {
  stage = await stageFor(fleet)
  rehearsal = await stage.rehearse({
    releases: [{ upstream: 'soe', time: '2026-09-01T06:00:00Z' }],
    actions: [
      {
        time: '2026-09-02T05:00:00Z',
        do: (world) => {
          workloads = launchWorkloads(world, fleet, { image: 'base' })
          launched.push(new Date(world.clock.now()).toISOString())
          before = pointer(world, all)
        },
      },
      { time: '2026-09-02T05:30:00Z', do: ({ aws }) => aws.iam.refuse(all.account) },
      {
        time: trigger.time,
        do: (world) => startMachine(world, fleet, 'campaign', 'manual-1', { trigger }),
      },
    ],
  })
}, slow)

describe('actions', () => {
  it('are done at their time, in the world that the rehearsal leaves behind', () => {
    expect(launched).toEqual(['2026-09-02T05:00:00.000Z'])
    const { stepFunctions } = rehearsal.world
    const started = stepFunctions.execution('arn:aws:states:us-west-2:111122223333:execution:small-campaign:manual-1')
    expect(new Date(started.startDate).toISOString()).toBe('2026-09-02T06:00:00.000Z')
  })

  it('are refused where they are to be done before it all begins', async () => {
    const early = { time: '2026-08-31T06:00:00Z', do: () => {} }
    const rehearsing = stage.rehearse({ actions: [early], start: '2026-09-01T06:00:00Z', for: 1 })
    await expect(rehearsing).rejects.toThrow('something happens before the start')
  })

  it('can be that an account lets nobody in: what was done elsewhere stays', () => {
    const { summary, world } = rehearsal
    expect(summary.images.map(({ status }) => status)).toEqual(['released', 'failed'])
    expect(summary.images[1]?.reason).toContain(all.account)
    expect(pointer(world, all)).toBe(before)
    expect(pointer(world, early)).not.toBe(workloads[0]?.ami)
  })
})

describe('workloads', () => {
  it('run what each target’s pointer held, each in a group', () => {
    const { ec2 } = rehearsal.world.aws
    expect(
      workloads.map(({ account, region, ring, launchTemplate }) => [account, region, ring, launchTemplate]),
    ).toEqual([
      [early.account, 'us-west-2', 'early', { name: 'small-base-early', version: '$Latest' }],
      [early.account, 'us-east-1', 'early', { name: 'small-base-early', version: '$Latest' }],
      [all.account, 'us-west-2', 'all', { name: 'base', version: '$Default' }],
    ])
    for (const workload of workloads) {
      const { instance } = ec2.instances.find(workload.instance, workload) ?? {}
      expect(instance).toMatchObject({ ImageId: workload.ami, State: { Name: 'running' } })
      const { versions = [] } = ec2.launchTemplates.find(workload.launchTemplate.name, workload) ?? {}
      expect(versions.at(-1)?.LaunchTemplateData?.ImageId).toBe(workload.ami)
    }
    expect(workloads[2]?.ami).toBe(before)
  })

  it('are described by Auto Scaling, when the rehearsal is over too', async () => {
    const { aws } = rehearsal.world
    const answer = await aws.call({
      principal: aws.iam.operator(early.account),
      service: 'autoscaling',
      input: {},
      operation: 'DescribeAutoScalingGroups',
    })
    expect(answer).toMatchObject({
      AutoScalingGroups: [
        { AutoScalingGroupName: 'small-base-early', Instances: [{ InstanceId: workloads[0]?.instance }] },
      ],
    })
  })

  it('are launched in one ring where one is named, and nowhere where nothing points to the image', () => {
    const { world } = rehearsal
    const others = launchWorkloads(world, fleet, { image: 'base', ring: 'all' })
    expect(others.map(({ account }) => account)).toEqual([all.account])
    expect(launchWorkloads(world, fleet, { image: 'other' })).toEqual([])
  })
})
