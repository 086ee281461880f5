import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot'
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { PostedChannel } from '../domain/fleet/posted-channels.ts'
import { resourceName } from '../domain/names.ts'
import type { FunctionSpec } from './functions/function-spec.ts'
import type { GrantContext } from './functions/grants.ts'
import { pascalCase } from './names.ts'

/** The function that posts to one channel. */
export const slackSpec = ({ arns, ledger }: GrantContext, { channel, secret }: PostedChannel): FunctionSpec => ({
  description: `Posts to the Slack channel ${channel} of the fleet`,
  asynchronous: true,
  // It has tried for five minutes itself; once more could post a message twice.
  retryAttempts: 0,
  // Slack takes one message a second in a channel; what comes meanwhile waits in Lambda's own queue, for six hours.
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
  concurrency: 1,
  timeout: 600,
  environment: {
    SLACK_SECRET: secret,
    LEDGER_TABLE: ledger.tableName,
    SLACK_API_URL: 'https://slack.com/api',
    // A trace has the URL of each request, and the URL of a webhook is all that it takes to post.
    POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS: 'false',
  },
  permissions: [
    {
      actions: ['secretsmanager:GetSecretValue'],
      resources: [arns.secret(secret)],
      why: 'Secrets Manager ends the ARN of a secret with six characters of its own.',
    },
    ledger.allow('GetItem', 'UpdateItem'),
  ],
})

/**
 * Channels that Amazon Q Developer in chat applications posts to. It subscribes itself to the topic, to all of it: its
 * configuration knows no filter. SNS decrypts what it delivers, so a subscriber of an encrypted topic needs no key.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-troubleshooting.html
 */
export function createChatChannels(scope: Construct, { fleet, notifications }: GrantContext): void {
  const channels = Object.entries(fleet.notify.chat)
  if (channels.length === 0) return
  const chat = new Construct(scope, 'Chat')
  // Without a guardrail, AdministratorAccess is one, and what people may do in a channel is up to any role they bring.
  const guardrail = new ManagedPolicy(chat, 'Guardrail', {
    description: `Nobody does anything from the chat channels of ${fleet.name}: they are for reading`,
    statements: [new PolicyStatement({ effect: Effect.DENY, actions: ['*'], resources: ['*'] })],
  })
  const role = new Role(chat, 'Role', {
    description: `Amazon Q posts to the chat channels of ${fleet.name}, and may do nothing else`,
    assumedBy: new ServicePrincipal('chatbot.amazonaws.com'),
  })
  for (const [name, { workspace, channel }] of channels)
    new SlackChannelConfiguration(chat, pascalCase(name), {
      slackChannelConfigurationName: resourceName(fleet.name, name),
      slackWorkspaceId: workspace,
      slackChannelId: channel,
      role: role.withoutPolicyUpdates(),
      guardrailPolicies: [guardrail],
      notificationTopics: [notifications],
    })
}
