import {
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  DescribeSnapshotsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, served, soe } from '../accounts.ts'

let world: Served
let client: EC2Client
const ids: Record<string, string> = {}

beforeAll(async () => {
  world = await served()
  const { aws } = world
  const add = (key: string, ami: Parameters<typeof aws.ec2.addImage>[0]) => {
    ids[key] = aws.ec2.addImage(ami).image.ImageId
  }
  const tags = [{ Key: 'Team', Value: 'a & <b>' }]
  add('own', {
    ...build,
    Name: 'golden-base 1',
    Tags: tags,
    sharedWith: [soe.account],
    Description: 'a "base"\nimage',
  })
  add('shared', {
    ...soe,
    Name: 'al2023-soe 1',
    Architecture: 'arm64',
    sharedWith: [build.account],
    Tags: tags,
  })
  add('public', { ...soe, Name: 'al2023-soe 2', Public: true, ImageOwnerAlias: 'amazon' })
  add('hidden', { ...soe, Name: 'al2023-soe 3' })
  add('elsewhere', { ...build, region: 'eu-west-1', Name: 'golden-base 1' })
  client = new EC2Client(clientOptions(world, roleWith(aws, [allow('ec2:Describe*')])))
})

afterAll(async () => {
  await world.close()
})

const described = async (input: DescribeImagesCommandInput) => {
  const { Images = [] } = await client.send(new DescribeImagesCommand(input))
  const name = new Map(Object.entries(ids).map(([key, id]) => [id, key]))
  return Images.map(({ ImageId }) => name.get(ImageId ?? '')).sort()
}

describe('DescribeImages', () => {
  it.each<[string, DescribeImagesCommandInput, string[]]>([
    ['all that the account may use', {}, ['own', 'public', 'shared']],
    ['its own', { Owners: ['self'] }, ['own']],
    ['an account’s', { Owners: [soe.account] }, ['public', 'shared']],
    ['an alias’s', { Owners: ['amazon'] }, ['public']],
    ['those shared with it', { ExecutableUsers: ['self'] }, ['shared']],
    ['those for everybody', { ExecutableUsers: ['all'] }, ['public']],
    ['by a name with *', { Filters: [{ Name: 'name', Values: ['al2023-*', 'x'] }] }, ['public', 'shared']],
    [
      'by two filters',
      {
        Filters: [
          { Name: 'architecture', Values: ['arm64'] },
          { Name: 'state', Values: ['available'] },
        ],
      },
      ['shared'],
    ],
    ['by a tag, which only the owner sees', { Filters: [{ Name: 'tag:Team', Values: ['a*'] }] }, ['own']],
    ['by a tag’s key', { Filters: [{ Name: 'tag-key', Values: ['Team'] }] }, ['own']],
    ['by owner id', { Filters: [{ Name: 'owner-id', Values: [build.account] }] }, ['own']],
    ['none', { Filters: [{ Name: 'name', Values: ['golden'] }] }, []],
  ])('%s', async (_, input, expected) => {
    expect(await described(input)).toEqual(expected)
  })

  it('tells everything of an AMI, whatever characters are in it', async () => {
    const { Images } = await client.send(new DescribeImagesCommand({ ImageIds: [ids.own ?? ''] }))
    expect(Images?.[0]).toMatchObject({
      OwnerId: build.account,
      State: 'available',
      Public: false,
      EnaSupport: true,
      ImdsSupport: 'v2.0',
      Description: 'a "base"\nimage',
      Tags: [{ Key: 'Team', Value: 'a & <b>' }],
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: false, VolumeSize: 8 } }],
    })
  })

  it.each([
    ['ami-00000000000000000', 'InvalidAMIID.NotFound', "The image id '[ami-00000000000000000]' does not exist"],
    ['ami-x', 'InvalidAMIID.Malformed', 'Invalid id: "ami-x"'],
  ])('refuses %s', async (id, name, message) => {
    await expect(client.send(new DescribeImagesCommand({ ImageIds: [id] }))).rejects.toMatchObject({
      name,
      message,
    })
  })

  it('refuses an AMI that is somebody else’s, and a filter that it does not know', async () => {
    await expect(described({ ImageIds: [ids.hidden ?? ''] })).rejects.toMatchObject({
      name: 'InvalidAMIID.NotFound',
    })
    await expect(described({ Filters: [{ Name: 'colour', Values: ['red'] }] })).rejects.toThrow(
      "The filter 'colour' is invalid",
    )
  })

  it('has pages', async () => {
    const first = await client.send(new DescribeImagesCommand({ MaxResults: 5 }))
    expect(first.NextToken).toBeUndefined()
    const { Images, NextToken } = await client.send(new DescribeImagesCommand({ MaxResults: 2 }))
    const rest = await client.send(new DescribeImagesCommand({ MaxResults: 2, NextToken }))
    expect([...(Images ?? []), ...(rest.Images ?? [])]).toEqual(first.Images)
    await expect(client.send(new DescribeImagesCommand({ NextToken: '?' }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
    })
  })
})

