import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundleNames, functionNames, functionsWithFleet } from '../../infra/functions/names.ts'
import { pascalCase } from '../../infra/names.ts'
import type { Template } from '../../infra/synthesize.ts'
import { allowed, resourcesOf, statementsOf } from '../support/template.ts'
import { fleetOnAll, publicParameter, slow, smallAssembly, smallFleet, synth } from './fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

const own = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments']
const pointers = ['ssm:GetParameters', 'ssm:PutParameter', 'ssm:GetParameterHistory', 'ec2:DescribeImages']
const publish = ['kms:Decrypt', 'kms:GenerateDataKey', 'sns:Publish']
const ledger = (...names: string[]) => names.map((name) => `dynamodb:${name}`)
const resume = ['states:SendTaskSuccess', 'states:SendTaskFailure']
const claims = [...ledger('GetItem', 'PutItem', 'UpdateItem'), ...resume]
const contents = [
  ...['GetImage', 'ListImageScanFindings', 'ListImagePackages'].map((name) => `imagebuilder:${name}`),
  'inspector2:ListFindings',
]
const closing = [...claims, ...ledger('Query'), ...publish, 'events:PutEvents']
const uses = [
  'sts:AssumeRole',
  'ssm:GetParameters',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplateVersions',
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeLaunchConfigurations',
]
const releases = [
  'ec2:DescribeImages',
  'states:StartExecution',
  ...ledger('GetItem', 'PutItem', 'UpdateItem'),
  ...publish,
]

