import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  DisableImageDeprecationCommand,
  EC2Client,
  EnableImageCommand,
  EnableImageDeprecationCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../emulator/iam/policy.ts'
import type { CallRecord } from '../../../emulator/services/types.ts'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, served, target } from '../accounts.ts'

let world: Served
let owner: EC2Client
let other: EC2Client
let ami: string
let snapshot: string
const calls: CallRecord[] = []
const tags = [
  { Key: 'team:fleet', Value: 'golden' },
  { Key: 'CreatedBy', Value: 'EC2 Image Builder' },
]

beforeEach(async () => {
  world = await served()
  const { image } = world.aws.ec2.addImage({
    ...build,
    Name: 'golden-base 1',
    sharedWith: [target.account],
    Tags: tags,
    snapshotTags: tags,
  })
  ami = image.ImageId
  snapshot = image.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
  world.events.length = 0
  owner = new EC2Client(clientOptions(world, roleWith(world.aws, [allow('ec2:*', 'ssm:*')])))
  other = new EC2Client(clientOptions(world, roleWith(world.aws, [allow('ec2:*')], { ...target, name: 'other' })))
})
afterEach(async () => {
  calls.push(...world.aws.calls)
  await world.close()
})

const deprecate = (DeprecateAt: Date, client = owner) =>
  client.send(new EnableImageDeprecationCommand({ ImageId: ami, DeprecateAt }))
const disable = (client = owner) => client.send(new DisableImageCommand({ ImageId: ami }))
const enable = (client = owner) => client.send(new EnableImageCommand({ ImageId: ami }))
const deregister = (DeleteAssociatedSnapshots?: boolean, client = owner) =>
  client.send(
    new DeregisterImageCommand({
      ImageId: ami,
      ...(DeleteAssociatedSnapshots && { DeleteAssociatedSnapshots }),
    }),
  )
const seen = async (client: EC2Client, input: DescribeImagesCommandInput = {}) =>
  (await client.send(new DescribeImagesCommand(input))).Images?.map(({ ImageId, State, DeprecationTime }) => ({
    ImageId,
    State,
    DeprecationTime,
  }))
