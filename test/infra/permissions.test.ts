import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, it } from 'vitest'
import { acknowledgeWildcards, type Permission, policyOf } from '../../infra/permissions.ts'
import { slow } from './fixture.ts'

/** Synthesizes a role with these permissions under the security rules. */
function check(permissions: (stack: Stack) => Permission[]): () => unknown {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'rebake-infra-')) })
  const stack = new Stack(app, 'stack')
  const wanted = permissions(stack)
  const role = new Role(stack, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { permissions: policyOf(wanted) },
  })
  acknowledgeWildcards(role, wanted)
  Validations.of(app).addPlugins(new AwsSolutionsChecks())
  return () => app.synth()
}

const why = 'A test.'

it.each<[string, (stack: Stack) => Permission[]]>([
  ['no wildcard', () => [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::bucket/key'] }]],
  ['a resource with its reason', () => [{ actions: ['ec2:DescribeImages'], resources: ['*'], why }]],
  ['an action with its reason', () => [{ actions: ['s3:*'], resources: ['arn:aws:s3:::bucket'], why }]],
  [
    'a resource with references in it',
    (stack) => [
      {
        actions: ['s3:GetObject'],
        resources: [`arn:${stack.partition}:s3:::${stack.account}/*`, `arn:aws:s3:${stack.region}::x/*`],
        why,
      },
    ],
  ],
])(
  'passes %s',
  (_, permissions) => {
    expect(check(permissions)).not.toThrow()
  },
  slow,
)

it.each<[string, Permission[]]>([
  ['an action', [{ actions: ['s3:*'], resources: ['arn:aws:s3:::bucket'] }]],
  ['a resource', [{ actions: ['ec2:DescribeImages'], resources: ['*'] }]],
  [
    'one beside another that has a reason',
    [
      { actions: ['ec2:DescribeImages'], resources: ['*'], why },
      { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::bucket/*'] },
    ],
  ],
])(
  'refuses a wildcard without a reason: %s',
  (_, permissions) => {
    expect(check(() => permissions)).toThrow(/AwsSolutions-IAM5/)
  },
  slow,
)

it(
  'writes attributes as the rule does',
  () => {
    const permitted = (stack: Stack): Permission[] => {
      const bucket = Bucket.fromBucketName(stack, 'Bucket', stack.stackId)
      return [{ actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')], why }]
    }
    expect(check(permitted)).not.toThrow()
  },
  slow,
)
