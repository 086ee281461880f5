import {
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda'
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetQueueAttributesCommand, ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build, clientOptions, itFitsTheModels, type Served, served } from '../accounts.ts'

let world: Served

beforeAll(async () => {
  world = await served()
})

afterAll(async () => {
  await world.close()
})

describe('lambda', () => {
  it('tells of functions', async () => {
    for (const name of ['golden-start-bake', 'golden-acquire-lock']) {
      world.aws.lambda.addFunction({
        ...build,
        name,
        roleArn: `arn:aws:iam::${build.account}:role/${name}`,
        modified: new Date(world.clock.now()),
        environment: { LEDGER_TABLE: 'golden-ledger' },
      })
    }
    const client = new LambdaClient(clientOptions(world))
    const { Functions } = await client.send(new ListFunctionsCommand())
    expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['golden-acquire-lock', 'golden-start-bake'])
    const one = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'golden-start-bake' }))
    expect(one).toMatchObject({
      Runtime: 'nodejs24.x',
      Environment: { Variables: { LEDGER_TABLE: 'golden-ledger' } },
    })
    const arn = 'arn:aws:lambda:us-east-1:111111111111:function:golden-start-bake'
    expect((await client.send(new GetFunctionCommand({ FunctionName: arn }))).Configuration?.FunctionArn).toBe(arn)
    const { Functions: page, NextMarker } = await client.send(new ListFunctionsCommand({ MaxItems: 1 }))
    expect(page).toHaveLength(1)
    expect(
      (await client.send(new ListFunctionsCommand({ MaxItems: 1, Marker: NextMarker }))).NextMarker,
    ).toBeUndefined()
    const missing = client.send(new GetFunctionCommand({ FunctionName: 'other' }))
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

describe('events', () => {
  const pattern = { source: ['aws.ec2'], detail: { State: ['available'] } }
  let client: EventBridgeClient

  beforeAll(() => {
    world.aws.events.addBus(build, 'golden-releases')
    world.aws.events.addRule({
      ...build,
      name: 'golden-release',
      bus: 'golden-releases',
      pattern,
      targets: [{ Id: 'Target0', Arn: 'arn:aws:lambda:us-east-1:111111111111:function:golden-receive-release' }],
    })
    client = new EventBridgeClient(clientOptions(world))
  })

  it('tells of rules, targets and buses', async () => {
    const bus = { EventBusName: 'golden-releases' }
    expect((await client.send(new ListRulesCommand({}))).Rules).toEqual([])
    const { Rules } = await client.send(new ListRulesCommand(bus))
    expect(Rules).toMatchObject([
      {
        Name: 'golden-release',
        Arn: 'arn:aws:events:us-east-1:111111111111:rule/golden-releases/golden-release',
      },
    ])
    const rule = await client.send(new DescribeRuleCommand({ ...bus, Name: 'golden-release' }))
    expect(JSON.parse(rule.EventPattern ?? '')).toEqual(pattern)
    expect((await client.send(new ListTargetsByRuleCommand({ ...bus, Rule: 'golden-release' }))).Targets).toHaveLength(
      1,
    )
    expect((await client.send(new ListEventBusesCommand({}))).EventBuses?.map(({ Name }) => Name)).toEqual([
      'default',
      'golden-releases',
    ])
    expect((await client.send(new DescribeEventBusCommand({ Name: 'golden-releases' }))).Arn).toContain(
      'event-bus/golden-releases',
    )
    const missing = client.send(new DescribeRuleCommand({ Name: 'golden-release' }))
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('hands events that are put to the world, and says which it refuses', async () => {
    world.events.length = 0
    const entry = {
      Source: 'platform.images',
      DetailType: 'SOE Released',
      Detail: '{"ami":"ami-1"}',
      EventBusName: 'golden-releases',
    }
    const answer = await client.send(
      new PutEventsCommand({
        Entries: [
          entry,
          { ...entry, Source: 'aws.ec2' },
          { ...entry, Detail: '[1]' },
          { ...entry, Detail: 'not json' },
        ],
      }),
    )
    expect(answer.FailedEntryCount).toBe(3)
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'MalformedDetail',
    ])
    expect(world.events).toEqual([
      {
        version: '0',
        id: answer.Entries?.[0]?.EventId,
        source: 'platform.images',
        'detail-type': 'SOE Released',
        account: build.account,
        region: 'us-east-1',
        time: '2026-09-01T12:00:00Z',
        resources: [],
        detail: { ami: 'ami-1' },
      },
    ])
  })

  it('takes no event of 256 KB, with the characters that its JSON needs', async () => {
    const client = new EventBridgeClient(clientOptions(world))
    const put = (length: number) =>
      client.send(
        new PutEventsCommand({
          Entries: [
            { Source: 'platform.images', DetailType: 'Long', Detail: JSON.stringify({ a: 'a'.repeat(length) }) },
          ],
        }),
      )
    await expect(put(261_000)).resolves.toMatchObject({ FailedEntryCount: 0 })
    await expect(put(262_000)).rejects.toMatchObject({ name: 'ValidationException' })
    world.events.length = 0
  })
})

