import { CreateTagsCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { ImagebuilderClient, StartImagePipelineExecutionCommand } from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../emulator/iam/policy.ts'
import { allow, build, clientOptions, keyIn, roleWith, type Served, seedFleet, served, target } from '../accounts.ts'

let world: Served
beforeEach(async () => {
  world = await served()
})
afterEach(() => world.close())

describe('a build', () => {
  /** The volumes of an AMI whose recipe names these devices, by their names. */
  const built = async (parentKey: string | undefined, devices: object[]) => {
    const { pipeline, recipe } = seedFleet(world)
    const { imagebuilder, ec2 } = world.aws
    const encryption = parentKey === undefined ? { Encrypted: false } : { Encrypted: true, KmsKeyId: parentKey }
    const parent = ec2.addImage({
      ...target,
      Name: 'parent',
      sharedWith: [build.account],
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, ...encryption } }],
    })
    world.aws.ssm.seed(build, { name: '/golden/images/base/parent', value: parent.image.ImageId })
    const found = (await new ImagebuilderClient(clientOptions(world)).send(
      new StartImagePipelineExecutionCommand({ imagePipelineArn: pipeline, clientToken: 'b' }),
    )) as { imageBuildVersionArn: string }
    const record = imagebuilder.images.get(found.imageBuildVersionArn)
    Object.assign(record.image.imageRecipe ?? {}, { arn: recipe, blockDeviceMappings: devices })
    world.clock.run()
    const ami = ec2.get(record.amis[0]?.image ?? '', build.region)
    const volumes = ami?.image.BlockDeviceMappings ?? []
    return Object.fromEntries(
      volumes.map(({ DeviceName = '', Ebs }) => [DeviceName, Ebs?.Encrypted ? Ebs.KmsKeyId : 'plain']),
    )
  }
  const managed = () => world.aws.kms.key(`arn:aws:kms:us-east-1:${build.account}:alias/aws/ebs`)?.arn
  const theirs = `arn:aws:kms:us-east-1:${target.account}:key/theirs`

  it('leaves what nobody encrypts as it is, and encrypts all of it where the account does so by default', async () => {
    expect(await built(undefined, [])).toEqual({ '/dev/xvda': 'plain' })
    await world.close()
    world = await served()
    world.aws.ec2.encryption.switchOn(build)
    expect(await built(undefined, [])).toEqual({ '/dev/xvda': managed() })
  })

  it('gives the root of another account’s AMI the default key, unless the recipe names the root', async () => {
    const named = { deviceName: '/dev/sda1', ebs: { encrypted: true, kmsKeyId: keyIn('us-east-1'), volumeSize: 8 } }
    expect(await built(theirs, [named])).toEqual({ '/dev/xvda': managed(), '/dev/sda1': keyIn('us-east-1') })
    await world.close()
    world = await served()
    expect(await built(theirs, [{ ...named, deviceName: '/dev/xvda' }])).toEqual({ '/dev/xvda': keyIn('us-east-1') })
  })
})

describe('tags of a snapshot', () => {
  const snapshot = () => {
    const { image } = world.aws.ec2.addImage({ ...build, Name: 'golden' })
    return image.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
  }
  const tag = (statements: Statement[], id: string, keys = ['rebake:fleet'], account = build.account) =>
    new EC2Client(clientOptions(world, roleWith(world.aws, statements, { account }))).send(
      new CreateTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key, Value: 'golden' })) }),
    )
  const only: Statement = {
    ...allow('ec2:CreateTags'),
    Resource: 'arn:aws:ec2:us-east-1::snapshot/*',
    Condition: {
      StringEquals: { 'aws:RequestTag/rebake:fleet': 'golden' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['rebake:fleet'] },
    },
  }

  it('are what its owner gives it, as far as the policy lets it', async () => {
    const id = snapshot()
    await expect(tag([], id)).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
    await expect(tag([only], id, ['rebake:fleet', 'CreatedBy'])).rejects.toThrow('ec2:CreateTags')
    await tag([only], id)
    const { Snapshots } = await new EC2Client(clientOptions(world)).send(
      new DescribeSnapshotsCommand({ SnapshotIds: [id] }),
    )
    expect(Snapshots?.[0]?.Tags).toEqual([{ Key: 'rebake:fleet', Value: 'golden' }])
    await expect(tag([only], id, ['rebake:fleet'], target.account)).rejects.toMatchObject({
      name: 'InvalidSnapshot.NotFound',
    })
  })
})
