import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  type DescribeAutoScalingGroupsCommandInput,
  DescribeLaunchConfigurationsCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling'
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addKeys,
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  keyIn,
  roleWith,
  type Served,
  served,
  target,
} from '../accounts.ts'

let world: Served
let client: AutoScalingClient
const instances: string[] = []

beforeAll(async () => {
  world = await served()
  const { ec2, autoscaling } = world.aws
  for (const name of ['web', 'arm']) ec2.launchTemplates.add({ ...target, name })
  autoscaling.add({ ...target, name: 'web', launchTemplate: { name: 'web', version: '$Latest' } })
  autoscaling.add({
    ...target,
    name: 'mixed',
    tags: { team: 'web' },
    mixed: {
      launchTemplate: { name: 'web', version: '3' },
      overrides: [
        { instanceType: 'm7g.large', launchTemplate: { name: 'arm' } },
        { instanceType: 'm7i.large', imageId: 'ami-00000000000000001' },
      ],
    },
  })
  autoscaling.addLaunchConfiguration({ ...target, name: 'old', imageId: 'ami-00000000000000002' })
  autoscaling.add({ ...target, name: 'old', launchConfiguration: 'old' })
  autoscaling.add({ ...build, name: 'elsewhere' })
  for (const asg of ['web', 'web', 'mixed', 'old', undefined])
    instances.push(
      ec2.instances.add({ ...target, imageId: 'ami-00000000000000003', ...(asg && { asg }) }).instance.InstanceId,
    )
  client = new AutoScalingClient(clientOptions(world, roleWith(world.aws, [allow('autoscaling:Describe*')], target)))
})

afterAll(async () => {
  await world.close()
})

const groups = (input: DescribeAutoScalingGroupsCommandInput = {}) =>
  client.send(new DescribeAutoScalingGroupsCommand(input))

const names = async (input: DescribeAutoScalingGroupsCommandInput) =>
  (await groups(input)).AutoScalingGroups?.map(({ AutoScalingGroupName }) => AutoScalingGroupName)

describe('groups', () => {
  it('say what they launch from: a template, several, or a launch configuration', async () => {
    const { id: web } = world.aws.ec2.launchTemplates.find('web', target) ?? {}
    const { id: arm } = world.aws.ec2.launchTemplates.find('arm', target) ?? {}
    const { AutoScalingGroups } = await groups()
    expect(AutoScalingGroups).toMatchObject([
      { LaunchTemplate: { LaunchTemplateId: web, LaunchTemplateName: 'web', Version: '$Latest' } },
      {
        Tags: [{ Key: 'team', Value: 'web', ResourceId: 'mixed' }],
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateId: web, Version: '3' },
            Overrides: [
              {
                InstanceType: 'm7g.large',
                LaunchTemplateSpecification: { LaunchTemplateId: arm, Version: '$Default' },
              },
              { InstanceType: 'm7i.large', ImageId: 'ami-00000000000000001' },
            ],
          },
        },
      },
      { LaunchConfigurationName: 'old' },
    ])
    expect(AutoScalingGroups?.[0]).not.toHaveProperty('MixedInstancesPolicy')
    expect(AutoScalingGroups?.[0]?.AutoScalingGroupARN).toMatch(
      /^arn:aws:autoscaling:us-east-1:222222222222:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName\/web$/,
    )
  })

  it('have the instances that say so, until they are gone', async () => {
    const has = async () =>
      (await groups()).AutoScalingGroups?.map(({ Instances }) => Instances?.map(({ InstanceId }) => InstanceId))
    const [first, second, mixed, old] = instances
    expect(await has()).toEqual([[first, second], [mixed], [old]])
    const { AutoScalingGroups } = await groups({ AutoScalingGroupNames: ['mixed'] })
    expect(AutoScalingGroups?.[0]?.Instances).toMatchObject([
      { LifecycleState: 'InService', HealthStatus: 'Healthy', LaunchTemplate: { LaunchTemplateName: 'web' } },
    ])
    const ec2 = new EC2Client({
      ...clientOptions(world),
      credentials: { accessKeyId: target.account, secretAccessKey: 'any' },
    })
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first ?? ''] }))
    world.clock.run()
    expect(await has()).toEqual([[second], [mixed], [old]])
    expect((await groups({ IncludeInstances: false })).AutoScalingGroups?.[0]?.Instances).toEqual([])
  })

  it('are found by their names, and come in pages', async () => {
    expect(await names({ AutoScalingGroupNames: ['old', 'elsewhere', 'web'] })).toEqual(['old', 'web'])
    const first = await groups({ MaxRecords: 2 })
    expect(first.AutoScalingGroups).toHaveLength(2)
    expect(await names({ MaxRecords: 2, NextToken: first.NextToken })).toEqual(['old'])
    await expect(groups({ NextToken: '?' })).rejects.toMatchObject({ name: 'InvalidNextToken' })
  })

  it('need a launch template that is there', () => {
    const add = () => world.aws.autoscaling.add({ ...target, name: 'x', launchTemplate: { name: 'nothing' } })
    expect(add).toThrow('account 222222222222 has no launch template nothing in us-east-1')
  })
})

