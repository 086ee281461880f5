import { GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ListSubscriptionsByTopicCommand, SNSClient, type Subscription } from '@aws-sdk/client-sns'
import { isDenied } from '../../aws/errors.ts'
import { SlackRefused } from '../../domain/errors.ts'
import { postedChannels } from '../../domain/fleet/posted-channels.ts'
import { chats, type PostedChat, type Protocol, postedChats, protocols } from '../../domain/messages/channels.ts'
import { glob } from '../../emulator/matching/index.ts'
import { secretOf } from '../../functions/post-to-slack/secret.ts'
import { count } from '../render/text.ts'
import { type Check, deploy, fail, ifThere, info, warning } from './check.ts'
import type { Environment } from './environment.ts'
import { listOf } from './key-policy.ts'

interface Subscriber {
  protocol: Protocol
  endpoint: string
}

const emails = ({ fleet }: Environment): Subscriber[] =>
  fleet.notify.email.map((endpoint) => ({ protocol: 'email' as const, endpoint }))

/** Everybody whom the fleet tells of what happens. */
function subscribers(environment: Environment): Subscriber[] {
  const { subscriptions } = environment.fleet.notify
  return [
    ...emails(environment),
    ...Object.values(subscriptions).flatMap((subscription) =>
      protocols.flatMap((protocol) => {
        const endpoint = subscription[protocol]
        return endpoint ? [{ protocol, endpoint }] : []
      }),
    ),
    ...postedChannels(environment.fleet).map(({ functionName }) => ({
      protocol: 'lambda' as const,
      endpoint: environment.arn('lambda', `function:${environment.named(functionName)}`),
    })),
  ]
}

async function subscriptionsOf({ config }: Environment, TopicArn: string): Promise<Subscription[]> {
  const sns = new SNSClient(config)
  const all: Subscription[] = []
  let NextToken: string | undefined
  do {
    const page = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }))
    all.push(...(page.Subscriptions ?? []))
    NextToken = page.NextToken
  } while (NextToken)
  return all
}

const byToken = 'Have the endpoint confirm it, with the token of the message that SNS sent.'

/** How somebody confirms a subscription. */
const confirmations: Record<Protocol, string> = {
  email:
    'Follow the link in the mail from AWS Notifications. It is good for two days; subscribing again sends another.',
  https: byToken,
  sqs: byToken,
  lambda: byToken,
}

const topicCheck = (
  key: 'notifications' | 'alarms',
  name: string,
  who: (environment: Environment) => Subscriber[],
): Check => ({
  name,
  group: 'Notifications',
  permissions: ['sns:ListSubscriptionsByTopic'],
  async *examine(environment) {
    const topic = environment.arn('sns', environment.named(key))
    const found = await ifThere(subscriptionsOf(environment, topic))
    if (!found) {
      yield fail(`there is no topic ${environment.named(key)}`, deploy)
      return
    }
    const wanted = who(environment)
    for (const { protocol, endpoint } of wanted) {
      const subscription = found.find((each) => each.Protocol === protocol && each.Endpoint === endpoint)
      if (!subscription)
        yield fail(
          `${protocol} ${endpoint} does not subscribe to ${environment.named(key)}: somebody has unsubscribed, or it was never deployed`,
          `Subscribe it again: aws sns subscribe --topic-arn ${topic} --protocol ${protocol} --notification-endpoint ${endpoint}`,
        )
      // https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
      else if (subscription.SubscriptionArn === 'PendingConfirmation')
        yield fail(
          `${protocol} ${endpoint} has not confirmed its subscription to ${environment.named(key)}: it gets no message`,
          confirmations[protocol],
        )
    }
    if (wanted.length === 0) yield info('the fleet names nobody')
    else yield info(count(wanted.length, 'subscription'))
  },
})

