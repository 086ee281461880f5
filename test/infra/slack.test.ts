import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { postedChannels } from '../../domain/fleet/posted-channels.ts'
import { type Chat, chats, type Protocol, protocols } from '../../domain/messages/channels.ts'
import { filterPolicyOf } from '../../infra/audience.ts'
import { bundleNames } from '../../infra/functions/names.ts'
import type { CloudAssemblySummary } from '../../infra/synthesize.ts'
import { allowed, onlyResourceOf, resourcesOf, statementsOf } from '../support/template.ts'
import { slow, smallAssembly, smallFleet, synth } from './fixture.ts'

const slack: Fleet['notify']['slack'] = {
  platform: { secret: 'gold/slack-platform', severity: 'info' },
  payments: { secret: 'gold/slack-payments', severity: 'warning', images: ['api'], kinds: ['image-failed'] },
}
const chat = {
  ops: { workspace: 'T0123ABCDEF', channel: 'C0123ABCDEF' },
  'on-call': { workspace: 'T0123ABCDEF', channel: 'C0999ABCDEF' },
}
const channels: { [C in Chat]: Fleet['notify'][C] } = { slack, chat }
const endpoints: Record<Protocol, string> = {
  email: 'ops@example.com',
  https: 'https://example.com/hook',
  sqs: 'arn:aws:sqs:eu-west-1:111122223333:news',
  lambda: 'arn:aws:lambda:eu-west-1:111122223333:function:news',
}
const subscriptions: Fleet['notify']['subscriptions'] = Object.fromEntries(
  protocols.map((protocol) => [`by-${protocol}`, { [protocol]: endpoints[protocol], severity: 'info' }]),
)
const fleet: Fleet = { ...smallFleet(), notify: { ...smallFleet().notify, ...channels, subscriptions } }

let assembly: CloudAssemblySummary
beforeAll(async () => {
  assembly = await synth(fleet, { validate: true })
}, slow)
const of = (type: string) => resourcesOf(assembly.buildStack.template, type)

it('breaks no rule of CloudFormation or AwsSolutions', () => {
  const report = JSON.parse(readFileSync(join(assembly.outdir, 'validation-report.json'), 'utf8'))
  expect(report.pluginReports).toEqual([])
})

it.each(protocols)('a subscription by %s goes where it says', (protocol) => {
  expect(Object.values(of('AWS::SNS::Subscription'))).toContainEqual(
    expect.objectContaining({ Protocol: protocol, Endpoint: endpoints[protocol], TopicArn: '<Notifications>' }),
  )
})

describe.each(Object.keys(chats) as Chat[])('the chat %s', (chat) => {
  const posted = postedChannels(fleet).filter((each) => each.chat === chat)

  it('has channels here', () => {
    expect(Object.keys(channels[chat])).not.toEqual([])
  })

  it('is posted to from a function for each of its channels, or subscribes itself', () => {
    const bundle = chats[chat].postedBy
    expect(posted.map(({ channel }) => channel)).toEqual(bundle === undefined ? [] : Object.keys(channels[chat]))
    if (bundle !== undefined) expect(bundleNames).toContain(bundle)
  })

  it.each(posted)('lets the topic invoke the function of $channel, which reads its secret', (each) => {
    const { functionName, bundle, secret } = each
    const [[id] = []] = Object.entries(of('AWS::Lambda::Function')).filter(
      ([, properties]) => properties.FunctionName === `gold-${functionName}`,
    )
    expect(assembly.functions[id ?? '']?.name).toBe(bundle)
    expect(Object.values(of('AWS::SNS::Subscription'))).toContainEqual(
      expect.objectContaining({ Protocol: 'lambda', Endpoint: `<${id}.Arn>`, TopicArn: '<Notifications>' }),
    )
    const role = `${id}`.replace(/Function$/, 'Role')
    expect(allowed(assembly.buildStack.template, role)['secretsmanager:GetSecretValue']).toEqual([
      expect.stringContaining(`:secret:${secret}-`),
    ])
  })
})

