import { Stack } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { smokeDocument } from '../../domain/check-kinds.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { volumeKeys } from '../../domain/fleet/volumes.ts'
import { fleetTag, resourceName } from '../../domain/names.ts'
import { acknowledgeWildcards, type Permission, policyOf } from '../permissions.ts'
import { smokeArns } from './arns.ts'
import type { TestInstance } from './instance.ts'

interface RoleProps {
  fleet: Fleet
  key: IKey
  instance: TestInstance
}

/**
 * The role that Automation tests with: it launches the build account's own AMIs on instances that carry the fleet's
 * tags, runs the fleet's documents on these instances, and terminates no others.
 */
export function createAutomationRole(scope: Construct, props: RoleProps): Role {
  const stack = Stack.of(scope)
  const permissions = [...launch(stack, props), ...encryption(stack, props), ...test(stack, props), ...look]
  const role = new Role(scope, 'Role', {
    roleName: resourceName(props.fleet.name, 'smoke'),
    description: 'Systems Manager Automation, while it smoke-tests an AMI',
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
    assumedBy: new ServicePrincipal('ssm.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': smokeArns(stack).executions },
      },
    }),
    inlinePolicies: { permissions: policyOf(permissions) },
  })
  acknowledgeWildcards(role, permissions)
  return role
}

const noIdYet = 'EC2 gives the ids as it launches.'

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
function launch(stack: Stack, { fleet, instance }: RoleProps): Permission[] {
  const { ec2 } = smokeArns(stack)
  const ours = { [`aws:RequestTag/${fleetTag}`]: fleet.name }
  return [
    {
      actions: ['ec2:RunInstances'],
      resources: [ec2('instance/*')],
      conditions: {
        StringEquals: { ...ours, 'ec2:MetadataHttpTokens': 'required' },
        ArnEquals: { 'ec2:InstanceProfile': instance.profileArn },
      },
      why: noIdYet,
    },
    {
      actions: ['ec2:RunInstances'],
      resources: [ec2('volume/*')],
      conditions: { StringEquals: ours },
      why: noIdYet,
    },
    {
      actions: ['ec2:RunInstances'],
      resources: [
        ec2('network-interface/*'),
        ec2(`subnet/${instance.subnet ?? '*'}`),
        ...instance.securityGroups.map((id) => ec2(`security-group/${id}`)),
      ],
      why: `${noIdYet} Without a network in the fleet, it also chooses the subnet.`,
    },
    {
      actions: ['ec2:RunInstances'],
      resources: [`arn:${stack.partition}:ec2:${stack.region}::image/*`],
      conditions: { StringEquals: { 'ec2:Owner': stack.account } },
      why: 'Every AMI that is baked here: Image Builder makes them.',
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [ec2('instance/*'), ec2('volume/*')],
      conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
      why: 'Instances and volumes are tagged as they are launched.',
    },
    {
      actions: ['iam:PassRole'],
      resources: [instance.role],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
    {
      actions: ['ec2:TerminateInstances'],
      resources: [ec2('instance/*')],
      conditions: {
        StringEquals: { [`ec2:ResourceTag/${fleetTag}`]: fleet.name },
        // Build instances have the fleet's tag too.
        StringLike: { 'ec2:ResourceTag/rebake:smoke': '*' },
      },
      why: 'Only those that smoke tests have launched, by their tags.',
    },
  ]
}

/**
 * EC2 attaches encrypted volumes with what the caller may do. The key's own policy leaves it to the account's.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
 */
function encryption(stack: Stack, { fleet, key }: RoleProps): Permission[] {
  const adopted = Object.values(fleet.images).some(({ pipeline, checks }) => pipeline && checks.smoke)
  const named = volumeKeys(fleet)
  // IAM knows keys by their ids only.
  const isOpen = adopted || named.some((each) => each.includes(':alias/'))
  const resources = isOpen ? [smokeArns(stack).keys] : [key.keyArn, ...named]
  const why = isOpen && {
    why: 'The keys of pipelines that were there before, and those behind aliases, are not known here; it is through EC2 only.',
  }
  const viaEc2 = { 'kms:ViaService': `ec2.${stack.region}.amazonaws.com` }
  return [
    {
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources,
      conditions: { StringEquals: viaEc2 },
      ...why,
    },
    {
      actions: ['kms:CreateGrant'],
      resources,
      conditions: { StringEquals: viaEc2, Bool: { 'kms:GrantIsForAWSResource': true } },
      ...why,
    },
  ]
}

function test(stack: Stack, { fleet }: RoleProps): Permission[] {
  const { ec2, document } = smokeArns(stack)
  const documents = Object.entries(fleet.images).flatMap(([name, image]) => {
    const { smoke } = image.checks
    return smoke ? [document(smoke.document ?? smokeDocument(fleet.name, name))] : []
  })
  return [
    { actions: ['ssm:SendCommand'], resources: [...new Set(documents)] },
    {
      actions: ['ssm:SendCommand'],
      resources: [ec2('instance/*')],
      conditions: {
        StringEquals: { [`ssm:resourceTag/${fleetTag}`]: fleet.name },
        StringLike: { 'ssm:resourceTag/rebake:smoke': '*' },
      },
      why: 'Only those that smoke tests have launched, by their tags.',
    },
  ]
}

const look: Permission[] = [
  {
    actions: [
      'ec2:DescribeInstances',
      'ec2:DescribeInstanceStatus',
      'ssm:DescribeInstanceInformation',
      'ssm:ListCommands',
      'ssm:ListCommandInvocations',
      'ssm:CancelCommand',
    ],
    resources: ['*'],
    why: 'These actions know no narrower resource, or commands that have no id yet.',
  },
]
