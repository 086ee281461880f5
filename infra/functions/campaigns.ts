import { placeholderParameters } from '../pointers.ts'
import type { FunctionSpec } from './function-spec.ts'
import type { GrantContext, Grants } from './grants.ts'
import type { FunctionName } from './names.ts'

/** The functions of a campaign as a whole, and what the deployment itself calls. */
export const campaignFunctions = ({ fleet, arns, ledger, notifications }: GrantContext, grants: Grants) => {
  const { table, topic } = grants
  return {
    'plan-campaign': {
      description: 'Decides which images a campaign rebakes, and when it may begin',
      environment: { ...table, ...grants.imageBuilder },
      permissions: [ledger.allow('GetItem', 'PutItem', 'UpdateItem', 'Query'), grants.describeImages],
    },
    'announce-campaign': {
      description: 'Tells people that a campaign starts, or until when it waits',
      environment: { ...table, ...topic },
      permissions: [ledger.allow('Query', 'UpdateItem'), ...notifications.allowPublish()],
    },
    'summarise-campaign': {
      description: 'Records and announces how a campaign ended',
      environment: { ...table, ...topic },
      permissions: [ledger.allow('GetItem', 'PutItem', 'UpdateItem', 'Query'), ...notifications.allowPublish()],
    },
    'settle-execution': {
      description: 'Frees and announces what an execution left behind that died',
      asynchronous: true,
      // A campaign that is stopped has up to hundreds of rebakes under way.
      timeout: 300,
      environment: { ...table, ...topic, ...grants.concurrency },
      permissions: [...grants.closeRebake, grants.images('imagebuilder:CancelImageCreation', 'imagebuilder:GetImage')],
    },
    'seed-parameters': {
      description: 'Has the pointers that recipes read hold an AMI that is there, on each deployment',
      asynchronous: true,
      timeout: 120,
      environment: grants.imageBuilder,
      permissions: [
        grants.pointers('ssm:GetParameters', 'ssm:PutParameter'),
        ...grants.readUpstreams,
        // Pipelines that were there before need no placeholder.
        ...(placeholderParameters(fleet).length > 0
          ? [
              {
                actions: ['ssm:GetParameter'],
                resources: placeholderParameters(fleet).map((name) => arns.anyParameter(name)),
              },
            ]
          : []),
      ],
    },
  } satisfies Partial<Record<FunctionName, FunctionSpec>>
}