it('tells of schedules', async () => {
  world.aws.scheduler.addSchedule({
    ...build,
    Name: 'golden-patch-day',
    ScheduleExpression: 'cron(0 6 ? * TUE#2 *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: 'arn:aws:lambda:us-east-1:111111111111:function:golden-receive-release',
      RoleArn: 'arn:aws:iam::111111111111:role/r',
    },
  })
  const client = new SchedulerClient(clientOptions(world))
  const { Schedules } = await client.send(new ListSchedulesCommand({ NamePrefix: 'golden' }))
  expect(Schedules).toMatchObject([{ Name: 'golden-patch-day', GroupName: 'default', State: 'ENABLED' }])
  const one = await client.send(new GetScheduleCommand({ Name: 'golden-patch-day' }))
  expect(one).toMatchObject({
    ScheduleExpression: 'cron(0 6 ? * TUE#2 *)',
    FlexibleTimeWindow: { Mode: 'OFF' },
  })
  const missing = client.send(new GetScheduleCommand({ Name: 'other' }))
  await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

it('tells of secrets, without what is in them', async () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:golden/slack-AbCdEf'
  world.aws.secretsmanager.addSecret({ ...build, name: 'golden/slack', arn })
  const { SecretList } = await new SecretsManagerClient(clientOptions(world)).send(new ListSecretsCommand())
  expect(SecretList).toEqual([{ Name: 'golden/slack', ARN: arn }])
})

it('tells of queues and what is in them', async () => {
  world.aws.sqs.addQueue(build, 'golden-dead-letters')
  const message = { id: 'm-1', body: '{"a":1}', sent: new Date(world.clock.now()) }
  world.aws.sqs.put('arn:aws:sqs:us-east-1:111111111111:golden-dead-letters', message)
  expect(() => world.aws.sqs.put('arn:aws:sqs:us-east-1:111111111111:other', message)).toThrow('no queue')
  const client = new SQSClient(clientOptions(world))
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}))
  expect(QueueUrls).toEqual(['https://sqs.us-east-1.amazonaws.com/111111111111/golden-dead-letters'])
  const QueueUrl = QueueUrls[0]
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  )
  expect(Attributes).toEqual({ ApproximateNumberOfMessages: '1' })
  for (let i = 0; i < 2; i++) {
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }))
    expect(Messages).toMatchObject([{ MessageId: 'm-1', Body: '{"a":1}' }])
  }
  const missing = client.send(new GetQueueAttributesCommand({ QueueUrl: `${QueueUrl}-not`, AttributeNames: ['All'] }))
  await expect(missing).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
})

itFitsTheModels(() => world.aws.operatorCalls)
