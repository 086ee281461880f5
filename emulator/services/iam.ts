import type { GetPolicyRequest, GetRoleRequest } from '@aws-sdk/client-iam'
import type { Iam } from '../iam/iam.ts'
import { AwsError, type PermissionsOf, type Service } from './types.ts'

const since = new Date('2026-01-01T00:00:00Z')

/**
 * Policies that AWS manages, of those that roles here have.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const managed = [
  'AWSLambdaBasicExecutionRole',
  'AmazonSSMManagedInstanceCore',
  'EC2ImageBuilderExecutionPolicy',
  'EC2InstanceProfileForImageBuilder',
  'Ec2ImageBuilderCrossAccountDistributionAccess',
]

/** What IAM tells about roles; who may do what is decided in iam/. */
export class IamService implements Service {
  readonly #iam: Iam
  /** Names of the managed policies that there are: some partitions have fewer. */
  readonly managedPolicies = new Set(managed)
  readonly permissions: Record<string, PermissionsOf>
  readonly operations: Service['operations']

  constructor(iam: Iam) {
    this.#iam = iam
    this.permissions = {
      GetPolicy: ({ PolicyArn: resource = '' }: GetPolicyRequest) => [{ action: 'iam:GetPolicy', resource }],
      GetRole: ({ RoleName = '' }: GetRoleRequest, { account }) => [
        {
          action: 'iam:GetRole',
          resource: this.#iam.roleNamed(account, RoleName)?.arn ?? `arn:aws:iam::${account}:role/${RoleName}`,
        },
      ],
    }
    this.operations = {
      // https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html
      GetPolicy: ({ PolicyArn = '' }: GetPolicyRequest) => {
        if (!this.hasManaged(PolicyArn))
          throw new AwsError('NoSuchEntityException', `Policy ${PolicyArn} was not found.`, 404)
        const [, path = '/', name = ''] = PolicyArn.match(/:policy(\/(?:.*\/)?)([^/]+)$/) ?? []
        return { Policy: { PolicyName: name, Path: path, Arn: PolicyArn, IsAttachable: true, CreateDate: since } }
      },

      GetRole: ({ RoleName = '' }: GetRoleRequest, { account }) => {
        const role = this.#iam.roleNamed(account, RoleName)
        if (!role) throw new AwsError('NoSuchEntityException', `The role with name ${RoleName} cannot be found.`, 404)
        const path = role.arn.split(':role')[1]?.slice(0, -role.name.length)
        return {
          Role: {
            Path: path,
            RoleName: role.name,
            RoleId: `AROA${role.name}`.slice(0, 21),
            Arn: role.arn,
            // IAM has it URL-encoded. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
            CreateDate: since,
            AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trust)),
          },
        }
      },
    }
  }

  /** Whether AWS manages a policy of that ARN. */
  hasManaged(arn: string): boolean {
    return arn.split(':')[4] === 'aws' && this.managedPolicies.has(arn.split('/').at(-1) ?? '')
  }
}