const snapshots = async (client = owner) =>
  (await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots?.map(
    ({ SnapshotId }) => SnapshotId,
  )
const reported = () => world.events.map(({ account, detail }) => [account, detail.ImageId, detail.State])
const at = (minutes: number) => new Date(world.clock.now() + minutes * 60_000)

describe('a deprecated AMI', () => {
  it('is hidden from others who list, from then on, until it is deprecated no more', async () => {
    await deprecate(new Date(at(10).getTime() + 20_000))
    const DeprecationTime = at(10).toISOString()
    expect(await seen(other)).toMatchObject([{ DeprecationTime }])
    world.clock.run(at(10).getTime())
    expect(await seen(other)).toEqual([])
    expect(await seen(other, { IncludeDeprecated: true })).toMatchObject([{ DeprecationTime }])
    expect(await seen(other, { ImageIds: [ami] })).toHaveLength(1)
    expect(await seen(owner)).toMatchObject([{ ImageId: ami, State: 'available', DeprecationTime }])
    await owner.send(new DisableImageDeprecationCommand({ ImageId: ami }))
    expect(await seen(other)).toMatchObject([{ DeprecationTime: undefined }])
    expect(reported()).toEqual([])
  })

  it.each([
    ['the past', -1],
    ['more than ten years', 11 * 365 * 24 * 60],
  ])('is not deprecated in %s', async (_, minutes) => {
    await expect(deprecate(at(minutes))).rejects.toMatchObject({ name: 'InvalidParameterValue' })
  })
})

describe('a disabled AMI', () => {
  it('is there for its owner who asks for it, and shared with nobody', async () => {
    expect((await disable()).Return).toBe(true)
    expect(await seen(owner)).toEqual([])
    expect(await seen(owner, { Filters: [{ Name: 'image-id', Values: [ami] }] })).toEqual([])
    expect(await seen(owner, { IncludeDisabled: true })).toMatchObject([{ ImageId: ami, State: 'disabled' }])
    expect(await seen(owner, { ImageIds: [ami] })).toMatchObject([{ State: 'disabled' }])
    await expect(seen(other, { ImageIds: [ami] })).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' })
    const launch = { ImageId: ami, Attribute: 'launchPermission' } as const
    expect((await owner.send(new DescribeImageAttributeCommand(launch))).LaunchPermissions).toEqual([])
    expect(reported()).toEqual([[build.account, ami, 'disabled']])
  })

  it('launches nothing, and no parameter takes it', async () => {
    await disable()
    const run = () =>
      owner.send(new RunInstancesCommand({ ImageId: ami, InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 }))
    await expect(run()).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' })
    const ssm = new SSMClient(clientOptions(world))
    const pointer = { Name: '/golden/base', Value: ami, Type: 'String', DataType: 'aws:ec2:image' } as const
    await ssm.send(new PutParameterCommand(pointer))
    const held = () => ssm.send(new GetParameterCommand({ Name: pointer.Name }))
    await expect(held()).rejects.toMatchObject({ name: 'ParameterNotFound' })
    await enable()
    await ssm.send(new PutParameterCommand(pointer))
    expect((await held()).Parameter?.Value).toBe(ami)
    expect((await run()).Instances).toHaveLength(1)
  })

  it('is available again when it is enabled, and shared with nobody still', async () => {
    await disable()
    await disable()
    await enable()
    await enable()
    expect(await seen(owner)).toMatchObject([{ State: 'available' }])
    expect(await seen(other)).toEqual([])
    expect(reported().map(([, , state]) => state)).toEqual(['disabled', 'available'])
  })
})

describe('a deregistered AMI', () => {
  it('leaves its snapshots behind', async () => {
    const drop = () => owner.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }))
    await expect(drop()).rejects.toMatchObject({
      name: 'InvalidSnapshot.InUse',
      message: `The snapshot ${snapshot} is currently in use by ${ami}`,
    })
    await disable()
    await expect(drop()).rejects.toMatchObject({ name: 'InvalidSnapshot.InUse' })
    expect(await deregister()).not.toHaveProperty('DeleteSnapshotResults')
    expect(reported().at(-1)).toEqual([build.account, ami, 'deregistered'])
    expect(await snapshots()).toEqual([snapshot])
    await drop()
    expect(await snapshots()).toEqual([])
    await expect(drop()).rejects.toMatchObject({ name: 'InvalidSnapshot.NotFound' })
  })

  it('takes its snapshots with it where that is asked for', async () => {
    const answer = await deregister(true)
    expect(answer).toMatchObject({ Return: true })
    expect(answer.DeleteSnapshotResults).toEqual([{ SnapshotId: snapshot, ReturnCode: 'success' }])
    expect(await snapshots()).toEqual([])
    await expect(deregister(true)).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' })
  })

  it('leaves a snapshot that another AMI has too', async () => {
    const devices = [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshot } }]
    world.aws.ec2.addImage({ ...build, Name: 'golden-base 2', BlockDeviceMappings: devices })
    expect((await deregister(true)).DeleteSnapshotResults).toEqual([{ SnapshotId: snapshot, ReturnCode: 'skipped' }])
    expect(await snapshots()).toEqual([snapshot])
  })
})

describe('snapshots', () => {
  it('are their owner’s alone, found by tags, in pages', async () => {
    world.aws.ec2.addImage({ ...build, Name: 'golden-web 1' })
    expect(await snapshots(other)).toEqual([])
    const byTag = { Filters: [{ Name: 'tag:team:fleet', Values: ['golden'] }] }
    const { Snapshots } = await owner.send(new DescribeSnapshotsCommand(byTag))
    expect(Snapshots).toMatchObject([{ SnapshotId: snapshot, OwnerId: build.account, Tags: tags, VolumeSize: 8 }])
    const first = await owner.send(new DescribeSnapshotsCommand({ MaxResults: 1 }))
    const { NextToken } = first
    const rest = await owner.send(new DescribeSnapshotsCommand({ MaxResults: 1, NextToken }))
    const found = [...(first.Snapshots ?? []), ...(rest.Snapshots ?? [])]
    expect(found.map(({ SnapshotId }) => SnapshotId)).toEqual(await snapshots())
    await expect(other.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }))).rejects.toMatchObject({
      name: 'InvalidSnapshot.NotFound',
    })
  })
})