/** A team's function that subscribes gets nothing where its own policy does not let the topic invoke it. */
const functionCheck: Check = {
  name: 'functions that subscribe',
  group: 'Notifications',
  permissions: ['lambda:GetPolicy'],
  async *examine(environment) {
    const { notify, build } = environment.fleet
    const topic = environment.arn('sns', environment.named('notifications'))
    const functions = Object.values(notify.subscriptions).flatMap(({ lambda }) => lambda ?? [])
    for (const FunctionName of functions) {
      const [, , , region = '', owner] = FunctionName.split(':')
      const fix = `Let it: aws lambda add-permission --region ${region} --function-name ${FunctionName} --statement-id ${environment.named('notifications')} --action lambda:InvokeFunction --principal sns.amazonaws.com --source-arn ${topic}`
      if (owner !== build.account) {
        yield warning(`${FunctionName} is in another account: nobody here sees whether it lets ${topic} invoke it`, fix)
        continue
      }
      const lambda = new LambdaClient({ ...environment.config, region })
      const answer = await ifThere(lambda.send(new GetPolicyCommand({ FunctionName })))
      if (!letsSnsInvoke(answer?.Policy, topic))
        yield fail(`${FunctionName} does not let ${topic} invoke it: it gets no message`, fix)
    }
    yield info(count(functions.length, 'function'))
  },
}

interface Invocation {
  Effect: string
  Principal?: '*' | { Service?: string | string[] }
  Action?: string | string[]
  Condition?: Record<string, Record<string, unknown>>
}

/** As `aws lambda add-permission` writes it; a statement without a source lets every topic in. */
function letsSnsInvoke(policy: string | undefined, topic: string): boolean {
  const { Statement = [] } = JSON.parse(policy ?? '{}') as { Statement?: Invocation[] }
  return Statement.some(({ Effect, Principal, Action, Condition = {} }) => {
    const services = Principal === '*' ? ['sns.amazonaws.com'] : listOf(Principal?.Service)
    const sources = Object.values(Condition).flatMap((keys) =>
      Object.entries(keys).flatMap(([key, value]) => (key.toLowerCase() === 'aws:sourcearn' ? listOf(value) : [])),
    )
    return (
      Effect === 'Allow' &&
      services.includes('sns.amazonaws.com') &&
      listOf(Action).some((action) => glob(action, 'lambda:InvokeFunction')) &&
      (sources.length === 0 || sources.some((source) => glob(source, topic)))
    )
  })
}

interface Secret {
  /** As the function that posts reads it. */
  read: (client: SecretsManagerClient, secret: string) => Promise<unknown>
  /** What `read` throws where nothing can be posted. */
  refusal: typeof SlackRefused
  /** What it must be. */
  text: string
}

/** The secret that it takes to post to a channel of a chat. */
const secrets: Record<PostedChat, Secret> = {
  slack: {
    refusal: SlackRefused,
    read: (client, secret) => secretOf(client, secret).read(),
    text: '{ "url": ... } or { "token": ..., "channel": ... }',
  },
}

const secretCheck = (chat: PostedChat): Check => ({
  name: `secrets of ${chats[chat].title}s`,
  group: 'Notifications',
  beforeDeploy: true,
  permissions: ['secretsmanager:GetSecretValue'],
  async *examine({ fleet, config }) {
    const client = new SecretsManagerClient(config)
    const channels = postedChannels(fleet).filter((posted) => posted.chat === chat)
    for (const { channel, secret } of channels)
      try {
        await secrets[chat].read(client, secret)
      } catch (error) {
        if (!(error instanceof secrets[chat].refusal)) throw error
        // A person who may not read it says nothing about the function that may.
        if (isDenied(error.cause)) throw error.cause
        yield fail(`nothing can be posted to ${channel}: ${error.message}`, repairOf(chat, secret))
      }
    yield info(count(channels.length, 'secret'))
  },
})

const repairOf = (chat: PostedChat, secret: string) =>
  `Put it there: aws secretsmanager create-secret (or put-secret-value) with the name ${secret}, its text ${secrets[chat].text}.`

export const subscriptionChecks = [
  topicCheck('notifications', 'subscriptions to notifications', subscribers),
  topicCheck('alarms', 'subscriptions to alarms', emails),
  functionCheck,
  ...postedChats.map(secretCheck),
]
