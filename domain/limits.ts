/*
 * What AWS takes no more of: one table for `rebake check`, for every synthesis and for `rebake doctor`. The values are AWS's
 * defaults. A limit that grows on request is still kept here: a fleet must deploy in an account that has asked for nothing.
 */

export interface Limit {
  /** What is limited, as people say it. */
  what: string
  most: number
  unit: string
  /** Whether AWS raises it for an account that asks. */
  adjustable: boolean
  /** The page of AWS's documentation that has it. */
  source: string
  /** What to do where a fleet reaches it. */
  fix: string
  /** Where Service Quotas tells what an account has of it; left out of what it does not know. */
  quota?: { service: string; code: string; name: string }
}

const iam = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html'
const cloudFormation = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html'
const eventBridge = 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html'
const imageBuilder = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/'
const imageBuilderQuotas = 'https://docs.aws.amazon.com/general/latest/gr/imagebuilder.html'
const lambda = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html'

const split = 'Divide the fleet into two, each with a name of its own.'
const fewerAccounts =
  'Name organizational units of the organization instead of accounts (organizationalUnits), or divide the fleet into two.'
const shorter = 'Shorten it.'

export const limits = {
  'stack-resources': {
    what: 'resources of a stack',
    most: 500,
    unit: 'resources',
    adjustable: false,
    source: cloudFormation,
    fix: split,
  },
  'stack-parameters': {
    what: 'parameters of a template',
    most: 200,
    unit: 'parameters',
    adjustable: false,
    source: cloudFormation,
    fix: split,
  },
  'stack-outputs': {
    what: 'outputs of a template',
    most: 200,
    unit: 'outputs',
    adjustable: false,
    source: cloudFormation,
    fix: split,
  },
  'template-size': {
    what: 'a template in S3',
    most: 1_048_576,
    unit: 'bytes',
    adjustable: false,
    source: cloudFormation,
    fix: 'Keep long components in files of S3, or divide the fleet into two.',
  },
  'stack-set-template-size': {
    what: 'a template that is not in S3',
    most: 51_200,
    unit: 'bytes',
    adjustable: false,
    source: cloudFormation,
    fix: split,
  },
  'inline-policies': {
    what: 'all inline policies of a role',
    most: 10_240,
    unit: 'characters',
    adjustable: false,
    source: iam,
    fix: split,
  },
  'managed-policy': {
    what: 'a managed policy',
    most: 6_144,
    unit: 'characters',
    adjustable: false,
    source: iam,
    fix: split,
  },
  'trust-policy': {
    what: 'the trust policy of a role',
    most: 2_048,
    unit: 'characters',
    adjustable: true,
    source: iam,
    fix: 'Give the fleet a shorter name.',
  },
  'role-name': {
    what: 'the name of a role',
    most: 64,
    unit: 'characters',
    adjustable: false,
    source: iam,
    fix: shorter,
  },
  'role-description': {
    what: 'the description of a role',
    most: 1_000,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html',
    fix: shorter,
  },
  'key-policy': {
    what: 'the policy of a key',
    most: 32_768,
    unit: 'bytes',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html',
    fix: fewerAccounts,
  },
  'bus-policy': {
    what: 'the policy of an event bus',
    most: 10_240,
    unit: 'characters',
    adjustable: true,
    source: eventBridge,
    fix: 'Take the AMIs of fewer upstream accounts, or have "Event bus policy size" raised.',
  },
  'event-pattern': {
    what: 'the pattern of a rule',
    most: 2_048,
    unit: 'characters',
    adjustable: true,
    source: eventBridge,
    fix: split,
  },
  'queue-policy': {
    what: 'the policy of a queue',
    most: 8_192,
    unit: 'bytes',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html',
    fix: split,
  },
  'topic-policy': {
    what: 'the policy of a topic',
    // "30 kb": taken for thousands of bytes, the smaller reading.
    most: 30_000,
    unit: 'bytes',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html',
    fix: split,
  },
  'bucket-policy': {
    what: 'the policy of a bucket',
    most: 20_480,
    unit: 'bytes',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html',
    fix: split,
  },
  'function-environment': {
    what: 'the environment of a function',
    most: 4_096,
    unit: 'bytes',
    adjustable: false,
    source: lambda,
    fix: 'Take the AMIs of fewer upstream accounts, or divide the fleet into two.',
  },
  'function-name': {
    what: 'the name of a function',
    most: 64,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html',
    fix: shorter,
  },
  'function-description': {
    what: 'the description of a function',
    most: 256,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html',
    fix: shorter,
  },
  'state-machine-definition': {
    what: 'the definition of a state machine',
    most: 1_048_576,
    unit: 'bytes',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html',
    fix: split,
  },
  'state-machine-name': {
    what: 'the name of a state machine',
    most: 80,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html',
    fix: shorter,
  },
  'rule-name': {
    what: 'the name of a rule',
    most: 64,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html',
    fix: shorter,
  },
  'rule-description': {
    what: 'the description of a rule',
    most: 512,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html',
    fix: shorter,
  },
  'schedule-name': {
    what: 'the name of a schedule',
    most: 64,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html',
    fix: shorter,
  },
  'schedule-description': {
    what: 'the description of a schedule',
    most: 512,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html',
    fix: shorter,
  },
  'alarm-name': {
    what: 'the name of an alarm',
    most: 255,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html',
    fix: shorter,
  },
  'alarm-description': {
    what: 'the description of an alarm',
    most: 1_024,
    unit: 'characters',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html',
    fix: shorter,
  },
  'document-content': {
    what: 'a document of Systems Manager',
    most: 65_536,
    unit: 'bytes',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/general/latest/gr/ssm.html',
    fix: 'Shorten the scripts of smoke tests: let them download what is long.',
  },
  'image-builder-name': {
    what: 'a name in Image Builder',
    most: 128,
    unit: 'characters',
    adjustable: false,
    source: `${imageBuilder}API_CreateImageRecipe.html`,
    fix: shorter,
  },
  'image-builder-description': {
    what: 'a description in Image Builder',
    most: 1_024,
    unit: 'characters',
    adjustable: false,
    source: `${imageBuilder}API_CreateImageRecipe.html`,
    fix: shorter,
  },
  'working-directory': {
    what: 'the working directory of a recipe',
    most: 1_024,
    unit: 'characters',
    adjustable: false,
    source: `${imageBuilder}API_CreateImageRecipe.html`,
    fix: shorter,
  },
  'component-data': {
    what: 'the inline text of a component',
    most: 16_000,
    unit: 'characters',
    adjustable: false,
    source: `${imageBuilder}API_CreateComponent.html`,
    fix: 'Divide the component into two.',
  },
  'component-document': {
    what: 'the document of a component, which is read from S3 where it is long',
    // "64 KB", of which 65,536 bytes are the reading of AWS's other services.
    most: 65_536,
    unit: 'bytes',
    adjustable: false,
    source: imageBuilderQuotas,
    fix: 'Divide the component into two, or let it download what is long.',
  },
  'workflow-data': {
    what: 'the text of a workflow',
    most: 16_000,
    unit: 'characters',
    adjustable: false,
    source: `${imageBuilder}API_CreateWorkflow.html`,
    fix: 'Put what is long into a component, an SSM document or a state machine.',
  },
  'recipe-components': {
    what: 'components of an image',
    most: 20,
    unit: 'components',
    adjustable: true,
    source: imageBuilderQuotas,
    quota: { service: 'imagebuilder', code: 'L-59EC76F6', name: 'Components per image recipe' },
    fix: 'Put steps of several components into one, or make an image below this one.',
  },
  'ami-tags': {
    what: 'tags of an AMI',
    most: 50,
    unit: 'tags',
    adjustable: false,
    source: `${imageBuilder}API_AmiDistributionConfiguration.html`,
    fix: "Use fewer tags: the fleet's own count.",
  },
  'instance-tags': {
    what: 'tags of the instances of an infrastructure configuration',
    most: 30,
    unit: 'tags',
    adjustable: false,
    source: `${imageBuilder}API_CreateInfrastructureConfiguration.html`,
    fix: "Use fewer tags: the fleet's own count.",
  },
  'image-pipelines': {
    what: 'image pipelines of an account',
    most: 75,
    unit: 'pipelines',
    adjustable: true,
    source: imageBuilderQuotas,
    fix: 'Have "Image pipelines" raised.',
    quota: { service: 'imagebuilder', code: 'L-7A0E01E3', name: 'Image pipelines' },
  },
  'concurrent-builds': {
    what: 'builds at once',
    most: 100,
    unit: 'builds',
    adjustable: true,
    source: imageBuilderQuotas,
    fix: 'Lower concurrentBakes.',
    quota: { service: 'imagebuilder', code: 'L-BA4D191B', name: 'Concurrent builds' },
  },
  'image-components': {
    what: 'components of an account',
    most: 1_000,
    unit: 'components',
    adjustable: true,
    source: imageBuilderQuotas,
    fix: 'Have "Components" raised.',
    quota: { service: 'imagebuilder', code: 'L-9B183655', name: 'Components' },
  },
  'image-recipes': {
    what: 'image recipes of an account',
    most: 1_000,
    unit: 'recipes',
    adjustable: true,
    source: imageBuilderQuotas,
    fix: 'Have "Image recipes" raised.',
    quota: { service: 'imagebuilder', code: 'L-1DF98342', name: 'Image recipes' },
  },
  'infrastructure-configurations': {
    what: 'infrastructure configurations of an account',
    most: 1_000,
    unit: 'configurations',
    adjustable: true,
    source: imageBuilderQuotas,
    fix: 'Have "Infrastructure configurations" raised.',
    quota: { service: 'imagebuilder', code: 'L-D9EF98D9', name: 'Infrastructure configurations' },
  },
  'distribution-configurations': {
    what: 'distribution configurations of an account',
    most: 1_000,
    unit: 'configurations',
    adjustable: true,
    source: imageBuilderQuotas,
    fix: 'Have "Distribution configurations" raised.',
    quota: { service: 'imagebuilder', code: 'L-2BAA05D8', name: 'Distribution configurations' },
  },
  'concurrent-copies': {
    what: 'accounts that one distribution configuration copies to',
    most: 50,
    unit: 'accounts',
    adjustable: true,
    source: imageBuilderQuotas,
    fix: 'Have the quota raised.',
    quota: {
      service: 'imagebuilder',
      code: 'L-69312229',
      name: 'Concurrent AMI copies per distribution configuration',
    },
  },
  'concurrent-executions': {
    what: 'functions at once',
    most: 1_000,
    unit: 'executions',
    adjustable: true,
    source: lambda,
    fix: 'Have "Concurrent executions" raised.',
    quota: { service: 'lambda', code: 'L-B99A9384', name: 'Concurrent executions' },
  },
  'vcpus-standard': {
    what: 'vCPUs of standard instances at once',
    most: 5,
    unit: 'vCPUs',
    adjustable: true,
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html',
    fix: 'Lower concurrentBakes.',
    quota: {
      service: 'ec2',
      code: 'L-1216C47A',
      name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    },
  },
  'unreserved-executions': {
    what: 'executions that Lambda keeps for functions that reserve none',
    most: 100,
    unit: 'executions',
    adjustable: false,
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html',
    fix: 'Have "Concurrent executions" raised.',
  },
  'standard-parameters': {
    what: 'standard parameters of an account',
    most: 10_000,
    unit: 'parameters',
    adjustable: true,
    source: 'https://docs.aws.amazon.com/general/latest/gr/ssm.html',
    fix: 'Have the limit raised, or split the fleet.',
  },
  'ami-shares': {
    what: 'organizations, organizational units and accounts that an AMI is shared with',
    most: 1_000,
    unit: 'of them',
    adjustable: true,
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-quotas.html',
    fix: 'Copy to some of the rings (mode: copy), or divide the fleet into two.',
  },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof limits

/** Those that Service Quotas knows. */
export type CountedLimit = {
  [K in LimitName]: (typeof limits)[K] extends { quota: object } ? K : never
}[LimitName]

/** What exceeds a limit, how far, and which key of the fleet is responsible. */
export interface Excess {
  limit: LimitName
  /** The document, such as `the role DistributionRole of golden-build`. */
  where: string
  found: number
  /** `rings`, `images web description`. */
  key: string
}

/** One line that says what is too much of what, why, and what to do. */
const excessText = ({ limit, where, found, key }: Excess): string => {
  const { what, most, unit, fix } = limits[limit]
  const number = (value: number) => value.toLocaleString('en')
  return `${key}: ${where}: ${what}: ${number(found)} ${unit}, and AWS takes ${number(most)}. ${fix}`
}

/** A synthesized fleet that AWS would not take. */
export class LimitsExceeded extends Error {
  override readonly name = 'LimitsExceeded'

  constructor(excesses: readonly Excess[]) {
    super(excesses.map(excessText).join('\n'))
  }
}
