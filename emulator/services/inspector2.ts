import type { BatchGetAccountStatusRequest } from '@aws-sdk/client-inspector2'
import type { Context, Service } from './types.ts'

/** Amazon Inspector, which every account has on unless set otherwise. Findings are Image Builder's here. */
export class Inspector implements Service {
  /** Accounts that do not have it on. */
  readonly off = new Set<string>()

  readonly operations = {
    BatchGetAccountStatus: ({ accountIds }: BatchGetAccountStatusRequest, { account }: Context) => ({
      accounts: (accountIds?.length ? accountIds : [account]).map((accountId) => {
        // The model wants an error even where there is none.
        const state = this.off.has(accountId)
          ? { status: 'DISABLED', errorCode: 'RESOURCE_NOT_FOUND', errorMessage: 'not enabled' }
          : { status: 'ENABLED', errorCode: 'ALREADY_ENABLED', errorMessage: 'enabled' }
        return { accountId, state, resourceState: { ec2: state, ecr: state } }
      }),
    }),
  }
}
