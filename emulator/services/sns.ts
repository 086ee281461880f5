import type { PublishInput } from '@aws-sdk/client-sns'
import { matches } from '../matching/event-pattern.ts'
import { Partitions, pageOf } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type Service, type ServiceDeps } from './types.ts'

export interface Topic {
  arn: string
  displayName?: string
  kmsKeyArn?: string
}

interface Subscription {
  topicArn: string
  protocol: string
  endpoint: string
  /** The account that has subscribed. */
  owner: string
  /** What it wants of the attributes of a message; undefined: every message. */
  filterPolicy?: Record<string, unknown> | undefined
  /** Nobody has confirmed it yet: it gets nothing. */
  pending?: boolean
}

export interface Notification {
  time: string
  topicArn: string
  subject: string
  /** What goes out by email. */
  message: string
  attributes: Record<string, string>
  /** Who gets it: `email team@example.com`. */
  recipients: string[]
}

const placeOf = (arn: string) => {
  const [, , , region = '', account = ''] = arn.split(':')
  return { account, region }
}

/** What a subscribed function gets. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export interface SnsMessage {
  Records: { EventVersion: string; EventSubscriptionArn: string; EventSource: string; Sns: object }[]
}

/** Topics; what our roles publish is kept, and goes to no person. Subscribed functions are invoked. */
export class Sns implements Service {
  readonly notifications: Notification[] = []
  /** Takes a message to a function: set by the world. */
  deliver: (functionArn: string, topicArn: string, message: SnsMessage) => void = () => {}
  /** The people who read what is published: set by the world. */
  read: (notification: Notification) => void = () => {}
  readonly #topics = new Partitions<Map<string, Topic>>(() => new Map())
  readonly #subscriptions: Subscription[] = []
  readonly #deps: ServiceDeps
  #sent = 0

  constructor(deps: ServiceDeps) {
    this.#deps = deps
  }

  addTopic(topic: Topic): void {
    this.#topics.in(placeOf(topic.arn)).set(topic.arn, topic)
  }

  hasTopic(arn: string): boolean {
    return this.#topics.in(placeOf(arn)).has(arn)
  }

  /** Anybody's topic may be subscribed to; returns the subscription's ARN. */
  subscribe(subscription: Subscription): string {
    this.#subscriptions.push(subscription)
    return this.#subscriptionArn(subscription)
  }

  removeTopic(arn: string): void {
    this.#topics.in(placeOf(arn)).delete(arn)
  }

  /** Ends a subscription, by its ARN. */
  unsubscribe(arn: string): void {
    const at = this.#subscriptions.findIndex((each) => this.#subscriptionArn(each) === arn)
    if (at >= 0) this.#subscriptions.splice(at, 1)
  }

  /** Gives a subscription, by its ARN, another filter policy, or none. */
  filter(arn: string, filterPolicy: Record<string, unknown> | undefined): void {
    const found = this.#subscriptions.find((each) => this.#subscriptionArn(each) === arn)
    if (found) found.filterPolicy = filterPolicy
  }

  /** ARNs of functions that subscribe to a topic. */
  subscribedFunctions(): string[] {
    return this.#subscriptions.flatMap(({ protocol, endpoint }) => (protocol === 'lambda' ? endpoint : []))
  }

  /** The subscriptions of a topic as they are kept: they may be changed. */
  subscriptionsOf(topicArn: string): Subscription[] {
    return this.#subscriptions.filter((each) => each.topicArn === topicArn)
  }