describe.each(Object.entries(slack))('channel %s', (channel, { secret, ...audience }) => {
  const id = `PostToSlack${channel.charAt(0).toUpperCase()}${channel.slice(1)}`

  it('has a function of its own, whose code all share', () => {
    expect(of('AWS::Lambda::Function')[`${id}Function`]).toMatchObject({
      FunctionName: `gold-post-to-slack-${channel}`,
      Timeout: 600,
      ReservedConcurrentExecutions: 1,
      Environment: {
        Variables: {
          SLACK_SECRET: secret,
          LEDGER_TABLE: '<Ledger>',
          SLACK_API_URL: 'https://slack.com/api',
          POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS: 'false',
        },
      },
    })
    expect(assembly.functions[`${id}Function`]).toEqual({
      name: 'post-to-slack',
      directory: join(assembly.outdir, 'functions/post-to-slack'),
    })
  })

  it('reads its own secret, and remembers', () => {
    const {
      'logs:CreateLogStream': _c,
      'logs:PutLogEvents': _p,
      ...may
    } = allowed(assembly.buildStack.template, `${id}Role`)
    expect(may).toEqual({
      'secretsmanager:GetSecretValue': [`arn:aws:secretsmanager:eu-west-1:111122223333:secret:${secret}-??????`],
      'dynamodb:GetItem': ['<Ledger.Arn>'],
      'dynamodb:UpdateItem': ['<Ledger.Arn>'],
      'sqs:SendMessage': ['<DeadLetters.Arn>'],
      'xray:PutTelemetryRecords': ['*'],
      'xray:PutTraceSegments': ['*'],
    })
  })

  it('is not tried again by Lambda: what it fails at goes to the dead letters', () => {
    const configured = Object.values(of('AWS::Lambda::EventInvokeConfig'))
    expect(configured.find(({ FunctionName }) => FunctionName === `<${id}Function>`)).toMatchObject({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: '<DeadLetters.Arn>' } },
    })
  })

  it('learns what it asks for', () => {
    const subscriptions = Object.values(of('AWS::SNS::Subscription'))
    const own = subscriptions.filter(({ Endpoint }) => Endpoint === `<${id}Function.Arn>`)
    const filter = filterPolicyOf(fleet, audience)
    expect(own).toEqual([
      {
        Protocol: 'lambda',
        TopicArn: '<Notifications>',
        Endpoint: `<${id}Function.Arn>`,
        ...(Object.keys(filter).length > 0 && { FilterPolicy: filter }),
      },
    ])
    const permissions = Object.values(of('AWS::Lambda::Permission'))
    expect(permissions.filter(({ FunctionName }) => FunctionName === `<${id}Function.Arn>`)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: `<${id}Function.Arn>`,
        Principal: 'sns.amazonaws.com',
        SourceArn: '<Notifications>',
      },
    ])
  })
})

describe('channels of Amazon Q', () => {
  it('get the topic, and may do nothing', () => {
    expect(of('AWS::Chatbot::SlackChannelConfiguration')).toMatchObject({
      ChatOps: {
        ConfigurationName: 'gold-ops',
        SlackWorkspaceId: 'T0123ABCDEF',
        SlackChannelId: 'C0123ABCDEF',
        SnsTopicArns: ['<Notifications>'],
        IamRoleArn: '<ChatRole.Arn>',
        GuardrailPolicies: ['<ChatGuardrail>'],
      },
      ChatOnCall: { ConfigurationName: 'gold-on-call', GuardrailPolicies: ['<ChatGuardrail>'] },
    })
    expect(onlyResourceOf(assembly.buildStack.template, 'AWS::IAM::ManagedPolicy').PolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    })
    const role = of('AWS::IAM::Role').ChatRole
    expect(role?.AssumeRolePolicyDocument.Statement).toMatchObject([
      { Effect: 'Allow', Principal: { Service: 'chatbot.amazonaws.com' } },
    ])
    expect([role?.Policies, role?.ManagedPolicyArns]).toEqual([undefined, undefined])
  })
})

it(
  'is nothing in a fleet without channels',
  async () => {
    const { template } = (await smallAssembly()).buildStack
    expect(resourcesOf(template, 'AWS::Chatbot::SlackChannelConfiguration')).toEqual({})
    expect(Object.keys(template.Resources).filter((id) => /^(PostToSlack|Chat)/.test(id))).toEqual([])
    expect(() => statementsOf(template, 'PostToSlackPlatformRole')).toThrow()
  },
  slow,
)
