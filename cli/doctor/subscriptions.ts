import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ListSubscriptionsByTopicCommand, SNSClient, type Subscription } from '@aws-sdk/client-sns'
import { isDenied } from '../../aws/errors.ts'
import { SlackRefused } from '../../domain/errors.ts'
import { secretOf } from '../../functions/post-to-slack/secret.ts'
import { slackFunction } from '../../infra/functions/names.ts'
import { count } from '../render/text.ts'
import { type Check, deploy, fail, ifThere, noted } from './check.ts'
import type { Environment } from './environment.ts'

interface Subscriber {
  protocol: string
  endpoint: string
}

const emails = ({ fleet }: Environment): Subscriber[] =>
  fleet.notify.email.map((endpoint) => ({ protocol: 'email', endpoint }))

/** Everybody whom the fleet tells of what happens. */
function subscribers(environment: Environment): Subscriber[] {
  const { subscriptions, slack } = environment.fleet.notify
  const protocols = ['email', 'https', 'sqs', 'lambda'] as const
  return [
    ...emails(environment),
    ...Object.values(subscriptions).flatMap((subscription) =>
      protocols.flatMap((protocol) => {
        const endpoint = subscription[protocol]
        return endpoint ? [{ protocol, endpoint }] : []
      }),
    ),
    ...Object.keys(slack).map((channel) => ({
      protocol: 'lambda',
      endpoint: environment.arn('lambda', `function:${environment.named(`${slackFunction}-${channel}`)}`),
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
          `${protocol} ${endpoint} has not confirmed its subscription to ${environment.named(key)}: it is told nothing`,
          protocol === 'email'
            ? 'Follow the link in the mail from AWS Notifications. It is good for two days; subscribing again sends another.'
            : 'Have the endpoint confirm it, with the token of the message that SNS sent.',
        )
    }
    if (wanted.length === 0) yield noted('the fleet names nobody')
    else yield noted(count(wanted.length, 'subscription'))
  },
})

const slackSecrets: Check = {
  name: 'secrets of Slack channels',
  group: 'Notifications',
  beforeDeploy: true,
  permissions: ['secretsmanager:GetSecretValue'],
  async *examine({ fleet, config }) {
    const client = new SecretsManagerClient(config)
    const channels = Object.entries(fleet.notify.slack)
    for (const [channel, { secret }] of channels)
      try {
        await secretOf(client, secret).read()
      } catch (error) {
        if (!(error instanceof SlackRefused)) throw error
        // A person who may not read it says nothing about the function that may.
        if (isDenied(error.cause)) throw error.cause
        yield fail(`nothing can be posted to ${channel}: ${error.message}`, mended(secret))
      }
    yield noted(count(channels.length, 'secret'))
  },
}

const mended = (secret: string) =>
  `Put it there: aws secretsmanager create-secret (or put-secret-value) with the name ${secret}, its text { "url": ... } or { "token": ..., "channel": ... }.`

export const subscriptionChecks = [
  topicCheck('notifications', 'subscriptions to notifications', subscribers),
  topicCheck('alarms', 'subscriptions to alarms', emails),
  slackSecrets,
]
