import { Validations } from 'aws-cdk-lib'
import { type IInstanceProfile, InstanceProfile, ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { logPrefix } from '../../domain/fleet/instance-settings.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { buildRoleName, resourceName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import { acknowledgeWildcards, type Permission, policyOf } from '../permissions.ts'

interface BuildInstanceProps {
  fleet: Fleet
  arns: Arns
  /** The fleet's own bucket; undefined where nothing logs to it. */
  logs: IBucket | undefined
}

type Configuration = Fleet['infrastructure'][string]

/**
 * What the build and test instances of each infrastructure configuration may do, by its key: a role for each, as what they read
 * differs. The managed policies that AWS suggests (AmazonSSMManagedInstanceCore, EC2InstanceProfileForImageBuilder) would let every
 * build step read every parameter of the account, snapshot volumes and read any ISO file; this is the rest of them.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2InstanceProfileForImageBuilder.html
 */
export function createBuildInstanceProfiles(
  scope: Construct,
  props: BuildInstanceProps,
): Record<string, IInstanceProfile> {
  const instances = new Construct(scope, 'BuildInstance')
  return Object.fromEntries(
    Object.entries(props.fleet.infrastructure).map(([key, configuration]) => [
      key,
      createProfile(new Construct(instances, key), key, configuration, props),
    ]),
  )
}

function createProfile(
  scope: Construct,
  key: string,
  configuration: Configuration,
  props: BuildInstanceProps,
): IInstanceProfile {
  const { policies = [], permissionsBoundary } = configuration
  const permissions = [
    ...systemsManager,
    ...imageBuilder(props),
    ...logging(key, configuration, props),
    ...privateInputs(configuration, props.arns),
  ]
  const name = buildRoleName(props.fleet.name, key)
  const boundary = permissionsBoundary && {
    permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(scope, 'Boundary', permissionsBoundary),
  }
  const role = new Role(scope, 'Role', {
    roleName: name,
    description: `Build and test instances of Image Builder on ${key}`,
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    inlinePolicies: { permissions: policyOf(permissions) },
    managedPolicies: [...new Set(policies)].map((arn) => ManagedPolicy.fromManagedPolicyArn(scope, arn, arn)),
    ...boundary,
  })
  acknowledgeWildcards(role, permissions)
  for (const arn of policies)
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM4[Policy::${arn}]`, reason: 'The fleet names it.' })
  return new InstanceProfile(scope, 'Profile', {
    instanceProfileName: name,
    role: role.withoutPolicyUpdates(),
  }) as IInstanceProfile
}

/** What the fleet says that components read and write, and no more. */
function privateInputs({ reads = [], writes = [], kmsKeys = [], logs }: Configuration, arns: Arns): Permission[] {
  const after = (prefix: string, entries: string[]) =>
    entries.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length))
  const read = after('s3://', reads)
  const written = after('s3://', writes)
  const buckets = Object.entries(Object.groupBy(read, (path) => path.split('/')[0] ?? ''))
  const why = "The fleet's infrastructure configuration says so."
  const all: Permission[] = [
    { actions: ['s3:GetObject'], resources: read.map(arns.objects), why },
    // Without the right to list, S3 answers 403 also of an object that is not there; and S3Download lists a prefix.
    ...buckets.map(([bucket, paths = []]) => ({
      actions: ['s3:ListBucket'],
      resources: [arns.objects(bucket)],
      conditions: { StringLike: { 's3:prefix': paths.map((path) => path.slice(bucket.length + 1)) } },
    })),
    { actions: ['s3:PutObject'], resources: written.map(arns.objects), why },
    { actions: ['ssm:GetParameter', 'ssm:GetParameters'], resources: after('ssm:', reads).map(arns.parameter), why },
    { actions: ['secretsmanager:GetSecretValue'], resources: after('secret:', reads).map(arns.secret), why },
    { actions: ['kms:Decrypt'], resources: kmsKeys },
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    { actions: ['kms:GenerateDataKey'], resources: written.length > 0 || logs ? kmsKeys : [] },
  ]
  return all.filter(({ resources }) => resources.length > 0)
}

/** Where the logs of its instances go. */
function logging(key: string, { logs: named }: Configuration, { fleet, arns, logs }: BuildInstanceProps): Permission[] {
  const resource = named
    ? arns.objects(`${named.bucket}/${logPrefix(fleet.name, key, named)}/*`)
    : (logs?.arnForObjects('*') ?? '')
  return [
    {
      actions: ['s3:PutObject'],
      resources: [resource],
      why: 'The logs of every build; Image Builder chooses the keys.',
    },
  ]
}

const noResources = 'The SSM agent acts as its own instance; these actions know no narrower resource.'

/** AmazonSSMManagedInstanceCore without ssm:GetParameter and ssm:GetParameters. */
const systemsManager: Permission[] = [
  {
    actions: [
      'ssm:DescribeAssociation',
      'ssm:DescribeDocument',
      'ssm:GetDeployablePatchSnapshotForInstance',
      'ssm:GetDocument',
      'ssm:GetManifest',
      'ssm:ListAssociations',
      'ssm:ListInstanceAssociations',
      'ssm:PutComplianceItems',
      'ssm:PutConfigurePackageResult',
      'ssm:PutInventory',
      'ssm:UpdateAssociationStatus',
      'ssm:UpdateInstanceAssociationStatus',
      'ssm:UpdateInstanceInformation',
    ],
    resources: ['*'],
    why: noResources,
  },
  {
    actions: [
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    resources: ['*'],
    why: noResources,
  },
  {
    actions: [
      'ec2messages:AcknowledgeMessage',
      'ec2messages:DeleteMessage',
      'ec2messages:FailMessage',
      'ec2messages:GetEndpoint',
      'ec2messages:GetMessages',
      'ec2messages:SendReply',
    ],
    resources: ['*'],
    why: noResources,
  },
]

const imageBuilder = ({ fleet, arns }: BuildInstanceProps): Permission[] => {
  const shared = Object.values(fleet.components).flatMap((component) =>
    'arn' in component ? [component.arn.replace(/(:component\/[^/]+)\/.*/, '$1/*')] : [],
  )
  return [
    {
      actions: ['imagebuilder:GetComponent'],
      resources: [arns.component(resourceName(fleet.name, '*')), ...new Set(shared)],
      why: 'The components of this fleet in every version: Image Builder numbers the builds.',
    },
    {
      actions: ['s3:GetObject'],
      resources: [arns.objects('ec2imagebuilder*')],
      why: 'AWSTOE and the managed components come from buckets of Image Builder, one for each region.',
    },
    {
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [arns.logGroup(`/aws/imagebuilder/${fleet.name}-*`)],
      why: 'The log groups of the images of this fleet.',
    },
  ]
}