  /** The owner of a topic publishes; nothing happens where nobody has subscribed. */
  announce(topicArn: string, message: { subject?: string | undefined; text: string }): void {
    this.#send(topicArn, message)
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
      checkMessage(input, this.#deps.isStrict('subject-of-100-characters') ? 99 : 100)
      const attributes = Object.fromEntries(
        Object.entries(input.MessageAttributes ?? {}).map(([name, attribute]) => [name, attribute.StringValue ?? '']),
      )
      const formFor = formsOf(input)
      const wanted = this.#subscriptions.filter((each) => each.topicArn === arn && wants(each, attributes))
      const notification = {
        time: context.now.toISOString(),
        topicArn: arn,
        subject: input.Subject ?? '',
        message: formFor('email'),
        attributes,
        recipients: wanted.map(({ protocol, endpoint }) => `${protocol} ${endpoint}`),
      }
      this.notifications.push(notification)
      this.read(notification)
      this.#send(arn, { subject: input.Subject, text: formFor('lambda') }, attributes)
      return { MessageId: this.#deps.random.fork(`message/${this.notifications.length}`).uuid() }
    },

    ListTopics: ({ NextToken }: { NextToken?: string }, context: Context) => {
      const page = paged([...this.#topics.in(context).values()], NextToken)
      return { Topics: page.items.map(({ arn }) => ({ TopicArn: arn })), ...page.next }
    },

    GetTopicAttributes: ({ TopicArn }: { TopicArn: string }) => {
      const topic = this.#topic(TopicArn)
      const { account } = placeOf(topic.arn)
      const count = this.#subscriptions.filter((each) => each.topicArn === TopicArn).length
      return {
        Attributes: {
          TopicArn,
          Owner: account,
          DisplayName: topic.displayName ?? '',
          SubscriptionsConfirmed: `${count}`,
          SubscriptionsPending: '0',
          SubscriptionsDeleted: '0',
          ...(topic.kmsKeyArn === undefined ? {} : { KmsMasterKeyId: topic.kmsKeyArn }),
        },
      }
    },

    ListSubscriptions: ({ NextToken }: { NextToken?: string }, context: Context) => {
      const own = this.#subscriptions.filter(
        ({ owner, topicArn }) => owner === context.account && placeOf(topicArn).region === context.region,
      )
      const page = paged(
        own.map((each) => this.#told(each)),
        NextToken,
      )
      return { Subscriptions: page.items, ...page.next }
    },

    ListSubscriptionsByTopic: ({ TopicArn, NextToken }: { TopicArn: string; NextToken?: string }) => {
      const { arn } = this.#topic(TopicArn)
      const page = paged(
        this.#subscriptions.filter(({ topicArn }) => topicArn === arn).map((each) => this.#told(each)),
        NextToken,
      )
      return { Subscriptions: page.items, ...page.next }
    },
  }

  #subscriptionArn({ topicArn, endpoint }: Subscription): string {
    return `${topicArn}:${this.#deps.random.fork(`subscription/${topicArn}/${endpoint}`).uuid()}`
  }

  #send(
    topicArn: string,
    { subject, text }: { subject?: string | undefined; text: string },
    attributes: Record<string, string> = {},
  ) {
    const { clock, random } = this.#deps
    const MessageId = random.fork(`sent/${topicArn}/${this.#sent++}`).uuid()
    const { region } = placeOf(topicArn)
    for (const subscription of this.#subscriptions) {
      if (subscription.topicArn !== topicArn || subscription.protocol !== 'lambda') continue
      if (!wants(subscription, attributes)) continue
      const EventSubscriptionArn = this.#subscriptionArn(subscription)
      const Sns = {
        SignatureVersion: '1',
        Timestamp: new Date(clock.now()).toISOString(),
        Signature: 'EXAMPLE',
        SigningCertURL: `https://sns.${region}.amazonaws.com/SimpleNotificationService.pem`,
        MessageId,
        Message: text,
        MessageAttributes: attributesIn(attributes),
        Type: 'Notification',
        UnsubscribeUrl: `https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${EventSubscriptionArn}`,
        TopicArn: topicArn,
        Subject: subject ?? null,
      }
      const record = { EventVersion: '1.0', EventSubscriptionArn, EventSource: 'aws:sns', Sns }
      this.deliver(subscription.endpoint, topicArn, { Records: [record] })
    }
  }

  #told(subscription: Subscription) {
    const { owner: Owner, protocol: Protocol, endpoint: Endpoint, topicArn: TopicArn } = subscription
    const arn = subscription.pending ? 'PendingConfirmation' : this.#subscriptionArn(subscription)
    return { SubscriptionArn: arn, Owner, Protocol, Endpoint, TopicArn }
  }

  #topic(arn = ''): Topic {
    const topic = this.#topics.in(placeOf(arn)).get(arn)
    if (!topic) throw new AwsError('NotFoundException', 'Topic does not exist')
    return topic
  }
}

const wants = ({ filterPolicy, pending }: Subscription, attributes: Record<string, string>): boolean =>
  !pending && (filterPolicy === undefined || matches(filterPolicy, attributes))

const attributesIn = (attributes: Record<string, string>) =>
  Object.fromEntries(Object.entries(attributes).map(([name, Value]) => [name, { Type: 'String', Value }]))

/**
 * The text for each protocol: with `MessageStructure: json` a message is one for each, and must have a default.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
function formsOf({ Message: message = '', MessageStructure }: PublishInput): (protocol: string) => string {
  if (MessageStructure !== 'json') return () => message
  const forms = parsedForms(message)
  if (typeof forms.default !== 'string')
    throw new AwsError(
      'InvalidParameterException',
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    )
  return (protocol) => forms[protocol] ?? forms.default ?? ''
}

function parsedForms(message: string): Record<string, string> {
  try {
    return JSON.parse(message) as Record<string, string>
  } catch {
    throw new AwsError(
      'InvalidParameterException',
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    )
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
function checkMessage(
  { Message: message = '', Subject: subject, MessageAttributes }: PublishInput,
  longestSubject: number,
): void {
  const wrong = (text: string) => new AwsError('InvalidParameterException', `Invalid parameter: ${text}`)
  if (message === '') throw wrong('Empty message')
  const attributes = Object.entries(MessageAttributes ?? {})
  const size = attributes.reduce(
    (sum, [name, each]) => sum + Buffer.byteLength(name + (each.DataType ?? '') + (each.StringValue ?? '')),
    Buffer.byteLength(message),
  )
  if (size > 262_144) throw wrong('Message too long')
  if (subject === undefined) return
  // ASCII only, no control characters, and no space at the start.
  if (subject.length > longestSubject || !/^[\x21-\x7e][\x20-\x7e]*$/.test(subject)) throw wrong('Subject')
}