it('describes launch configurations', async () => {
  const { LaunchConfigurations } = await client.send(new DescribeLaunchConfigurationsCommand())
  expect(LaunchConfigurations).toMatchObject([{ LaunchConfigurationName: 'old', ImageId: 'ami-00000000000000002' }])
  const none = { LaunchConfigurationNames: ['other'] }
  expect((await client.send(new DescribeLaunchConfigurationsCommand(none))).LaunchConfigurations).toEqual([])
})

it('refuses who may not, and what it does not emulate', async () => {
  const nobody = new AutoScalingClient(
    clientOptions(world, roleWith(world.aws, [], { ...target, name: 'nobody', logicalId: 'NobodyRole' })),
  )
  await expect(nobody.send(new DescribeAutoScalingGroupsCommand())).rejects.toMatchObject({
    name: 'AccessDenied',
  })
  await expect(client.send(new DescribePoliciesCommand())).rejects.toThrow('does not emulate')
  await expect(groups({ Filters: [{ Name: 'tag-key', Values: ['team'] }] })).rejects.toThrow('does not emulate')
})

describe('a group that is to have more', () => {
  const key = keyIn(target.region)
  const operator = () =>
    new AutoScalingClient({
      ...clientOptions(world),
      credentials: { accessKeyId: target.account, secretAccessKey: 'a' },
    })
  const named = (name: string) => ({ AutoScalingGroupName: name })
  /** A group with an AMI of an account, and its last activity when it has launched. */
  const launched = async (name: string, account: string, kmsKey?: string) => {
    const { ec2, autoscaling } = world.aws
    const encryption = kmsKey === undefined ? { Encrypted: false } : { Encrypted: true, KmsKeyId: kmsKey }
    const { image } = ec2.addImage({
      account,
      region: target.region,
      Name: name,
      sharedWith: [target.account],
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, ...encryption } }],
    })
    ec2.launchTemplates.add({ ...target, name, data: { ImageId: image.ImageId } })
    autoscaling.add({ ...target, name, launchTemplate: { name } })
    await operator().send(new SetDesiredCapacityCommand({ ...named(name), DesiredCapacity: 1 }))
    const { Activities = [] } = await operator().send(new DescribeScalingActivitiesCommand(named(name)))
    return { activity: Activities[0], role: autoscaling.addServiceRole(target.account) }
  }

  it('launches what is not encrypted, or with a key that AWS manages for the account', async () => {
    const managed = `arn:aws:kms:${target.region}:${target.account}:alias/aws/ebs`
    expect((await launched('plain', target.account)).activity?.StatusCode).toBe('Successful')
    const own = world.aws.kms.key(managed)?.arn ?? ''
    expect((await launched('managed', target.account, own)).activity?.StatusCode).toBe('Successful')
    const { AutoScalingGroups } = await operator().send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['plain'] }),
    )
    expect(AutoScalingGroups?.[0]?.Instances).toHaveLength(1)
  })

  it.each([
    ['shared', build.account],
    ['copied', target.account],
  ])('needs a grant for the key of another account, for what is %s', async (name, account) => {
    addKeys({ ...world })
    const { activity, role } = await launched(name, account, key)
    expect(activity).toMatchObject({
      StatusCode: 'Failed',
      StatusMessage: expect.stringContaining('Client.InternalError: Client error on launch'),
    })
    const [instance] = world.aws.ec2.instances.in(target).filter((each) => each.instance.StateReason)
    expect(instance?.instance).toMatchObject({ StateReason: { Code: 'Client.InternalError' } })
    await world.aws.call({
      principal: world.aws.iam.operator(target.account),
      service: 'kms',
      operation: 'CreateGrant',
      input: {
        KeyId: key,
        GranteePrincipal: role,
        Operations: [
          'Decrypt',
          'ReEncryptFrom',
          'ReEncryptTo',
          'GenerateDataKeyWithoutPlaintext',
          'DescribeKey',
          'CreateGrant',
        ],
      },
    })
    expect((await launched(`${name} again`, account, key)).activity?.StatusCode).toBe('Successful')
    world.aws.kms.revokeGrants(key, role)
  })

  it('says so where there is no such AMI, and is refused for a group that is not there', async () => {
    const { ec2, autoscaling } = world.aws
    ec2.launchTemplates.add({ ...target, name: 'gone', data: { ImageId: 'ami-00000000000000009' } })
    autoscaling.add({ ...target, name: 'gone', launchTemplate: { name: 'gone' } })
    await operator().send(new SetDesiredCapacityCommand({ ...named('gone'), DesiredCapacity: 1 }))
    const { Activities } = await operator().send(new DescribeScalingActivitiesCommand(named('gone')))
    expect(Activities).toMatchObject([
      { StatusCode: 'Failed', StatusMessage: expect.stringContaining('does not exist') },
    ])
    const nobody = operator().send(new SetDesiredCapacityCommand({ ...named('nobody'), DesiredCapacity: 1 }))
    await expect(nobody).rejects.toThrow('nobody not found')
  })
})

itFitsTheModels(() => world.aws.calls)
