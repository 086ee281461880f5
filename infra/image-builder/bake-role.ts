import { Validations } from 'aws-cdk-lib'
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { managedPolicies } from '../../domain/managed-policies.ts'
import type { Arns } from '../arns.ts'
import { acknowledgeWildcards, type Permission, policyOf } from '../permissions.ts'

/**
 * The role that pipelines bake with. Image Builder's service-linked role would do, but it reads private
 * parameters under /imagebuilder/ only, and recipes name their parents under /<fleet>/images/.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam-awsmanpol.html
 */
export function createBakeRole(scope: Construct, fleet: Fleet, arns: Arns): Role {
  const permissions: Permission[] = [
    {
      actions: ['ssm:GetParameter'],
      resources: [arns.parameter(`/${fleet.name}/images/*/parent`)],
      why: 'The parent of every image of this fleet.',
    },
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
