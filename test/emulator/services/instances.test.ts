import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { DescribeInstanceInformationCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../emulator/services/types.ts'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, served } from '../accounts.ts'

let world: Served
let ec2: EC2Client
let ssm: SSMClient
let ami: string
const calls: CallRecord[] = []

beforeEach(async () => {
  world = await served()
  const { aws } = world
  const worker = roleWith(aws, [allow('ec2:*', 'ssm:*', 'iam:PassRole')])
  const agent = roleWith(aws, [allow('ssm:UpdateInstanceInformation')], { name: 'agent' })
  aws.ec2.instances.addProfile({
    account: build.account,
    name: 'agent',
    roleArn: agent.roleArn,
    arn: `arn:aws:iam::${build.account}:instance-profile/agent`,
  })
  ec2 = new EC2Client(clientOptions(world, worker))
  ssm = new SSMClient(clientOptions(world, worker))
  ami = aws.ec2.addImage({ ...build, Name: 'golden-base 1' }).image.ImageId
})
afterEach(async () => {
  calls.push(...world.aws.calls)
  await world.close()
})

const run = (more: Partial<RunInstancesCommandInput> = {}) =>
  ec2.send(new RunInstancesCommand({ ImageId: ami, InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1, ...more }))
const idsOf = ({ Instances }: Awaited<ReturnType<typeof run>>) =>
  (Instances ?? []).map(({ InstanceId }) => InstanceId ?? '')
const found = async (...filters: [string, string][]) => {
  const Filters = filters.map(([Name, value]) => ({ Name, Values: [value] }))
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }))
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId))
}
const pass = (seconds: number) => world.clock.run(world.clock.now() + seconds * 1_000)
const stateOf = async (InstanceId: string) => {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }))
  return Reservations?.[0]?.Instances?.[0]?.State?.Name
}

describe('instances', () => {
  it('start, run and go', async () => {
    const [id = ''] = idsOf(await run())
    expect(await stateOf(id)).toBe('pending')
    await pass(30)
    expect(await stateOf(id)).toBe('running')
    const { TerminatingInstances } = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    expect(TerminatingInstances).toMatchObject([
      {
        InstanceId: id,
        PreviousState: { Name: 'running' },
        CurrentState: { Name: 'shutting-down', Code: 32 },
      },
    ])
    await pass(60)
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    expect(await stateOf(id)).toBe('terminated')
    const reported = async (IncludeAllInstances: boolean) =>
      (await ec2.send(new DescribeInstanceStatusCommand({ IncludeAllInstances }))).InstanceStatuses?.length
    expect([await reported(true), await reported(false)]).toEqual([1, 0])
  })

  it('are launched once for one token', async () => {
    const two = { MinCount: 2, MaxCount: 2 }
    const first = idsOf(await run({ ClientToken: 'token', ...two }))
    expect(first).toHaveLength(2)
    expect(idsOf(await run({ ClientToken: 'token', ...two }))).toEqual(first)
    expect(idsOf(await run())).not.toEqual(first)
  })

  it('are found by what they are', async () => {
    const Tags = [{ Key: 'team', Value: 'web' }]
    const [id] = idsOf(await run({ TagSpecifications: [{ ResourceType: 'instance', Tags }] }))
    const [other] = idsOf(await run())
    await pass(30)
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [other ?? ''] }))
    expect(await found(['tag:team', 'w*'])).toEqual([id])
    expect(await found(['instance-id', other ?? ''])).toEqual([other])
    expect(await found(['instance-state-name', 'running'])).toEqual([id])
    expect(await found(['image-id', ami], ['instance-state-name', 'running'])).toEqual([id])
    expect(await found(['image-id', 'ami-00000000000000000'])).toEqual([])
    await expect(found(['odd', 'x'])).rejects.toThrow("The filter 'odd' is invalid")
  })

  it('are hidden where a service manages them, unless they are asked for', async () => {
    const { instances } = world.aws.ec2
    const managed = instances.add({ ...build, imageId: ami, managedBy: 'eks.amazonaws.com' }).instance.InstanceId
    const own = instances.add({ ...build, imageId: ami }).instance.InstanceId
    const reported = async (IncludeManagedResources?: boolean) => {
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ IncludeManagedResources }))
      return Reservations.flatMap(({ Instances = [] }) => Instances)
    }
    expect((await reported()).map(({ InstanceId }) => InstanceId)).toEqual([own])
    expect((await reported(true)).map(({ InstanceId, Operator }) => [InstanceId, Operator])).toEqual([
      [managed, { Managed: true, Principal: 'eks.amazonaws.com' }],
      [own, { Managed: false }],
    ])
  })

  it('are there already where somebody has launched them before', async () => {
    const { instances } = world.aws.ec2
    const { instance } = instances.add({ ...build, imageId: ami, tags: { team: 'web' }, asg: 'web' })
    expect(await stateOf(instance.InstanceId)).toBe('running')
    expect(await found(['tag:team', 'web'], ['tag:aws:autoscaling:groupName', 'web'])).toEqual([instance.InstanceId])
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.InstanceId] }))
    expect(await found(['instance-state-name', 'running'])).toEqual([])
  })

  it('come in pages', async () => {
    for (const _ of [1, 2, 3]) world.aws.ec2.instances.add({ ...build, imageId: ami })
    const page = (NextToken?: string) => ec2.send(new DescribeInstancesCommand({ MaxResults: 2, NextToken }))
    const first = await page()
    expect(first.Reservations).toHaveLength(2)
    const { Reservations, NextToken } = await page(first.NextToken)
    expect([Reservations?.length, NextToken]).toEqual([1, undefined])
    await expect(page('?')).rejects.toMatchObject({ name: 'InvalidNextToken' })
  })

  it.each([
    ['terminate', 'terminated'],
    ['stop', 'stopped'],
  ] as const)('that shut themselves down %s', async (behaviour, state) => {
    const UserData = Buffer.from('#!/bin/sh\nshutdown -P +10\n').toString('base64')
    const [id = ''] = idsOf(await run({ UserData, InstanceInitiatedShutdownBehavior: behaviour }))
    await pass(590)
    expect(await stateOf(id)).toBe('running')
    await pass(120)
    expect(await stateOf(id)).toBe(state)
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['an instance that is not there', () => stateOf('i-00000000000000000'), 'InvalidInstanceID.NotFound'],
    ['an AMI that is not there', () => run({ ImageId: 'ami-00000000000000000' }), 'InvalidAMIID.NotFound'],
    ['another architecture', () => run({ InstanceType: 'm7g.large' }), 'InvalidParameterValue'],
    ['an odd profile', () => run({ IamInstanceProfile: { Name: 'odd' } }), 'InvalidParameterValue'],
  ])('are refused for %s', async (_, act, name) => {
    await expect(act()).rejects.toMatchObject({ name })
  })
})

