import type { Fleet } from '../domain/fleet/model.ts'
import { publishRoleName, resourceName } from '../domain/names.ts'
import type { Arns } from './arns.ts'
import type { Ledger } from './ledger.ts'
import type { Notifications } from './notifications.ts'
import type { Permission } from './permissions.ts'
import { targetAccounts } from './targets.ts'

/** The directories of functions/, in the order in which a campaign meets them. */
export const functionNames = [
  'receive-release',
  'plan-campaign',
  'announce-campaign',
  'claim-image',
  'start-bake',
  'resume-wait',
  'validate-image',
  'mark-candidate',
  'start-distribution',
  'verify-distribution',
  'publish-pointers',
  'release-image',
  'fail-rebake',
  'summarise-campaign',
  'settle-execution',
  'seed-parameters',
] as const
export type FunctionName = (typeof functionNames)[number]

/** Those whose bundle holds the fleet, as fleet.json. */
export const functionsWithFleet: readonly FunctionName[] = ['receive-release', 'plan-campaign']

/** One function: what it is for, what it is told, and what it may do beside logging and tracing. */
export interface FunctionSpec {
  description: string
  /** Invoked by an event rule or CloudFormation, with nobody waiting: what fails goes to the dead letters. */
  asynchronous?: boolean
  /** Seconds; 30 if nothing is said. */
  timeout?: number
  environment: Record<string, string>
  permissions: Permission[]
}

export interface Surroundings {
  fleet: Fleet
  arns: Arns
  ledger: Ledger
  notifications: Notifications
}

