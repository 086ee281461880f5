import type { AssumeRoleRequest } from '@aws-sdk/client-sts'
import type { Iam } from '../iam/iam.ts'
import { AwsError, type Context, type Service, type ServiceDeps } from './types.ts'

export class Sts implements Service {
  readonly #deps: ServiceDeps
  readonly #iam: Iam

  constructor(deps: ServiceDeps, iam: Iam) {
    this.#deps = deps
    this.#iam = iam
  }

  // AssumeRole is decided by both sides' policies together, in Iam.assume; asking who one is needs none.
  readonly permissions = { AssumeRole: () => [], GetCallerIdentity: () => [] }

  readonly operations = {
    AssumeRole: (input: AssumeRoleRequest, context: Context) => {
      const { RoleArn: arn = '', RoleSessionName: session = '', DurationSeconds: seconds = 3600 } = input
      if (!/^[\w+=,.@-]{2,64}$/.test(session))
        throw new AwsError('ValidationError', `RoleSessionName ${session} is not valid`)
      const principal = this.#iam.assume(context.principal, arn, session, {
        region: context.region,
        ...(input.ExternalId === undefined ? {} : { externalId: input.ExternalId }),
      })
      const { accessKeyId, secretAccessKey, sessionToken } = this.#iam.credentialsFor(principal)
      const role = this.#idOf(principal.arn)
      return {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration: new Date(context.now.getTime() + seconds * 1000),
        },
        AssumedRoleUser: { AssumedRoleId: `AROA${role}:${session}`, Arn: principal.arn },
      }
    },

    GetCallerIdentity: (_input: unknown, { principal }: Context) => {
      const id = this.#idOf(principal.arn)
      const user = principal.kind === 'operator' ? `AIDA${id}` : `AROA${id}:${principal.session}`
      return { UserId: user, Account: principal.account, Arn: principal.arn }
    },
  }

  /** The unique part of the id of a role, whatever the session, or of a user. */
  #idOf(arn: string): string {
    return this.#deps.random
      .fork(`principal/${arn.split('/').slice(0, 2).join('/')}`)
      .hex(17)
      .toUpperCase()
  }
}
