import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { functionNames, functionsWithFleet } from '../../infra/functions.ts'
import { pascalCase } from '../../infra/names.ts'
import type { Template } from '../../infra/synthesize.ts'
import { allowed, resourcesOf } from '../support/template.ts'
import { slow, smallAssembly } from './fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

const own = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments']
const publish = ['kms:Decrypt', 'kms:GenerateDataKey', 'sns:Publish']
const ledger = (...names: string[]) => names.map((name) => `dynamodb:${name}`)
const claims = [...ledger('GetItem', 'PutItem', 'UpdateItem'), 'states:SendTaskSuccess']
const closing = [...claims, ...ledger('Query'), ...publish, 'events:PutEvents']

const actions: Record<(typeof functionNames)[number], string[]> = {
  'receive-release': [
    'ec2:DescribeImages',
    ...ledger('GetItem', 'UpdateItem'),
    'states:StartExecution',
    ...publish,
  ],
  'plan-campaign': ledger('PutItem'),
  'announce-campaign': [...ledger('Query', 'UpdateItem'), ...publish],
  'claim-image': claims,
  'start-bake': [
    ...ledger('UpdateItem'),
    'imagebuilder:StartImagePipelineExecution',
    'imagebuilder:TagResource',
  ],
  'resume-wait': [...ledger('UpdateItem'), 'states:SendTaskSuccess', 'sqs:SendMessage'],
  'validate-image': ['ec2:DescribeImages', ...ledger('GetItem', 'UpdateItem')],
  'mark-candidate': ['ssm:PutParameter', 'ec2:DescribeImages', ...claims],
  'start-distribution': [
    'imagebuilder:DistributeImage',
    'imagebuilder:GetImage',
    'imagebuilder:GetDistributionConfiguration',
    'imagebuilder:TagResource',
    'iam:PassRole',
  ],
  'verify-distribution': ['imagebuilder:GetImage', 'sts:AssumeRole', ...ledger('GetItem', 'UpdateItem')],
  'publish-pointers': ['sts:AssumeRole', ...ledger('GetItem')],
  'release-image': ['ssm:GetParameters', 'ssm:PutParameter', 'ec2:DescribeImages', ...closing],
  'fail-rebake': closing,
  'summarise-campaign': [...ledger('Query', 'UpdateItem'), ...publish],
  'settle-execution': [...closing, 'imagebuilder:CancelImageCreation', 'sqs:SendMessage'],
  'seed-parameters': ['ssm:GetParameters', 'ssm:PutParameter', 'ec2:DescribeImages', 'sqs:SendMessage'],
}

/** The variables that functions/shared/parts.ts reads for those that use it. */
const askedByParts = {
  'claimingParts()': "'LEDGER_TABLE', 'CONCURRENT_BAKES'",
  'closingParts()': "'LEDGER_TABLE', 'CONCURRENT_BAKES', 'TOPIC_ARN'",
}

it('knows every directory of functions/ that has a handler', () => {
  const handlers = readdirSync('functions', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('handler.ts'))
    .map((path) => path.split(/[\\/]/)[0])
  expect([...functionNames].sort()).toEqual(handlers.sort())
})

describe.each(functionNames)('%s', (name) => {
  const id = pascalCase(name)
  const handler = readFileSync(`functions/${name}/handler.ts`, 'utf8')
  const properties = () => resourcesOf(template, 'AWS::Lambda::Function')[`${id}Function`]

  it('may do what it does, and nothing else', () => {
    expect(Object.keys(allowed(template, `${id}Role`)).sort()).toEqual([...own, ...actions[name]].sort())
  })

  it('has the variables that its handler asks for', () => {
    const [, named = ''] = handler.match(/= env\(([^)]*)\)/) ?? []
    const shared = Object.entries(askedByParts).filter(([parts]) => handler.includes(parts))
    const asked = named + shared.map(([, names]) => names).join()
    const own = Object.keys(properties()?.Environment.Variables ?? {}).filter(
      (key) => !/^(NODE_OPTIONS|POWERTOOLS_)/.test(key),
    )
    expect(own.sort()).toEqual([...asked.matchAll(/'(\w+)'/g)].map(([, key]) => key).sort())
  })

  it('has the fleet in its bundle if it reads it', () => {
    expect(functionsWithFleet.includes(name)).toBe(handler.includes('deployedFleet()'))
  })

  it('runs traced on Node 24, with a log group of its own', () => {
    expect(properties()).toMatchObject({
      FunctionName: `gold-${name}`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogGroup: `<${id}Logs>` },
      Environment: {
        Variables: { POWERTOOLS_SERVICE_NAME: name, POWERTOOLS_METRICS_NAMESPACE: 'Rebake/gold' },
      },
    })
    expect(resourcesOf(template, 'AWS::Logs::LogGroup')[`${id}Logs`]).toMatchObject({ RetentionInDays: 90 })
  })
})

it('limits what matters to the fleet', () => {
  const start = allowed(template, 'StartBakeRole')
  expect(start['imagebuilder:StartImagePipelineExecution']).toEqual([
    'arn:aws:imagebuilder:eu-west-1:111122223333:image-pipeline/gold-*',
  ])
  expect(allowed(template, 'PublishPointersRole')['sts:AssumeRole']).toEqual([
    'arn:aws:iam::222233334444:role/gold-publish',
    'arn:aws:iam::555566667777:role/gold-publish',
  ])
  expect(allowed(template, 'ReleaseImageRole')['ssm:PutParameter']).toEqual([
    'arn:aws:ssm:eu-west-1:111122223333:parameter/gold/images/*',
  ])
  expect(allowed(template, 'ClaimImageRole')['states:SendTaskSuccess']).toEqual([
    'arn:aws:states:eu-west-1:111122223333:stateMachine:gold-rebake',
  ])
})

it('sends what an asynchronous function fails at to the dead letters', () => {
  const configured = Object.values(resourcesOf(template, 'AWS::Lambda::EventInvokeConfig'))
  expect(configured.map(({ FunctionName }) => FunctionName).sort()).toEqual(
    ['ResumeWait', 'SeedParameters', 'SettleExecution'].map((id) => `<${id}Function>`),
  )
  for (const { DestinationConfig } of configured)
    expect(DestinationConfig.OnFailure.Destination).toBe('<DeadLetters.Arn>')
})
