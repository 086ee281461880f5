import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Stack, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import { acknowledgeWildcards, compacted, type Permission, policyOf } from '../../infra/permissions.ts'
import { slow } from './fixture.ts'

/** Synthesizes a role with these permissions under the security rules. */
function check(permissions: (stack: Stack) => Permission[]): () => unknown {
  const app = new App({
    outdir: mkdtempSync(join(tmpdir(), 'rebake-infra-')),
    // The security rules are another check.
    builtinCloudFormationValidation: false,
  })
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

describe('a list of ARNs', () => {
  const account = (i: number) => String(222_200_000_000 + i)
  const roles = (count: number) =>
    Array.from({ length: count }, (_, i) => `arn:aws:iam::${account(i)}:role/golden-publish`)
  const regions = (count: number, name: string) =>
    Array.from({ length: count }, (_, i) => `arn:aws:ssm:region-${i}:222233334444:parameter/${name}`)
  const of = (resources: string[]) => compacted({ actions: ['a:B'], resources }).resources

  it('stays as it is where it is short', () => {
    for (const list of [roles(50), regions(10, 'web'), ['*'], ['arn:aws:s3:::bucket']]) expect(of(list)).toEqual(list)
    expect(compacted({ actions: ['a:B'], resources: roles(50) })).not.toHaveProperty('why')
  })

  it('has a wildcard for the account where they are many, and says why', () => {
    const { resources, why: because } = compacted({ actions: ['sts:AssumeRole'], resources: roles(51) })
    expect(resources).toEqual(['arn:aws:iam::*:role/golden-publish'])
    expect(because).toMatch(/More accounts or regions than a policy has room for/)
  })

  it('has a wildcard for the region where they are many, and keeps the names apart', () => {
    expect(of([...regions(11, 'web'), ...regions(2, 'api')])).toEqual([
      'arn:aws:ssm:*:222233334444:parameter/web',
      ...regions(2, 'api'),
    ])
    // A long list has room for no region.
    const names = Array.from({ length: 16 }, (_, i) => `name-${i}`)
    expect(of(names.flatMap((name) => regions(2, name)))).toEqual(
      names.map((name) => `arn:aws:ssm:*:222233334444:parameter/${name}`),
    )
  })

  it('never drops or widens a name', () => {
    const pipelines = Array.from(
      { length: 90 },
      (_, i) => `arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/p-${i}`,
    )
    expect(of(pipelines)).toEqual(pipelines)
  })

  it('passes the security rules', { timeout: slow }, () => {
    expect(check(() => [{ actions: ['sts:AssumeRole'], resources: roles(60) }])).not.toThrow()
  })
})
