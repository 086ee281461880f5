import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { build, clientOptions, type Served, served } from '../accounts.ts'

let world: Served
let ec2: EC2Client
let ImageId: string
beforeEach(async () => {
  world = await served()
  ec2 = new EC2Client(clientOptions(world))
  const { aws } = world
  ImageId = aws.ec2.addImage({ ...build, Name: 'web' }).image.ImageId
  for (const [id, zone] of [
    ['subnet-a', 'us-east-1a'],
    ['subnet-b', 'us-east-1b'],
  ] as const)
    aws.ec2.subnets.addSubnet({ ...build, id, vpc: 'vpc-1', zone })
  aws.ec2.subnets.addGroup({ ...build, id: 'sg-1', vpc: 'vpc-1' })
  aws.ec2.subnets.addGroup({ ...build, id: 'sg-2', vpc: 'vpc-2' })
  aws.ec2.subnets.addGroup({ ...build, id: 'sg-default' })
})
afterEach(() => world.close())

const run = (SubnetId: string | undefined, ...SecurityGroupIds: string[]) =>
  ec2.send(
    new RunInstancesCommand({
      ImageId,
      InstanceType: 'm7i.large',
      MinCount: 1,
      MaxCount: 1,
      SecurityGroupIds,
      ...(SubnetId && { SubnetId }),
    }),
  )

describe('a launch', () => {
  it('is in the zone of its subnet', async () => {
    const { Instances = [] } = await run('subnet-b', 'sg-1')
    expect(Instances[0]?.Placement).toEqual({ AvailabilityZone: 'us-east-1b' })
    expect((await run(undefined, 'sg-default')).Instances?.[0]?.Placement).toEqual({ AvailabilityZone: 'us-east-1a' })
  })

  it.each([
    ['a subnet that is not there', 'subnet-c', 'sg-1', 'InvalidSubnetID.NotFound'],
    ['a security group that is not there', 'subnet-a', 'sg-3', 'InvalidGroup.NotFound'],
    ['a security group of another VPC', 'subnet-a', 'sg-2', 'InvalidParameter'],
    ['a security group of a VPC without a subnet', undefined, 'sg-1', 'InvalidParameter'],
  ])('is refused with %s', async (_, subnet, group, name) => {
    await expect(run(subnet, group)).rejects.toMatchObject({ name })
  })

  it('is refused where its zone does not have its type, or has no room', async () => {
    world.aws.ec2.subnets.isOffered = (_, zone) => zone !== 'us-east-1b'
    await expect(run('subnet-b', 'sg-1')).rejects.toMatchObject({
      name: 'Unsupported',
      message: expect.stringContaining('not supported in your requested Availability Zone (us-east-1b)'),
    })
    world.aws.ec2.instances.hasCapacity = (_, zone) => zone !== 'us-east-1a'
    await expect(run('subnet-a', 'sg-1')).rejects.toMatchObject({
      name: 'InsufficientInstanceCapacity',
      message: expect.stringContaining('do not have sufficient m7i.large capacity'),
    })
  })
})

describe('what EC2 tells', () => {
  it('of subnets and security groups, by their ids', async () => {
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-b'] }))
    expect(Subnets).toMatchObject([{ SubnetId: 'subnet-b', VpcId: 'vpc-1', AvailabilityZone: 'us-east-1b' }])
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-2'] }))
    expect(SecurityGroups).toMatchObject([{ GroupId: 'sg-2', VpcId: 'vpc-2' }])
    for (const [command, name] of [
      [new DescribeSubnetsCommand({ SubnetIds: ['subnet-c'] }), 'InvalidSubnetID.NotFound'],
      [new DescribeSecurityGroupsCommand({ GroupIds: ['sg-3'] }), 'InvalidGroup.NotFound'],
      [new DescribeSubnetsCommand({}), 'UnsupportedFeature'],
    ] as const)
      await expect(ec2.send(command as never)).rejects.toMatchObject({ name })
  })

  it('of the types that zones have', async () => {
    world.aws.ec2.subnets.isOffered = (type, zone) => type === 'm7i.large' || zone === 'us-east-1a'
    const offered = await ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        Filters: [
          { Name: 'instance-type', Values: ['m7i.large', 'g6.xlarge'] },
          { Name: 'location', Values: ['us-east-1a', 'us-east-1b'] },
        ],
      }),
    )
    expect(offered.InstanceTypeOfferings?.map((each) => `${each.InstanceType} ${each.Location}`)).toEqual([
      'm7i.large us-east-1a',
      'm7i.large us-east-1b',
      'g6.xlarge us-east-1a',
    ])
  })
})
