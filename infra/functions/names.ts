import { chats, postedChats } from '../../domain/messages/channels.ts'

/** The directories of functions/, in the order in which a campaign meets them. */
export const functionNames = [
  'receive-release',
  'poll-upstreams',
  'start-cycle',
  'receive-cve',
  'reconcile-images',
  'plan-campaign',
  'announce-campaign',
  'acquire-lock',
  'start-bake',
  'complete-wait',
  'run-check',
  'mark-candidate',
  'request-approval',
  'answer-approval',
  'start-distribution',
  'verify-distribution',
  'retry-distribution',
  'publish-pointers',
  'release-image',
  'fail-rebake',
  'summarise-campaign',
  'hold-image',
  'plan-rollback',
  'restore-pointers',
  'close-rollback',
  'plan-revocation',
  'close-revocation',
  'start-retirement',
  'plan-retirement',
  'close-retirement',
  'withdraw-amis',
  'remove-leftovers',
  'settle-execution',
  'seed-parameters',
  'examine-accounts',
] as const
export type FunctionName = (typeof functionNames)[number]

/** The files of statemachines/. */
export const machineNames = ['release', 'campaign', 'rebake', 'rollback', 'revoke', 'retire'] as const
export type MachineName = (typeof machineNames)[number]

/** Each directory of functions/ is compiled once, however often it is deployed: what posts to a chat is for each channel. */
export const bundleNames = [...functionNames, ...postedChats.map((chat) => chats[chat].postedBy)]
export type BundleName = (typeof bundleNames)[number]

/** Those whose bundle holds the fleet, as fleet.json. */
export const functionsWithFleet: readonly FunctionName[] = [
  'receive-release',
  'poll-upstreams',
  'start-cycle',
  'receive-cve',
  'reconcile-images',
  'plan-campaign',
  'start-bake',
  'start-distribution',
  'plan-rollback',
  'restore-pointers',
  'plan-revocation',
  'plan-retirement',
  'withdraw-amis',
  'seed-parameters',
  'examine-accounts',
]
