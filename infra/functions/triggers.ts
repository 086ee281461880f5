import type { FunctionSpec } from './function-spec.ts'
import type { GrantContext, Grants } from './grants.ts'
import type { FunctionName } from './names.ts'

/** The functions that lock what happens into campaigns. */
export const triggerFunctions = ({ ledger, notifications, arns }: GrantContext, grants: Grants) => {
  const { table, topic, imageBuilder, campaign, startCampaign, readUpstreams } = grants
  const takeReleases = {
    environment: { ...table, ...topic, ...imageBuilder, ...campaign },
    permissions: [
      ...readUpstreams,
      ledger.allow('GetItem', 'PutItem', 'UpdateItem'),
      startCampaign,
      ...notifications.allowPublish(),
    ],
  }
  return {
    'receive-release': {
      description: 'Verifies a new upstream AMI and starts its campaign',
      ...takeReleases,
    },
    'poll-upstreams': {
      description: 'Looks at every upstream for AMIs that no event has reported',
      asynchronous: true,
      timeout: 120,
      ...takeReleases,
    },
    'start-cycle': {
      description: 'Starts the campaign of a patch cycle whose time has come',
      asynchronous: true,
      environment: campaign,
      permissions: [startCampaign],
    },
    'receive-cve': {
      description: 'Starts the campaign of an image in which a scan has found vulnerabilities',
      asynchronous: true,
      environment: { ...table, ...campaign },
      permissions: [ledger.allow('GetItem', 'PutItem'), startCampaign],
    },
    'reconcile-images': {
      description: 'Holds every image against what it should be, and frees what dead executions held',
      asynchronous: true,
      timeout: 120,
      environment: {
        ...table,
        ...topic,
        ...campaign,
        ...grants.concurrency,
        REBAKE_STATE_MACHINE_ARN: grants.machine('rebake'),
      },
      permissions: [
        ...grants.closeRebake,
        startCampaign,
        grants.images('imagebuilder:CancelImageCreation', 'imagebuilder:GetImage'),
        grants.assumePublisher,
        ...grants.movePointers,
        grants.deletePointers,
        {
          actions: ['states:ListExecutions'],
          resources: ['campaign', 'rebake'].map((name) => grants.machine(name)),
        },
        {
          actions: ['states:DescribeExecution'],
          resources: ['campaign', 'rebake', 'rollback'].map((name) => arns.executions(grants.named(name))),
          why: 'The executions that the ledger takes for alive; their names follow from what they do.',
        },
      ],
    },
  } satisfies Partial<Record<FunctionName, FunctionSpec>>
}