describe('Systems Manager', () => {
  const profile = { IamInstanceProfile: { Name: 'agent' } }
  const online = async (...Values: string[]) => {
    const Filters = [{ Key: 'InstanceIds', Values }]
    const answer = await ssm.send(new DescribeInstanceInformationCommand(Values.length ? { Filters } : {}))
    return answer.InstanceInformationList?.map(({ PingStatus, PlatformType }) => [PingStatus, PlatformType])
  }
  const send = (id: string, more: object = {}) =>
    ssm.send(new SendCommandCommand({ InstanceIds: [id], DocumentName: 'AWS-RunShellScript', ...more }))

  it('hears of an instance once its agent runs, of Windows later', async () => {
    const windows = { ...build, Name: 'windows 1', Platform: 'Windows' as const }
    const [linux = ''] = idsOf(await run(profile))
    await run({ ...profile, ImageId: world.aws.ec2.addImage(windows).image.ImageId })
    await run()
    await pass(30)
    expect(await online()).toEqual([])
    await pass(60)
    expect(await online()).toEqual([['Online', 'Linux']])
    await pass(300)
    expect(await online()).toEqual([
      ['Online', 'Linux'],
      ['Online', 'Windows'],
    ])
    expect(await online(linux)).toEqual([['Online', 'Linux']])
    expect(await online('i-00000000000000000')).toEqual([])
  })

  it('never hears of an instance of an AMI without the agent', async () => {
    const { image } = Object.assign(world.aws.ec2.addImage({ ...build, Name: 'bare 1' }), { withoutAgent: true })
    await run({ ...profile, ImageId: image.ImageId })
    await pass(600)
    expect(await online()).toEqual([])
  })

  it('runs documents that are there, on instances that are online', async () => {
    const [id = ''] = idsOf(await run(profile))
    await expect(send(id)).rejects.toMatchObject({ name: 'InvalidInstanceId' })
    await pass(90)
    expect((await send(id)).Command).toMatchObject({ Status: 'InProgress', InstanceIds: [id] })
    await expect(send(id, { DocumentName: 'mine' })).rejects.toMatchObject({ name: 'InvalidDocument' })
  })
})

itFitsTheModels(() => calls)
