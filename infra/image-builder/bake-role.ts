import { Validations } from 'aws-cdk-lib'
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { WorkflowNeeds } from '../../domain/fleet/workflow-files.ts'
import { managedPolicies } from '../../domain/managed-policies.ts'
import type { Arns } from '../arns.ts'
import { acknowledgeWildcards, madeByImageBuilder, type Permission, policyOf } from '../permissions.ts'

/**
 * The role that pipelines bake with. Image Builder's service-linked role would do, but it reads private
 * parameters under /imagebuilder/ only, and recipes name their parents under /<fleet>/images/.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam-awsmanpol.html
 */
export function createBakeRole(
  scope: Construct,
  fleet: Fleet,
  { arns, needs }: { arns: Arns; needs: WorkflowNeeds },
): Role {
  const permissions: Permission[] = [
    {
      actions: ['ssm:GetParameter'],
      resources: [arns.parameter(`/${fleet.name}/images/*/parent`)],
      why: 'The parent of every image of this fleet.',
    },
    ...ofWatermarks(fleet, arns),
    ...ofWorkflows(arns, needs),
  ]
  const policy = policyOf(permissions)
  // The managed policy may also distribute; a pipeline distributes to nowhere, so nothing unvalidated can leave.
  policy.addStatements(new PolicyStatement({ effect: Effect.DENY, actions: ['sts:AssumeRole'], resources: ['*'] }))
  const role = new Role(scope, 'BakeRole', {
    description: 'Image Builder, while it bakes an image',
    assumedBy: new ServicePrincipal('imagebuilder.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(managedPolicies.bake)],
    inlinePolicies: { permissions: policy },
  })
  acknowledgeWildcards(role, permissions)
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/EC2ImageBuilderExecutionPolicy]',
    reason: 'What Image Builder does in a build is its own affair, and changes: AWS maintains this policy for it.',
  })
  return role
}

/** https://docs.aws.amazon.com/imagebuilder/latest/userguide/ami-watermarks.html#ami-watermarks-prereqs */
const ofWatermarks = ({ images }: Fleet, arns: Arns): Permission[] =>
  Object.values(images).some(({ watermarks }) => watermarks)
    ? [
        {
          actions: ['ec2:AttachImageWatermark'],
          resources: [arns.anyImage],
          why: 'An AMI has no id before it is made.',
        },
      ]
    : []

/**
 * What steps of the fleet's own workflows start: AWS's policy allows no state machine, and of Systems Manager's documents its own only.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html#wfdoc-step-action-exec-state-machine
 */
function ofWorkflows(arns: Arns, { stateMachines, commands }: WorkflowNeeds): Permission[] {
  const permissions: Permission[] = []
  if (stateMachines.length > 0)
    permissions.push(
      { actions: ['states:StartExecution'], resources: stateMachines },
      {
        actions: ['states:DescribeExecution'],
        resources: stateMachines.map((arn) => `${arn.replace(':stateMachine:', ':execution:')}:*`),
        why: 'Each execution has a name of its own.',
      },
    )
  if (commands.length > 0)
    permissions.push(
      { actions: ['ssm:SendCommand'], resources: commands.flatMap((name) => arns.commandDocuments(name)) },
      {
        actions: ['ssm:SendCommand'],
        resources: [arns.anyInstance],
        conditions: { StringEquals: madeByImageBuilder },
        why: 'An instance of a build has no name before.',
      },
    )
  return permissions
}
