import { beforeAll, describe, expect, it } from 'vitest'
import type { Template } from '../../infra/synthesize.ts'
import { allowed, resourcesOf, statementsOf } from '../support/template.ts'
import { amazonTopic, fleetOn, fleetOnAll, slow, smallAssembly, smallFleet, synth } from './fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

const schedules = (of = template) => resourcesOf(of, 'AWS::Scheduler::Schedule')
const off = { Mode: 'OFF' }

describe('schedules', () => {
  it.each([
    ['PollUpstreams', 'poll-upstreams', 'rate(60 minutes)', undefined, off],
    ['ReconcileImages', 'reconcile-images', 'rate(60 minutes)', undefined, off],
    ['Monthly', 'monthly', 'cron(0 2 ? * TUE#2 *)', 'Australia/Sydney', off],
    ['Nightly', 'nightly', 'rate(1 day)', 'UTC', { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 120 }],
  ])('%s comes when the fleet says', (id, name, expression, timezone, flexible) => {
    const found = schedules()[`Schedule${id}`] ?? {}
    expect({
      name: found.Name,
      expression: found.ScheduleExpression,
      timezone: found.ScheduleExpressionTimezone,
      flexible: found.FlexibleTimeWindow,
    }).toEqual({ name: `gold-${name}`, expression, timezone, flexible })
  })

  it('are these, and no others', () => {
    expect(Object.keys(schedules())).toEqual(
      ['PollUpstreams', 'ReconcileImages', 'Monthly', 'Nightly'].map((id) => `Schedule${id}`),
    )
    expect(schedules().ScheduleMonthly?.Description).toBe('Patch cycle monthly')
    expect(schedules().ScheduleNightly?.Description).toBe('Every night')
  })

  const due = '<aws.scheduler.scheduled-time>'
  it.each([
    ['PollUpstreams', 'PollUpstreams', { time: due }],
    ['ReconcileImages', 'ReconcileImages', { time: due }],
    ['Monthly', 'StartCycle', { cycle: 'monthly', time: due }],
    ['Nightly', 'StartCycle', { cycle: 'nightly', time: due }],
  ])('%s invokes %s with the time at which it was due, for a day, and then the dead letters', (id, to, input) => {
    const { Input, ...target } = schedules()[`Schedule${id}`]?.Target ?? {}
    expect(JSON.parse(Input)).toEqual(input)
    expect(target).toEqual({
      Arn: `<${to}Function.Arn>`,
      RoleArn: '<ScheduleRole.Arn>',
      DeadLetterConfig: { Arn: '<DeadLetters.Arn>' },
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
    })
  })

  it('act as a role of Scheduler that invokes those functions, and does nothing else', () => {
    expect(allowed(template, 'ScheduleRole')).toEqual({
      'lambda:InvokeFunction': ['PollUpstreams', 'ReconcileImages', 'StartCycle'].map((id) => `<${id}Function.Arn>`),
      'sqs:SendMessage': ['<DeadLetters.Arn>'],
    })
    expect(statementsOf(template, 'ScheduleRole')).toHaveLength(2)
    const { AssumeRolePolicyDocument } = resourcesOf(template, 'AWS::IAM::Role').ScheduleRole ?? {}
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'scheduler.amazonaws.com' } },
    ])
  })

  it.each([
    [300, 'rate(5 minutes)'],
    [60, 'rate(1 minute)'],
    [86_400, 'rate(1440 minutes)'],
  ])(
    'look every %i seconds: %s',
    async (poll, expression) => {
      const found = schedules((await synth({ ...smallFleet(), poll, patchCycles: {} })).buildStack.template)
      expect(Object.values(found).map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([expression, expression])
    },
    slow,
  )
})

it(
  'start the retirement of a fleet that has one',
  async () => {
    const timing = { schedule: 'cron(0 6 ? * SUN *)', timezone: 'Australia/Sydney' }
    const retirement = { ...timing, keep: 3, grace: 1_209_600, failed: 604_800, dryRun: false }
    const { template } = (await synth({ ...smallFleet(), retirement })).buildStack
    const { Target: target, ...found } = schedules(template).ScheduleStartRetirement ?? {}
    expect(found).toMatchObject({
      Name: 'gold-start-retirement',
      ScheduleExpression: timing.schedule,
      ScheduleExpressionTimezone: timing.timezone,
      FlexibleTimeWindow: off,
    })
    expect(target.Arn).toBe('<StartRetirementFunction.Arn>')
    expect(JSON.parse(target.Input)).toEqual({ time: '<aws.scheduler.scheduled-time>' })
    expect(allowed(template, 'ScheduleRole')['lambda:InvokeFunction']).toContain(target.Arn)
  },
  slow,
)

describe('hints', () => {
  let everything: Template
  beforeAll(async () => {
    everything = (await synth(fleetOnAll())).buildStack.template
  }, slow)
  const id = 'HintUsEast1137112412989AmazonLinux2023AmiUpdates'
  const subscriptions = (of: Template) =>
    Object.fromEntries(
      Object.entries(resourcesOf(of, 'AWS::SNS::Subscription')).filter(
        ([, subscription]) => subscription.Protocol === 'lambda',
      ),
    )

  it('are messages of a topic, subscribed to in the region of the topic', () => {
    expect(subscriptions(everything)).toEqual({
      [id]: {
        TopicArn: amazonTopic,
        Protocol: 'lambda',
        Region: 'us-east-1',
        Endpoint: '<PollUpstreamsFunction.Arn>',
      },
    })
  })

  it('may invoke the poll, each topic for itself, before they are subscribed to', () => {
    const permissions = Object.entries(resourcesOf(everything, 'AWS::Lambda::Permission')).filter(
      ([, permission]) => permission.Principal === 'sns.amazonaws.com',
    )
    expect(Object.fromEntries(permissions)).toEqual({
      [`${id}Permission`]: {
        Action: 'lambda:InvokeFunction',
        Principal: 'sns.amazonaws.com',
        SourceArn: amazonTopic,
        FunctionName: '<PollUpstreamsFunction.Arn>',
      },
    })
    expect(everything.Resources[id]?.DependsOn).toEqual([`${id}Permission`])
  })

  it(
    'are subscribed to once, however many upstreams follow a topic',
    async () => {
      const fleet = fleetOn('public-parameter', 'own-parameter')
      const upstream = fleet.upstreams['public-parameter'] as (typeof fleet.upstreams)[string]
      const { buildStack } = await synth({ ...fleet, upstreams: { ...fleet.upstreams, again: upstream } })
      expect(Object.keys(subscriptions(buildStack.template))).toEqual([id])
    },
    slow,
  )

  it('are none where no upstream names a topic', () => {
    expect(subscriptions(template)).toEqual({})
    const subscribed = Object.values(resourcesOf(template, 'AWS::SNS::Subscription'))
    expect(subscribed.map(({ Protocol }) => Protocol)).toEqual(['email', 'email'])
  })
})
