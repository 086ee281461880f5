import type { GetRoleRequest } from '@aws-sdk/client-iam'
import type { Iam } from '../iam/iam.ts'
import { AwsError, type PermissionsOf, type Service } from './types.ts'

const since = new Date('2026-01-01T00:00:00Z')

/** What IAM tells about roles; who may do what is decided in iam/. */
export class IamService implements Service {
  readonly #iam: Iam
  readonly permissions: Record<string, PermissionsOf>
  readonly operations: Service['operations']

  constructor(iam: Iam) {
    this.#iam = iam
    this.permissions = {
      GetRole: ({ RoleName = '' }: GetRoleRequest, { account }) => [
        {
          action: 'iam:GetRole',
          resource: this.#iam.roleNamed(account, RoleName)?.arn ?? `arn:aws:iam::${account}:role/${RoleName}`,
        },
      ],
    }
    this.operations = {
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
}
