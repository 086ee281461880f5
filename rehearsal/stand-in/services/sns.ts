import type { PublishInput } from '@aws-sdk/client-sns'
import { Partitions, pageOf } from '../support.ts'
import { AwsError, type Context, type PermissionsOf, type Service, type Surroundings } from '../types.ts'

export interface Topic {
  arn: string
  displayName?: string
  kmsKeyArn?: string
  subscriptions?: { protocol: string; endpoint: string }[]
}

export interface Notification {
  time: string
  topicArn: string
  subject: string
  message: string
  attributes: Record<string, string>
}

const placeOf = (arn: string) => {
  const [, , , region = '', account = ''] = arn.split(':')
  return { account, region }
}

/** Topics; what is published is kept, and delivered to nobody. */
export class Sns implements Service {
  readonly notifications: Notification[] = []
  readonly #topics = new Partitions<Map<string, Topic>>(() => new Map())
  readonly #surroundings: Surroundings

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  addTopic(topic: Topic): void {
    this.#topics.in(placeOf(topic.arn)).set(topic.arn, topic)
  }

  readonly permissions: Record<string, PermissionsOf> = {
    Publish: ({ TopicArn = '' }: PublishInput, { region }) => {
      const publish = { action: 'sns:Publish', resource: TopicArn }
      const key = this.#topics.in(placeOf(TopicArn)).get(TopicArn)?.kmsKeyArn
      // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-what-permissions-for-sse
      const context = { 'kms:ViaService': `sns.${region}.amazonaws.com` }
      const encrypt = ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => ({
        action,
        resource: key ?? '',
        context,
      }))
      return key === undefined ? [publish] : [publish, ...encrypt]
    },
    GetTopicAttributes: onTopic('GetTopicAttributes'),
    ListSubscriptionsByTopic: onTopic('ListSubscriptionsByTopic'),
  }

  readonly operations = {
    Publish: (input: PublishInput, context: Context) => {
      const { arn } = this.#topic(input.TopicArn)
      checkMessage(input)
      const attributes = Object.entries(input.MessageAttributes ?? {})
      this.notifications.push({
        ...{
          time: context.now.toISOString(),
          topicArn: arn,
          subject: input.Subject ?? '',
          message: input.Message ?? '',
        },
        attributes: Object.fromEntries(
          attributes.map(([name, { StringValue }]) => [name, StringValue ?? '']),
        ),
      })
      return { MessageId: this.#surroundings.random.fork(`message/${this.notifications.length}`).uuid() }
    },

    ListTopics: ({ NextToken }: { NextToken?: string }, context: Context) => {
      const page = paged([...this.#topics.in(context).values()], NextToken)
      return { Topics: page.items.map(({ arn }) => ({ TopicArn: arn })), ...page.next }
    },

    GetTopicAttributes: ({ TopicArn }: { TopicArn: string }) => {
      const topic = this.#topic(TopicArn)
      const { account } = placeOf(topic.arn)
      const count = topic.subscriptions?.length ?? 0
      return {
        Attributes: {
          ...{
            TopicArn,
            Owner: account,
            DisplayName: topic.displayName ?? '',
            SubscriptionsConfirmed: `${count}`,
          },
          ...{ SubscriptionsPending: '0', SubscriptionsDeleted: '0' },
          ...(topic.kmsKeyArn === undefined ? {} : { KmsMasterKeyId: topic.kmsKeyArn }),
        },
      }
    },

    ListSubscriptions: ({ NextToken }: { NextToken?: string }, context: Context) => {
      const page = paged(
        [...this.#topics.in(context).values()].flatMap((each) => this.#subscriptions(each)),
        NextToken,
      )
      return { Subscriptions: page.items, ...page.next }
    },

    ListSubscriptionsByTopic: ({ TopicArn, NextToken }: { TopicArn: string; NextToken?: string }) => {
      const page = paged(this.#subscriptions(this.#topic(TopicArn)), NextToken)
      return { Subscriptions: page.items, ...page.next }
    },
  }

  #subscriptions({ arn, subscriptions = [] }: Topic) {
    return subscriptions.map(({ protocol, endpoint }) => ({
      SubscriptionArn: `${arn}:${this.#surroundings.random.fork(`subscription/${arn}/${endpoint}`).uuid()}`,
      ...{ Owner: placeOf(arn).account, Protocol: protocol, Endpoint: endpoint, TopicArn: arn },
    }))
  }

  #topic(arn = ''): Topic {
    const topic = this.#topics.in(placeOf(arn)).get(arn)
    if (!topic) throw new AwsError('NotFoundException', 'Topic does not exist')
    return topic
  }
}

function onTopic(action: string): PermissionsOf {
  return ({ TopicArn }) => [{ action: `sns:${action}`, resource: TopicArn }]
}

function paged<T>(items: T[], token: string | undefined) {
  const page = pageOf(items, { token, most: 100, invalidToken: 'InvalidParameterException' })
  return { items: page.items, next: page.next === undefined ? {} : { NextToken: page.next } }
}

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
function checkMessage({ Message: message = '', Subject: subject, MessageAttributes }: PublishInput): void {
  const wrong = (text: string) => new AwsError('InvalidParameterException', `Invalid parameter: ${text}`)
  if (message === '') throw wrong('Empty message')
  const attributes = Object.entries(MessageAttributes ?? {})
  const size = attributes.reduce(
    (sum, [name, each]) => sum + Buffer.byteLength(name + (each.DataType ?? '') + (each.StringValue ?? '')),
    Buffer.byteLength(message),
  )
  if (size > 262_144) throw wrong('Message too long')
  if (subject === undefined) return
  // ASCII only, no control characters, at most 100, and no space at the start.
  if (!/^[\x21-\x7e][\x20-\x7e]{0,99}$/.test(subject)) throw wrong('Subject')
}
