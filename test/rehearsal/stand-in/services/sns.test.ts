import {
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allow, clientOptions, itFitsTheModels, roleWith, type Served, served } from '../world.ts'

const TopicArn = 'arn:aws:sns:us-east-1:111111111111:golden-notifications'
let world: Served
let client: SNSClient

beforeAll(async () => {
  world = await served()
  world.standIn.sns.addTopic({
    ...{ arn: TopicArn, displayName: 'Rebake', kmsKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/1' },
    subscriptions: [{ protocol: 'email', endpoint: 'platform@example.com' }],
  })
  client = new SNSClient(clientOptions(world, roleWith(world.standIn, [allow('sns:*', 'kms:*')])))
})

afterAll(async () => {
  await world.close()
})

describe('Publish', () => {
  it('keeps what is published', async () => {
    const message = 'Line one\n• "quoted" & <angled> 100 %'
    const { MessageId } = await client.send(
      new PublishCommand({
        ...{ TopicArn, Subject: 'golden: base released', Message: message },
        MessageAttributes: {
          image: { DataType: 'String', StringValue: 'base' },
          status: { DataType: 'String', StringValue: 'released' },
        },
      }),
    )
    expect(MessageId).toMatch(/^[0-9a-f-]{36}$/)
    expect(world.standIn.sns.notifications).toEqual([
      {
        ...{
          time: '2026-09-01T12:00:00.000Z',
          topicArn: TopicArn,
          subject: 'golden: base released',
          message,
        },
        attributes: { image: 'base', status: 'released' },
      },
    ])
    expect(world.standIn.calls.at(-1)?.input).toMatchObject({
      MessageAttributes: { image: { DataType: 'String', StringValue: 'base' } },
    })
  })

  it.each([
    ['an empty message', { Message: '' }, 'Empty message'],
    ['a message over 256 KB', { Message: 'x'.repeat(262_145) }, 'Message too long'],
    ['a subject over 100 characters', { Subject: 'x'.repeat(101) }, 'Subject'],
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
    ...{ TopicArn, Owner: '111111111111', DisplayName: 'Rebake', SubscriptionsConfirmed: '1' },
  })
  const ofTopic = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))
  expect(ofTopic.Subscriptions).toMatchObject([
    { TopicArn, Protocol: 'email', Endpoint: 'platform@example.com' },
  ])
  expect((await client.send(new ListSubscriptionsCommand())).Subscriptions).toEqual(ofTopic.Subscriptions)
})

itFitsTheModels(() => world.standIn.calls)
