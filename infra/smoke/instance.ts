import { RemovalPolicy } from 'aws-cdk-lib'
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2'
import { type CfnInstanceProfile, InstanceProfile, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { buildSubnets } from '../../domain/fleet/network.ts'
import { resourceName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import { acknowledgeWildcards, type Permission, policyOf } from '../permissions.ts'

const noResources = 'The SSM agent acts as its own instance; these actions know no narrower resource.'

/** What the SSM agent needs to be online, to run a command and to log its output: nothing else. */
const permissionsOf = (arns: Arns, logGroup: string): Permission[] => [
  {
    actions: [
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    resources: ['*'],
    why: noResources,
  },
  {
    // Agents before 3.3.40.0 ask here for their commands.
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
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html
  {
    actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    resources: [`${arns.logGroup(logGroup)}:*`],
    why: 'Every log stream of the one log group.',
  },
  { actions: ['logs:DescribeLogGroups'], resources: ['*'], why: 'The agent looks for its log group.' },
]

/** What a test instance is and may do: its own role, and no way in. */
export function createTestInstance(scope: Construct, fleet: Fleet, arns: Arns) {
  const logGroup = `/rebake/${resourceName(fleet.name, 'smoke')}`
  new LogGroup(scope, 'Logs', {
    logGroupName: logGroup,
    retention: RetentionDays.SIX_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const permissions = permissionsOf(arns, logGroup)
  const role = new Role(scope, 'InstanceRole', {
    description: 'Instances that smoke tests launch',
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    inlinePolicies: { permissions: policyOf(permissions) },
  })
  acknowledgeWildcards(role, permissions)
  const profile = new InstanceProfile(scope, 'InstanceProfile', { role: role.withoutPolicyUpdates() })
  const [place] = fleet.network ? buildSubnets(fleet.network) : []
  return {
    role: role.roleArn,
    profile: (profile.node.defaultChild as CfnInstanceProfile).ref,
    profileArn: profile.instanceProfileArn,
    logGroup,
    subnet: place?.subnet,
    securityGroups: place?.securityGroups ?? [createSecurityGroup(scope).attrGroupId],
  }
}
export type TestInstance = ReturnType<typeof createTestInstance>

/** For the default VPC, where the fleet names no network: nobody comes in. What goes out is EC2's own default, anything. */
const createSecurityGroup = (scope: Construct) =>
  new CfnSecurityGroup(scope, 'SecurityGroup', {
    groupDescription: 'Instances that smoke tests launch: no way in',
  })