/** In a fleet whose upstreams are all AMIs of other accounts, and that waits for older bakes. */
const actions: Record<(typeof functionNames)[number], string[]> = {
  'receive-release': releases,
  'poll-upstreams': [...releases, 'sqs:SendMessage'],
  'start-cycle': ['states:StartExecution', 'sqs:SendMessage'],
  'receive-cve': [...ledger('GetItem', 'PutItem'), 'states:StartExecution', 'sqs:SendMessage'],
  'reconcile-images': [
    ...closing,
    ...['StartExecution', 'ListExecutions', 'DescribeExecution'].map((name) => `states:${name}`),
    'imagebuilder:CancelImageCreation',
    'sts:AssumeRole',
    ...pointers,
    'ssm:DeleteParameter',
    'imagebuilder:GetImage',
    'sqs:SendMessage',
  ],
  'plan-campaign': [...ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'), 'ec2:DescribeImages'],
  'announce-campaign': [...ledger('Query', 'UpdateItem'), ...publish],
  'acquire-lock': claims,
  'start-bake': [
    ...claims,
    ...publish,
    'ssm:PutParameter',
    'ssm:GetParameterHistory',
    'imagebuilder:StartImagePipelineExecution',
    'imagebuilder:GetImagePipeline',
    'imagebuilder:TagResource',
    'ec2:DescribeImages',
    'ec2:DescribeSnapshots',
    'ec2:GetEbsDefaultKmsKeyId',
    'ec2:GetEbsEncryptionByDefault',
    'kms:DescribeKey',
  ],
  'complete-wait': [...ledger('UpdateItem'), ...resume, 'sqs:SendMessage'],
  'run-check': ['ec2:DescribeImages', ...ledger('GetItem', 'UpdateItem'), ...resume],
  'mark-candidate': [...pointers, ...claims, ...publish],
  'start-distribution': [
    'imagebuilder:DistributeImage',
    'imagebuilder:GetImage',
    ...['Create', 'Update', 'Get'].map((verb) => `imagebuilder:${verb}DistributionConfiguration`),
    'imagebuilder:TagResource',
    'ec2:DescribeImages',
    'iam:PassRole',
    'kms:DescribeKey',
    ...ledger('GetItem', 'PutItem', 'UpdateItem'),
    ...publish,
  ],
  'request-approval': [...ledger('GetItem', 'PutItem', 'UpdateItem'), ...resume, ...contents, ...publish],
  'answer-approval': [...ledger('GetItem', 'UpdateItem'), ...resume],
  'retry-distribution': [
    'imagebuilder:RetryImage',
    'imagebuilder:DistributeImage',
    'imagebuilder:GetImage',
    'imagebuilder:TagResource',
    'imagebuilder:GetDistributionConfiguration',
    'ec2:DescribeImages',
    'iam:PassRole',
    ...ledger('GetItem', 'UpdateItem'),
  ],
  'verify-distribution': ['imagebuilder:GetImage', 'sts:AssumeRole', ...ledger('GetItem', 'UpdateItem')],
  'publish-pointers': ['sts:AssumeRole', ...ledger('GetItem', 'UpdateItem', 'Query')],
  'release-image': [...pointers, 'ssm:DeleteParameter', ...closing, ...contents],
  'fail-rebake': [...closing, 'imagebuilder:GetImage'],
  'summarise-campaign': [...ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'), ...publish],
  'plan-rollback': [...ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'), 'states:DescribeExecution'],
  'restore-pointers': [
    'sts:AssumeRole',
    ...pointers,
    'ssm:DeleteParameter',
    ...ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'),
  ],
  'close-rollback': [
    ...pointers,
    'ssm:DeleteParameter',
    ...publish,
    ...ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'),
  ],
  'hold-image': [...ledger('GetItem', 'PutItem'), 'states:DescribeExecution'],
  'plan-revocation': [...ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'), ...uses],
  'close-revocation': [...ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'), 'states:StartExecution', ...publish],
  'start-retirement': ['states:StartExecution', 'sqs:SendMessage'],
  'plan-retirement': [
    ...ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'),
    ...publish,
    ...uses,
    'ec2:DescribeImages',
    'imagebuilder:GetImage',
    'imagebuilder:ListDistributionConfigurations',
    'imagebuilder:ListImageRecipes',
    'imagebuilder:GetImageRecipe',
    'imagebuilder:ListComponentBuildVersions',
  ],
  'withdraw-amis': [
    ...ledger('GetItem', 'UpdateItem'),
    'ec2:DescribeImages',
    ...uses,
    'ec2:DescribeSnapshots',
    'ec2:EnableImageDeprecation',
    'ec2:DisableImage',
    'ec2:DeregisterImage',
    'ec2:DeleteSnapshot',
  ],
  'remove-leftovers': [
    ...ledger('GetItem', 'UpdateItem', 'Query'),
    'imagebuilder:DeleteImage',
    'imagebuilder:DeleteDistributionConfiguration',
    'imagebuilder:DeleteImageRecipe',
    'imagebuilder:DeleteComponent',
  ],
  'close-retirement': [...ledger('GetItem', 'UpdateItem', 'Query', 'DeleteItem'), ...publish],
  'settle-execution': [...closing, 'imagebuilder:CancelImageCreation', 'imagebuilder:GetImage', 'sqs:SendMessage'],
  'seed-parameters': [
    'ssm:GetParameters',
    'ssm:PutParameter',
    'ssm:GetParameter',
    'ec2:DescribeImages',
    'sqs:SendMessage',
  ],
  'examine-accounts': ['sts:AssumeRole', 'ec2:DescribeImages'],
}

/** The variables that functions/workflow/dependencies.ts reads for those that use it. */
const askedByDeps = {
  'lockDeps(': "'LEDGER_TABLE', 'CONCURRENT_BAKES'",
  'closeDeps(': "'LEDGER_TABLE', 'CONCURRENT_BAKES', 'TOPIC_ARN'",
  'windowDeps(': "'LEDGER_TABLE', 'TOPIC_ARN'",
  'campaignDeps(': "'CAMPAIGN_STATE_MACHINE_ARN'",
  'releaseDeps(': "'LEDGER_TABLE', 'TOPIC_ARN', 'IMAGE_BUILDER_ARN_PREFIX', 'CAMPAIGN_STATE_MACHINE_ARN'",
}
const readsFleet = /\b(deployed|windowDeps|releaseDeps)\(/

it('knows every directory of functions/ that has a handler', () => {
  const handlers = readdirSync('functions', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('handler.ts') && !path.startsWith('runtime'))
    .map((path) => path.split(/[\\/]/)[0])
  expect([...bundleNames].sort()).toEqual(handlers.sort())
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
    const shared = Object.entries(askedByDeps).filter(([deps]) => handler.includes(deps))
    const asked = named + shared.map(([, names]) => names).join()
    const own = Object.keys(properties()?.Environment.Variables ?? {}).filter(
      (key) => !/^(NODE_OPTIONS|POWERTOOLS_)/.test(key),
    )
    expect(own.sort()).toEqual([...new Set([...asked.matchAll(/'(\w+)'/g)].map(([, key]) => key))].sort())
  })

  it('has the fleet in its bundle if it reads it', () => {
    expect(functionsWithFleet.includes(name)).toBe(readsFleet.test(handler))
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
  const machine = (name: string) => `arn:aws:states:eu-west-1:111122223333:stateMachine:gold-${name}`
  for (const outcome of ['states:SendTaskSuccess', 'states:SendTaskFailure'])
    expect(allowed(template, 'AcquireLockRole')[outcome]).toEqual([machine('rebake')])
  for (const role of ['ReceiveRelease', 'PollUpstreams', 'StartCycle', 'ReceiveCve', 'ReconcileImages'])
    expect(allowed(template, `${role}Role`)['states:StartExecution']).toEqual([machine('campaign')])
  const reconcile = allowed(template, 'ReconcileImagesRole')
  expect(reconcile['states:ListExecutions']).toEqual([machine('campaign'), machine('rebake')])
  expect(reconcile['states:DescribeExecution']).toEqual(
    ['campaign', 'rebake', 'rollback'].map((name) => `arn:aws:states:eu-west-1:111122223333:execution:gold-${name}:*`),
  )
})

/**
 * What AWS allows for the same jobs, by the kind of resource: recorded on 2026-07-08.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderExecutionPolicy.html
 */
const managed = {
  StartImagePipelineExecutionPermissions: {
    actions: ['imagebuilder:StartImagePipelineExecution', 'imagebuilder:TagResource'],
    resource: 'arn:aws:imagebuilder:*:*:image-pipeline/*',
  },
}

it('starts pipelines with all that the managed policy of AWS allows for it', () => {
  const { actions: needed, resource } = managed.StartImagePipelineExecutionPermissions
  const start = allowed(template, 'StartBakeRole')
  const kind = resource.split(':').at(-1)?.replace('*', '') ?? ''
  for (const action of needed) expect(start[action]?.join()).toContain(`:${kind}gold-*`)
  expect(start['imagebuilder:TagResource']?.join()).toContain(':image/gold-*')
})

it('withdraws AMIs of the build account that Image Builder made, and no others', () => {
  const byTag = statementsOf(template, 'WithdrawAmisRole').filter(({ Condition }) => Condition)
  expect(byTag).toEqual([
    {
      Effect: 'Allow',
      Resource: ['arn:aws:ec2:*::image/*'],
      Action: ['ec2:DeregisterImage', 'ec2:DisableImage', 'ec2:EnableImageDeprecation'],
      Condition: { StringEquals: { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' } },
    },
    {
      Effect: 'Allow',
      Resource: ['arn:aws:ec2:*::snapshot/*'],
      Action: ['ec2:DeleteSnapshot'],
      Condition: { StringEquals: { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' } },
    },
  ])
})

describe('what depends on the fleet', () => {
  let everything: Template
  let cancelling: Template
  beforeAll(async () => {
    everything = (await synth(fleetOnAll())).buildStack.template
    cancelling = (await synth({ ...smallFleet(), supersede: 'cancel' })).buildStack.template
  }, slow)
  const cancels = (of: Template, role: string) => allowed(of, role)['imagebuilder:CancelImageCreation']

  const aws = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'
  it.each([
    ['ReceiveReleaseRole', []],
    ['PollUpstreamsRole', []],
    ['SeedParametersRole', [aws]],
  ])('%s reads the parameters of upstreams, and goes to their accounts for them', (role, more) => {
    const may = allowed(everything, role)
    expect(may['ssm:GetParameter']).toEqual([
      'arn:aws:ssm:eu-west-1:111122223333:parameter/soe/debian',
      'arn:aws:ssm:eu-west-1:111122223333:parameter/soe/rhel',
      ...more
        .concat(publicParameter)
        .map((name) => `arn:aws:ssm:eu-west-1::parameter${name}`)
        .sort(),
    ])
    expect(may['sts:AssumeRole']).toEqual(['arn:aws:iam::888899990000:role/gold-read-upstream'])
  })

  it('may remember copies in the accounts of upstreams', () => {
    const { UPSTREAM_ACCOUNTS } =
      resourcesOf(everything, 'AWS::Lambda::Function').VerifyDistributionFunction?.Environment.Variables ?? {}
    expect(UPSTREAM_ACCOUNTS).toBe('444455556666,777788889999,888899990000,999900001111')
  })

  it.each(['AcquireLockRole', 'StartBakeRole'])('%s cancels older bakes only where the fleet says so', (role) => {
    expect(cancels(template, role)).toBeUndefined()
    expect(cancels(cancelling, role)).toEqual(['arn:aws:imagebuilder:eu-west-1:111122223333:image/gold-*'])
  })

  it('is asked to who claims', () => {
    const supersede = (of: Template) =>
      resourcesOf(of, 'AWS::Lambda::Function').AcquireLockFunction?.Environment.Variables.SUPERSEDE
    expect([supersede(template), supersede(cancelling)]).toEqual(['wait', 'cancel'])
  })
})

it('sends what an asynchronous function fails at to the dead letters', () => {
  const configured = Object.values(resourcesOf(template, 'AWS::Lambda::EventInvokeConfig'))
  expect(configured.map(({ FunctionName }) => FunctionName).sort()).toEqual(
    [
      'CompleteWait',
      'PollUpstreams',
      'ReceiveCve',
      'ReconcileImages',
      'SeedParameters',
      'SettleExecution',
      'StartCycle',
      'StartRetirement',
    ].map((id) => `<${id}Function>`),
  )
  for (const { DestinationConfig } of configured)
    expect(DestinationConfig.OnFailure.Destination).toBe('<DeadLetters.Arn>')
})
