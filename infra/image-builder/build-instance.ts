import { type IInstanceProfile, InstanceProfile, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { resourceName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import { acknowledgeWildcards, type Permission, policyOf } from '../permissions.ts'

interface BuildInstanceProps {
  fleet: Fleet
  arns: Arns
  logs: IBucket
}

/**
 * What a build or test instance may do. The managed policies that AWS suggests (AmazonSSMManagedInstanceCore,
 * EC2InstanceProfileForImageBuilder) would let every build step read every parameter of the account, snapshot
 * volumes and read any ISO file; this is the rest of them.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2InstanceProfileForImageBuilder.html
 */
export function createBuildInstanceProfile(scope: Construct, props: BuildInstanceProps): IInstanceProfile {
  const permissions = [...systemsManager, ...imageBuilder(props)]
  const role = new Role(scope, 'BuildInstanceRole', {
    description: 'Build and test instances of Image Builder',
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    inlinePolicies: { permissions: policyOf(permissions) },
  })
  acknowledgeWildcards(role, permissions)
  return new InstanceProfile(scope, 'BuildInstanceProfile', {
    role: role.withoutPolicyUpdates(),
  }) as IInstanceProfile
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

const imageBuilder = ({ fleet, arns, logs }: BuildInstanceProps): Permission[] => {
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
      actions: ['s3:PutObject'],
      resources: [logs.arnForObjects('*')],
      why: 'The logs of every build; Image Builder chooses the keys.',
    },
    {
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [arns.logGroup(`/aws/imagebuilder/${fleet.name}-*`)],
      why: 'The log groups of the images of this fleet.',
    },
  ]
}
