import { beforeAll, expect, it } from 'vitest'
import type { Template } from '../../infra/synthesize.ts'
import { onlyResourceOf, resourcesOf } from '../support/template.ts'
import { slow, smallAssembly, smallFleet, synth } from './fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

it.each([
  [
    'ImageSettled',
    'CompleteWait',
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
    'CveDetected',
    'ReceiveCve',
    undefined,
    {
      source: ['aws.imagebuilder'],
      'detail-type': ['EC2 Image Builder CVE Detected'],
      resources: [{ prefix: 'arn:aws:imagebuilder:eu-west-1:111122223333:image/gold-' }],
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
          'arn:aws:states:eu-west-1:111122223333:stateMachine:gold-rollback',
          'arn:aws:states:eu-west-1:111122223333:stateMachine:gold-revoke',
          'arn:aws:states:eu-west-1:111122223333:stateMachine:gold-retire',
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

it(
  'brings no findings where the fleet does not ask for them',
  async () => {
    const { cves: _, ...fleet } = smallFleet()
    const { buildStack } = await synth(fleet)
    expect(Object.keys(resourcesOf(buildStack.template, 'AWS::Events::Rule'))).toEqual([
      'AmiReleased',
      'ImageSettled',
      'ExecutionDied',
    ])
  },
  slow,
)

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
    ['AmiReleased', 'ImageSettled', 'CveDetected', 'ExecutionDied'].map((rule) => ({
      ArnEquals: { 'aws:SourceArn': `<${rule}.Arn>` },
    })),
  )
  expect(Statement).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  )
})
