import { beforeAll, expect, it } from 'vitest'
import type { Template } from '../../infra/synthesize.ts'
import { allowed, onlyResourceOf, resourcesOf } from '../support/template.ts'
import { slow, smallAssembly } from './fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

it.each([
  [
    'ImageSettled',
    'ResumeWait',
    undefined,
    {
      source: ['aws.imagebuilder'],
      'detail-type': ['EC2 Image Builder Image State Change'],
      resources: [{ prefix: 'arn:aws:imagebuilder:eu-west-1:111122223333:image/gold-' }],
      detail: {
        state: { status: ['AVAILABLE', 'FAILED', 'CANCELLED', 'DEPRECATED', 'DELETED', 'DISABLED'] },
      },
    },
  ],
  [
    'ExecutionDied',
    'SettleExecution',
    undefined,
    {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: [
          'arn:aws:states:eu-west-1:111122223333:stateMachine:gold-campaign',
          'arn:aws:states:eu-west-1:111122223333:stateMachine:gold-rebake',
        ],
      },
    },
  ],
])('%s brings its events to %s', (rule, to, bus, pattern) => {
  const { EventBusName, EventPattern, Targets } = resourcesOf(template, 'AWS::Events::Rule')[rule] ?? {}
  expect({ EventBusName, EventPattern }).toEqual({ EventBusName: bus, EventPattern: pattern })
  expect(Targets).toEqual([expect.objectContaining({ Arn: `<${to}Function.Arn>` })])
  const permissions = Object.values(resourcesOf(template, 'AWS::Lambda::Permission'))
  expect(permissions).toContainEqual({
    Action: 'lambda:InvokeFunction',
    FunctionName: `<${to}Function.Arn>`,
    Principal: 'events.amazonaws.com',
    SourceArn: `<${rule}.Arn>`,
  })
})

it('starts the release machine with each event of the releases bus, as a role that can do nothing else', () => {
  const { EventBusName, EventPattern, Targets } = resourcesOf(template, 'AWS::Events::Rule').AmiReleased ?? {}
  expect({ EventBusName, EventPattern }).toEqual({
    EventBusName: '<ReleasesBus>',
    EventPattern: {
      source: ['aws.ec2'],
      'detail-type': ['EC2 AMI State Change'],
      detail: { State: ['available'] },
    },
  })
  expect(Targets).toEqual([
    expect.objectContaining({ Arn: '<ReleaseStateMachine>', RoleArn: '<AmiReleasedRole.Arn>' }),
  ])
  expect(allowed(template, 'AmiReleasedRole')).toEqual({ 'states:StartExecution': ['<ReleaseStateMachine>'] })
})

it('gives every target of every rule a retry policy and the dead letters', () => {
  const targets = Object.values(resourcesOf(template, 'AWS::Events::Rule')).flatMap(({ Targets }) => Targets)
  expect(targets.length).toBeGreaterThan(0)
  for (const target of targets)
    expect(target).toMatchObject({
      DeadLetterConfig: { Arn: '<DeadLetters.Arn>' },
      RetryPolicy: { MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 185 },
    })
})

it('lets each rule, and nobody else, send to the dead letters, over TLS only', () => {
  const { Statement } = onlyResourceOf(template, 'AWS::SQS::QueuePolicy').PolicyDocument
  const senders = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow')
  expect(senders.map(({ Condition }: { Condition: object }) => Condition)).toEqual(
    ['AmiReleased', 'ImageSettled', 'ExecutionDied'].map((rule) => ({
      ArnEquals: { 'aws:SourceArn': `<${rule}.Arn>` },
    })),
  )
  expect(Statement).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  )
})
