import type { FunctionSpec } from './function-spec.ts'
import type { GrantContext, Grants } from './grants.ts'
import type { FunctionName } from './names.ts'
import { listAccounts } from './rings.ts'

/** What `rebake doctor` invokes, as nobody but functions of the fleet gets into other accounts. */
export const doctorFunctions = ({ fleet, arns }: GrantContext, grants: Grants) =>
  ({
    'examine-accounts': {
      description: 'Looks for the command doctor at upstreams and target accounts, and changes nothing',
      timeout: 300,
      environment: grants.imageBuilder,
      permissions: [grants.assumePublisher, ...grants.readUpstreams, ...listAccounts(fleet, arns.partition)],
    },
  }) satisfies Partial<Record<FunctionName, FunctionSpec>>
