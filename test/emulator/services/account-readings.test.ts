import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { DescribeEventBusCommand, EventBridgeClient, ListRuleNamesByTargetCommand } from '@aws-sdk/client-eventbridge'
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { BatchGetAccountStatusCommand, Inspector2Client } from '@aws-sdk/client-inspector2'
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas'
import { GetQueueAttributesCommand, PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  keyIn,
  roleWith,
  type Served,
  served,
  trusting,
} from '../accounts.ts'

let world: Served
beforeAll(async () => {
  world = await served()
})
afterAll(() => world.close())

describe('iam', () => {
  it('tells of a role by its name, whatever its path, with its trust policy encoded', async () => {
    const name = 'AWSServiceRoleForImageBuilder'
    const arn = `arn:aws:iam::${build.account}:role/aws-service-role/imagebuilder.amazonaws.com/${name}`
    const trust = trusting({ Service: 'imagebuilder.amazonaws.com' })
    world.aws.addRole({ account: build.account, logicalId: name, name, arn, trust, policies: [] })
    const { Role } = await new IAMClient(clientOptions(world)).send(new GetRoleCommand({ RoleName: name }))
    expect(Role).toMatchObject({ Arn: arn, Path: '/aws-service-role/imagebuilder.amazonaws.com/' })
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toHaveProperty('Statement')
  })

  it('does not know one that is gone', async () => {
    world.aws.iam.removeRole(roleWith(world.aws, [], { name: 'short-lived' }).roleArn)
    const asked = new IAMClient(clientOptions(world)).send(new GetRoleCommand({ RoleName: 'short-lived' }))
    await expect(asked).rejects.toMatchObject({ name: 'NoSuchEntityException' })
  })

  it('tells a role that may not ask what it needs', async () => {
    const client = new IAMClient(clientOptions(world, roleWith(world.aws, [allow('ec2:*')])))
    await expect(client.send(new GetRoleCommand({ RoleName: 'worker' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('is not authorized to perform: iam:GetRole'),
    })
  })
})

describe('kms', () => {
  const arn = keyIn(build.region)
  const client = () => new KMSClient(clientOptions(world))
  const policy = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*' } as const] }

  it('tells of a key by its id, its alias or its ARN, and its policy', async () => {
    world.aws.kms.addKey({ arn, enabled: false, policy })
    world.aws.kms.addAlias(`arn:aws:kms:${build.region}:${build.account}:alias/golden`, arn)
    for (const KeyId of [arn, 'alias/golden', arn.split('/')[1]]) {
      const { KeyMetadata } = await client().send(new DescribeKeyCommand({ KeyId }))
      expect(KeyMetadata).toMatchObject({ Arn: arn, KeyState: 'Disabled', Enabled: false })
    }
    const { Policy = '' } = await client().send(new GetKeyPolicyCommand({ KeyId: arn }))
    expect(JSON.parse(Policy)).toEqual(policy)
  })

  it('does not know any other', async () => {
    await expect(client().send(new DescribeKeyCommand({ KeyId: 'alias/none' }))).rejects.toMatchObject({
      name: 'NotFoundException',
    })
  })
})

describe('service-quotas', () => {
  const client = () => new ServiceQuotasClient(clientOptions(world))
  const pipelines = { ServiceCode: 'imagebuilder', QuotaCode: 'L-7A0E01E3' }

  it('tells what an account has, and what everybody has', async () => {
    world.aws.quotas.values.set('imagebuilder L-7A0E01E3', 200)
    expect((await client().send(new GetServiceQuotaCommand(pipelines))).Quota?.Value).toBe(200)
    const { Quota } = await client().send(new GetAWSDefaultServiceQuotaCommand(pipelines))
    expect(Quota).toMatchObject({ Value: 75, QuotaName: 'Image pipelines' })
  })

  it('does not know any other', async () => {
    const other = { ...pipelines, QuotaCode: 'L-00000000' }
    for (const command of [new GetServiceQuotaCommand(other), new GetAWSDefaultServiceQuotaCommand(other)])
      await expect(client().send(command as GetServiceQuotaCommand)).rejects.toMatchObject({
        name: 'NoSuchResourceException',
      })
  })
})

it('inspector2 tells whether it is on', async () => {
  world.aws.inspector.off.add('222222222222')
  const { accounts = [] } = await new Inspector2Client(clientOptions(world)).send(
    new BatchGetAccountStatusCommand({ accountIds: [build.account, '222222222222'] }),
  )
  expect(accounts.map(({ resourceState }) => resourceState?.ec2?.status)).toEqual(['ENABLED', 'DISABLED'])
})

it('ec2 tells of the regions that an account has not opted in to only when it is asked for all', async () => {
  world.aws.ec2.regions.notOptedIn.add(`${build.account}/ap-east-1`)
  const client = new EC2Client(clientOptions(world))
  const statusOf = async (AllRegions: boolean) => {
    const { Regions = [] } = await client.send(new DescribeRegionsCommand({ AllRegions }))
    return Object.fromEntries(Regions.map(({ RegionName = '', OptInStatus }) => [RegionName, OptInStatus]))
  }
  expect(await statusOf(true)).toMatchObject({
    'us-east-1': 'opt-in-not-required',
    'ap-east-1': 'not-opted-in',
    'eu-south-1': 'opted-in',
  })
  expect(await statusOf(false)).not.toHaveProperty('ap-east-1')
  await expect(client.send(new DescribeRegionsCommand({ RegionNames: ['us-east-9'] }))).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  })
})

