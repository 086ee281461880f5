import {
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SnsMessage } from '../../../emulator/services/sns.ts'
import { allow, build, clientOptions, itFitsTheModels, newWorld, roleWith, type Served, served } from '../accounts.ts'

const TopicArn = 'arn:aws:sns:us-east-1:111111111111:golden-notifications'
let world: Served
let client: SNSClient

beforeAll(async () => {
  world = await served()
  world.aws.sns.addTopic({
    arn: TopicArn,
    displayName: 'Team',
    kmsKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/1',
  })
  const subscription = { topicArn: TopicArn, protocol: 'email', endpoint: 'platform@example.com' }
  world.aws.sns.subscribe({ ...subscription, owner: build.account })
  client = new SNSClient(clientOptions(world, roleWith(world.aws, [allow('sns:*', 'kms:*')])))
})

afterAll(async () => {
  await world.close()
})

describe('Publish', () => {
  it('keeps what is published', async () => {
    const message = 'Line one\n• "quoted" & <angled> 100 %'
    const { MessageId } = await client.send(
      new PublishCommand({
        TopicArn,
        Subject: 'golden: base released',
        Message: message,
        MessageAttributes: {
          image: { DataType: 'String', StringValue: 'base' },
          status: { DataType: 'String', StringValue: 'released' },
        },
      }),
    )
    expect(MessageId).toMatch(/^[0-9a-f-]{36}$/)
    expect(world.aws.sns.notifications).toEqual([
      {
        time: '2026-09-01T12:00:00.000Z',
        topicArn: TopicArn,
        subject: 'golden: base released',
        message,
        attributes: { image: 'base', status: 'released' },
        recipients: ['email platform@example.com'],
      },
    ])
    expect(world.aws.calls.at(-1)?.input).toMatchObject({
      MessageAttributes: { image: { DataType: 'String', StringValue: 'base' } },
    })
  })

  it.each([
    ['an empty message', { Message: '' }, 'Empty message'],
    ['a message over 256 KB', { Message: 'x'.repeat(262_145) }, 'Message too long'],
    ['a subject of 100 characters', { Subject: 'x'.repeat(100) }, 'Subject'],
    ['a subject of two lines', { Subject: 'a\nb' }, 'Subject'],
    ['a subject that is not ASCII', { Subject: 'naïve' }, 'Subject'],
  ])('refuses %s', async (_, input, message) => {
    const publish = client.send(new PublishCommand({ TopicArn, Message: 'm', ...input }))
    await expect(publish).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Invalid parameter: ${message}`,
    })
  })

  it('refuses a topic that is not there', async () => {
    const publish = client.send(new PublishCommand({ TopicArn: `${TopicArn}-not`, Message: 'm' }))
    await expect(publish).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
    })
  })
})

it('tells of topics and subscriptions', async () => {
  expect((await client.send(new ListTopicsCommand())).Topics).toEqual([{ TopicArn }])
  expect((await client.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes).toMatchObject({
    TopicArn,
    Owner: '111111111111',
    DisplayName: 'Team',
    SubscriptionsConfirmed: '1',
  })
  const ofTopic = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))
  expect(ofTopic.Subscriptions).toMatchObject([{ TopicArn, Protocol: 'email', Endpoint: 'platform@example.com' }])
  expect((await client.send(new ListSubscriptionsCommand())).Subscriptions).toEqual(ofTopic.Subscriptions)
})

describe('a function that has subscribed', () => {
  const foreign = 'arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates'
  const endpoint = 'arn:aws:lambda:us-east-1:111111111111:function:golden-poll-upstreams'
  /** What functions get, by the topic that it came from. */
  function subscribed() {
    const { aws } = newWorld()
    const got: [string, string, SnsMessage][] = []
    aws.sns.deliver = (...delivery) => got.push(delivery)
    aws.sns.addTopic({ arn: TopicArn })
    const arns = [foreign, TopicArn].map((topicArn) =>
      aws.sns.subscribe({ topicArn, protocol: 'lambda', endpoint, owner: build.account }),
    )
    return { aws, got, arns }
  }

  it("gets what the owner of somebody else's topic publishes, as Lambda documents it", () => {
    const { aws, got, arns } = subscribed()
    aws.sns.announce(foreign, { text: 'There is a new AMI.' })
    aws.sns.announce('arn:aws:sns:us-east-1:801119661308:ec2-windows-ami-update', { text: 'for others' })
    const [[functionArn, topicArn, message] = [], ...more] = got
    expect([functionArn, topicArn, more]).toEqual([endpoint, foreign, []])
    const [record] = message?.Records ?? []
    expect(record).toMatchObject({
      EventVersion: '1.0',
      EventSource: 'aws:sns',
      EventSubscriptionArn: arns[0],
    })
    // The members of the sample in https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    expect(Object.keys(record?.Sns ?? {}).sort()).toEqual(
      'Message MessageAttributes MessageId Signature SignatureVersion SigningCertURL Subject Timestamp TopicArn Type UnsubscribeUrl'.split(
        ' ',
      ),
    )
    expect(record?.Sns).toMatchObject({
      TopicArn: foreign,
      Message: 'There is a new AMI.',
      Subject: null,
      Type: 'Notification',
      Timestamp: '2026-09-01T12:00:00.000Z',
    })
    // It is no message of ours.
    expect(aws.sns.notifications).toEqual([])
  })

  it('gets what a role publishes, which is kept as well', async () => {
    const { aws, got } = subscribed()
    await aws.call({
      principal: aws.iam.operator(),
      service: 'sns',
      operation: 'Publish',
      input: { TopicArn, Message: 'm', Subject: 's' },
    })
    expect(got.map(([, topic, event]) => [topic, event.Records[0]?.Sns])).toEqual([
      [TopicArn, expect.objectContaining({ Message: 'm', Subject: 's' })],
    ])
    expect(aws.sns.notifications).toHaveLength(1)
  })

  it('is listed for who has subscribed, whosoever the topic is', async () => {
    const { aws, arns } = subscribed()
    const list = async (account: string) =>
      (await aws.call({
        principal: aws.iam.operator(account),
        service: 'sns',
        operation: 'ListSubscriptions',
        input: {},
      })) as { Subscriptions: { SubscriptionArn: string }[] }
    const { Subscriptions } = await list(build.account)
    expect(Subscriptions.map(({ SubscriptionArn }) => SubscriptionArn)).toEqual(arns)
    expect((await list('137112412989')).Subscriptions).toEqual([])
  })
})

itFitsTheModels(() => world.aws.calls)

it('has a form for each protocol, and goes to whom a filter lets have it', async () => {
  const own = await served()
  const { sns } = own.aws
  sns.addTopic({ arn: TopicArn })
  const publisher = new SNSClient(clientOptions(own, roleWith(own.aws, [allow('sns:*')])))
  const only = (filterPolicy: Record<string, unknown>, endpoint: string) =>
    sns.subscribe({ topicArn: TopicArn, protocol: 'email', endpoint, owner: build.account, filterPolicy })
  only({ image: [{ prefix: 'pay' }] }, 'payments')
  only({ image: ['orders'] }, 'orders')
  only({ image: [{ prefix: 'pay' }], severity: ['error'] }, 'errors')
  const publish = (Message: string) =>
    publisher.send(
      new PublishCommand({
        TopicArn,
        MessageStructure: 'json',
        Message,
        MessageAttributes: { image: { DataType: 'String', StringValue: 'payments' } },
      }),
    )
  await publish(JSON.stringify({ default: 'x', email: 'a letter' }))
  const { message, recipients } = sns.notifications.pop() ?? {}
  expect([message, recipients]).toEqual(['a letter', ['email payments']])
  await expect(publish(JSON.stringify({ email: 'a letter' }))).rejects.toThrow('No default entry')
  await expect(publish('no JSON')).rejects.toThrow('failed to parse')
  await own.close()
})