export function functionSpecs({
  fleet,
  arns,
  ledger,
  notifications,
}: Surroundings): Record<FunctionName, FunctionSpec> {
  const named = (key: string) => resourceName(fleet.name, key)
  const table = { LEDGER_TABLE: ledger.tableName }
  const topic = { TOPIC_ARN: notifications.topicArn }
  const concurrency = { CONCURRENT_BAKES: String(fleet.concurrentBakes) }
  const fleetName = { FLEET_NAME: fleet.name }

  const describeImages: Permission = {
    actions: ['ec2:DescribeImages'],
    resources: ['*'],
    why: 'ec2:DescribeImages knows no resources.',
  }
  const pointers = (...actions: string[]): Permission => ({
    actions,
    resources: [arns.parameter(`/${fleet.name}/images/*`)],
    why: 'The pointers of every image of this fleet.',
  })
  // Parameter Store looks for the AMI with its caller's permission when a parameter is of type aws:ec2:image.
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
  const movePointers = [pointers('ssm:PutParameter'), describeImages]
  const images = (...actions: string[]): Permission => ({
    actions,
    resources: [arns.image(named('*'))],
    why: 'The images of this fleet; Image Builder gives each build its number.',
  })
  const assumePublisher: Permission = {
    actions: ['sts:AssumeRole'],
    resources: targetAccounts(fleet).map((account) => arns.role(publishRoleName(fleet.name), account)),
  }
  const resume: Permission = {
    actions: ['states:SendTaskSuccess'],
    resources: [arns.stateMachine(named('rebake'))],
  }
  const changeClaims = [ledger.allow('GetItem', 'PutItem', 'UpdateItem'), resume]
  const closeRebake = [
    ...changeClaims,
    ledger.allow('Query'),
    ...notifications.allowPublish(),
    { actions: ['events:PutEvents'], resources: [arns.defaultBus] },
  ]

  return {
    'receive-release': {
      description: 'Verifies a new upstream AMI and starts its campaign',
      environment: { ...table, ...topic, CAMPAIGN_STATE_MACHINE_ARN: arns.stateMachine(named('campaign')) },
      permissions: [
        describeImages,
        ledger.allow('GetItem', 'UpdateItem'),
        { actions: ['states:StartExecution'], resources: [arns.stateMachine(named('campaign'))] },
        ...notifications.allowPublish(),
      ],
    },
    'plan-campaign': {
      description: 'Decides which images a campaign rebakes',
      environment: { ...table, IMAGE_BUILDER_ARN_PREFIX: arns.imageBuilderPrefix },
      permissions: [ledger.allow('PutItem')],
    },
    'announce-campaign': {
      description: 'Tells people that a campaign starts',
      environment: { ...table, ...topic },
      permissions: [ledger.allow('Query', 'UpdateItem'), ...notifications.allowPublish()],
    },
    'claim-image': {
      description: 'Takes the lease of an image and a slot to bake in, or queues for them',
      environment: { ...table, ...concurrency },
      permissions: changeClaims,
    },
    'start-bake': {
      description: 'Starts the Image Builder pipeline of an image',
      environment: { ...table },
      permissions: [
        ledger.allow('UpdateItem'),
        {
          actions: ['imagebuilder:StartImagePipelineExecution'],
          resources: [arns.pipeline(named('*'))],
          why: 'The pipelines of this fleet.',
        },
        images('imagebuilder:TagResource'),
      ],
    },
    'resume-wait': {
      description: 'Hands the final state of an Image Builder image to the task that waits for it',
      asynchronous: true,
      environment: { ...table },
      permissions: [ledger.allow('UpdateItem'), resume],
    },
    'validate-image': {
      description: 'Checks a baked AMI before it may leave the build account',
      environment: { ...table },
      permissions: [describeImages, ledger.allow('GetItem', 'UpdateItem')],
    },
    'mark-candidate': {
      description: 'Points the candidate of an image to its validated AMI and frees its slot',
      environment: { ...table, ...fleetName, ...concurrency },
      permissions: [...movePointers, ...changeClaims],
    },
    'start-distribution': {
      description: 'Starts the distribution of an image to one ring',
      environment: { DISTRIBUTION_ROLE_ARN: arns.role(named('distribution')) },
      permissions: [
        // DistributeImage reads the image and the configuration with its caller's permissions.
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
        images('imagebuilder:DistributeImage', 'imagebuilder:GetImage', 'imagebuilder:TagResource'),
        {
          actions: ['imagebuilder:GetDistributionConfiguration'],
          resources: [arns.distribution(named('*'))],
          why: 'The distribution configurations of this fleet: one for each image and ring.',
        },
        {
          actions: ['iam:PassRole'],
          resources: [arns.role(named('distribution'))],
          conditions: { StringEquals: { 'iam:PassedToService': 'imagebuilder.amazonaws.com' } },
        },
      ],
    },
    'verify-distribution': {
      description: 'Looks for the copied AMI in every account and region of a ring',
      timeout: 120,
      environment: { ...table, ...fleetName },
      permissions: [images('imagebuilder:GetImage'), assumePublisher, ledger.allow('GetItem', 'UpdateItem')],
    },
    'publish-pointers': {
      description: 'Points the SSM parameter of every target of a ring to its own copy of the AMI',
      timeout: 120,
      environment: { ...table, ...fleetName },
      permissions: [assumePublisher, ledger.allow('GetItem')],
    },
    'release-image': {
      description: 'Moves stable and previous once an image is through its last ring, and announces it',
      environment: { ...table, ...topic, ...fleetName, ...concurrency },
      permissions: [pointers('ssm:GetParameters'), ...movePointers, ...closeRebake],
    },
    'fail-rebake': {
      description: 'Records and announces a rebake that failed, and frees its claims',
      environment: { ...table, ...topic, ...concurrency },
      permissions: closeRebake,
    },
    'summarise-campaign': {
      description: 'Records and announces how a campaign ended',
      environment: { ...table, ...topic },
      permissions: [ledger.allow('Query', 'UpdateItem'), ...notifications.allowPublish()],
    },
    'settle-execution': {
      description: 'Frees and announces what an execution left behind that died',
      asynchronous: true,
      environment: { ...table, ...topic, ...concurrency },
      permissions: [...closeRebake, images('imagebuilder:CancelImageCreation')],
    },
    'seed-parameters': {
      description: 'Creates the pointers that recipes read, once, on deployment',
      asynchronous: true,
      timeout: 120,
      environment: {},
      permissions: [pointers('ssm:GetParameters', 'ssm:PutParameter'), describeImages],
    },
  }
}