it('events tells which rules go somewhere, and whom a bus admits', async () => {
  const client = new EventBridgeClient(clientOptions(world))
  const { events } = world.aws
  const TargetArn = `arn:aws:lambda:${build.region}:${build.account}:function:golden-complete-wait`
  events.addBus(build, 'golden-releases')
  events.addRule({ ...build, name: 'one', pattern: {}, targets: [{ Id: 'x', Arn: TargetArn }] })
  events.addRule({ ...build, name: 'two', bus: 'golden-releases', targets: [{ Id: 'x', Arn: TargetArn }] })
  expect((await client.send(new ListRuleNamesByTargetCommand({ TargetArn }))).RuleNames).toEqual(['one'])
  expect(await client.send(new DescribeEventBusCommand({}))).not.toHaveProperty('Policy')
  events.policyOf(build, 'golden-releases').push({ Principal: { AWS: 'arn:aws:iam::222222222222:root' } })
  const { Policy = '' } = await client.send(new DescribeEventBusCommand({ Name: 'golden-releases' }))
  expect(JSON.parse(Policy).Statement).toMatchObject([
    { Effect: 'Allow', Action: 'events:PutEvents', Principal: { AWS: 'arn:aws:iam::222222222222:root' } },
  ])
})

it('sqs empties a queue', async () => {
  const client = new SQSClient(clientOptions(world))
  const QueueUrl = `https://sqs.${build.region}.amazonaws.com/${build.account}/letters`
  world.aws.sqs.addQueue(build, 'letters')
  world.aws.sqs.put(`arn:aws:sqs:${build.region}:${build.account}:letters`, {
    id: '1',
    body: '{}',
    sent: new Date(0),
  })
  const waiting = async () =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes
      ?.ApproximateNumberOfMessages
  expect(await waiting()).toBe('1')
  await client.send(new PurgeQueueCommand({ QueueUrl }))
  expect(await waiting()).toBe('0')
})

it('sns tells nothing to a subscriber who has not confirmed', () => {
  const { sns } = world.aws
  const topicArn = `arn:aws:sns:${build.region}:${build.account}:news`
  const reported: string[] = []
  sns.deliver = (functionArn) => reported.push(functionArn)
  sns.addTopic({ arn: topicArn })
  for (const [endpoint, pending] of [
    ['a', true],
    ['b', false],
  ] as const)
    sns.subscribe({ topicArn, protocol: 'lambda', endpoint, owner: build.account, pending })
  sns.announce(topicArn, { text: 'hello' })
  expect(reported).toEqual(['b'])
})

itFitsTheModels(() => [...world.aws.calls, ...world.aws.operatorCalls])