describe('who does not own the AMI', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['deprecate', () => deprecate(at(10), other)],
    ['stop its deprecation', () => other.send(new DisableImageDeprecationCommand({ ImageId: ami }))],
    ['disable', () => disable(other)],
    ['enable', () => enable(other)],
    ['deregister', () => deregister(false, other)],
  ])('may not %s it', async (_, act) => {
    await expect(act()).rejects.toMatchObject({
      name: 'AuthFailure',
      message: `Not authorized for image:${ami}`,
    })
  })

  it.each([
    ['ami-00000000000000000', 'InvalidAMIID.NotFound'],
    ['ami-x', 'InvalidAMIID.Malformed'],
  ])('learns that %s is none', async (ImageId, name) => {
    await expect(owner.send(new DisableImageCommand({ ImageId }))).rejects.toMatchObject({ name })
  })
})

it('is only asked about in a dry run', async () => {
  const dry = (client: EC2Client) => client.send(new DisableImageCommand({ ImageId: ami, DryRun: true }))
  await expect(dry(owner)).rejects.toMatchObject({ name: 'DryRunOperation' })
  expect(await seen(owner)).toMatchObject([{ State: 'available' }])
  const nobody = new EC2Client(clientOptions(world, roleWith(world.aws, [], { name: 'nobody' })))
  await expect(dry(nobody)).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
})

describe('a right by tags', () => {
  const onTag = (action: string, key: string, value: string, type = 'image'): Statement => ({
    Effect: 'Allow',
    Action: action,
    Resource: `arn:aws:ec2:*::${type}/*`,
    Condition: { StringEquals: { [key]: value } },
  })
  const as = (...statements: Statement[]) =>
    new EC2Client(clientOptions(world, roleWith(world.aws, statements, { name: 'tagged' })))

  it.each([
    ['aws:ResourceTag/team:fleet', 'golden', true],
    ['ec2:ResourceTag/team:fleet', 'golden', true],
    ['aws:ResourceTag/CreatedBy', 'EC2 Image Builder', true],
    ['aws:ResourceTag/team:fleet', 'other', false],
    ['aws:ResourceTag/team', 'golden', false],
  ])('%s = %s is for such AMIs: %s', async (key, value, allowed) => {
    const client = as(onTag('ec2:*Image*', key, value))
    const acts = [() => deprecate(at(10), client), () => disable(client), () => deregister(false, client)]
    for (const act of acts) {
      if (allowed) expect(await act()).toMatchObject({ Return: true })
      else await expect(act()).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
    }
  })

  it('does not see the tags of an AMI that is somebody else’s, or gone', async () => {
    const statement = onTag('ec2:DisableImage', 'aws:ResourceTag/team:fleet', 'golden')
    const role = roleWith(world.aws, [statement], { ...target, name: 'tagged' })
    await expect(disable(new EC2Client(clientOptions(world, role)))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    })
    await deregister()
    await expect(disable(as(statement))).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
  })

  it('is asked for each snapshot, and the AMI goes without it too', async () => {
    const image = onTag('ec2:DeregisterImage', 'aws:ResourceTag/team:fleet', 'golden')
    const client = as(image, onTag('ec2:DeleteSnapshot', 'aws:ResourceTag/team', 'web', 'snapshot'))
    await expect(client.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    })
    expect((await deregister(true, client)).DeleteSnapshotResults).toEqual([
      { SnapshotId: snapshot, ReturnCode: 'missing-permissions' },
    ])
    expect(await snapshots()).toEqual([snapshot])
    const own = as(onTag('ec2:DeleteSnapshot', 'aws:ResourceTag/CreatedBy', 'EC2 Image Builder', 'snapshot'))
    await own.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }))
    expect(await snapshots()).toEqual([])
  })
})

itFitsTheModels(() => calls)