describe('other operations', () => {
  it('says who may launch, to the owner alone', async () => {
    const ask = (id = '') =>
      client.send(new DescribeImageAttributeCommand({ ImageId: id, Attribute: 'launchPermission' }))
    expect((await ask(ids.own)).LaunchPermissions).toEqual([{ UserId: soe.account }])
    await expect(ask(ids.shared)).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' })
  })

  it('has regions, no instances, and the snapshots of the account’s AMIs', async () => {
    const { Regions } = await client.send(new DescribeRegionsCommand({ RegionNames: ['eu-west-1'] }))
    expect(Regions).toEqual([
      {
        RegionName: 'eu-west-1',
        Endpoint: 'ec2.eu-west-1.amazonaws.com',
        OptInStatus: 'opt-in-not-required',
      },
    ])
    expect((await client.send(new DescribeInstancesCommand())).Reservations).toEqual([])
    expect((await client.send(new DescribeSnapshotsCommand())).Snapshots).toMatchObject([
      { OwnerId: build.account, VolumeSize: 8 },
    ])
  })

  it('refuses what it does not emulate', async () => {
    await expect(client.send(new DescribeVpcsCommand())).rejects.toThrow(
      'the emulator does not emulate the operation ec2 DescribeVpcs',
    )
  })

  it('refuses a principal in EC2’s way', async () => {
    const nobody = new EC2Client(
      clientOptions(world, roleWith(world.aws, [], { name: 'nobody', logicalId: 'NobodyRole' })),
    )
    await expect(nobody.send(new DescribeImagesCommand())).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    })
  })

  it('allows one AMI of a name, and says that there is a new one', () => {
    const again = () => world.aws.ec2.addImage({ ...build, Name: 'golden-base 1' })
    expect(again).toThrow(expect.objectContaining({ name: 'InvalidAMIName.Duplicate' }))
    expect(world.events[0]).toMatchObject({
      source: 'aws.ec2',
      'detail-type': 'EC2 AMI State Change',
      account: build.account,
      time: '2026-09-01T12:00:00Z',
      resources: [`arn:aws:ec2:us-east-1::image/${ids.own}`],
      detail: { ImageId: ids.own, State: 'available', ErrorMessage: '' },
    })
  })
})

describe('an AMI that is deregistered', () => {
  const { account, region } = soe
  const add = (Name: string) => world.aws.ec2.addImage({ ...soe, Name, sharedWith: [build.account] }).image

  it('is gone for everybody, and its name is free', async () => {
    const { ImageId } = add('al2023-soe gone')
    expect(world.aws.ec2.named('al2023-soe gone', soe)?.image.ImageId).toBe(ImageId)
    world.aws.ec2.deregister(ImageId, region)
    await expect(client.send(new DescribeImagesCommand({ ImageIds: [ImageId] }))).rejects.toMatchObject({
      name: 'InvalidAMIID.NotFound',
    })
    expect(world.aws.ec2.named('al2023-soe gone', soe)).toBeUndefined()
    expect(add('al2023-soe gone')).toMatchObject({ State: 'available' })
  })

  it.each([
    ['EC2 says so on its owner’s bus', {}, ['available', 'deregistered']],
    ['EC2 does not where somebody else tells', { unannounced: true }, ['available']],
  ])('%s', (_, more, states) => {
    const { ImageId } = add(`al2023-soe reported ${states.length}`)
    world.aws.ec2.deregister(ImageId, region, more)
    const reported = world.events.filter(({ detail }) => detail.ImageId === ImageId)
    expect(reported.map(({ account: of, detail }) => [of, detail.State])).toEqual(
      states.map((state) => [account, state]),
    )
  })

  it('that is not there is no matter', () => {
    expect(() => world.aws.ec2.deregister('ami-00000000000000000', region)).not.toThrow()
  })
})

itFitsTheModels(() => world.aws.calls)
