import { expect, it } from 'vitest'
import { groups, info, unknown } from '../../cli/doctor/check.ts'
import * as errors from '../../domain/errors.ts'
import { kinds } from '../../domain/messages/kinds.ts'
import { stateNames } from '../../domain/state-names.ts'
import type { Count, Measure } from '../../functions/runtime/handler.ts'
import { functionNames, machineNames } from '../../infra/functions/names.ts'
import { exampleFleet } from '../support/fleets.ts'
import { assemblyOf } from '../support/rehearsal.ts'
import { resourcesOf } from '../support/template.ts'

/*
 * Names that AWS, stored data or other people's programs know. They stay as they are: a name may be added, and none may change.
 * Who renames one breaks running executions, dashboards, runbooks and scripts of others.
 */

it('states of the state machines', () => {
  expect(stateNames).toEqual({
    release: ['Receive Release', 'Refuse Release', 'Release Lost'],
    campaign: [
      'Plan Campaign',
      'Is the Change Window Open?',
      'Announce Wait',
      'Wait for Change Window',
      'Is Anything to Bake?',
      'Announce Campaign',
      'Rebake Roots',
      'Rebake Root',
      'Did the Root Run?',
      'Fail Root',
      'Wait for Final Status',
      'Summarise Campaign',
      'Is Every Image Released?',
      'Campaign Finished',
      'Images Failed',
      'Close Failed Campaign',
      'Campaign Failed',
    ],
    rebake: [
      'Is It Baked Already?',
      'Acquire Bake Lock',
      'Start Bake',
      'Wait for Change Window',
      'Can the Bake Be Retried?',
      'Wait for Build Quota',
      'Await Bake',
      'Inspect Bake',
      'Is the Bake Done?',
      'Await Answer',
      'Bake Failed',
      'Cancel Bake',
      'Run Checks',
      'Run Check',
      'Checks Failed',
      'Mark Candidate',
      'Roll Out and Rebake Children',
      'Acquire Rollout Lock',
      'Roll Out',
      'Start Distribution',
      'Wait for Ring Window',
      'Request Approval',
      'Can the Copy Be Retried?',
      'Wait for Copy Quota',
      'Await Distribution',
      'Verify Distribution',
      'Wait before Copy Retry',
      'Retry Distribution',
      'Publish Pointers',
      'Soak',
      'Ring Failed',
      'Promote Channels',
      'Release Image',
      'Record Rollout Failure',
      'Keep Children Running',
      'Rebake Children',
      'Rebake Child',
      'Did the Child Run?',
      'Fail Child',
      'Continue with Other Children',
      'Was It Rolled Out?',
      'Rebake Done',
      'Record Rebake Failure',
      'Was It Superseded?',
      'Rebake Failed',
    ],
    rollback: [
      'Plan Rollback',
      'Restore Rings',
      'Restore Pointers',
      'Continue with Other Rings',
      'Are Publications Finished?',
      'Wait for Publications',
      'Close Rollback',
      'Rollback Done',
      'Rollback Failed',
    ],
    revoke: [
      'Plan Revocation',
      'Roll Back Images',
      'Clear Pointers',
      'Roll Back Image',
      'Continue with Other Images',
      'Withdraw Releases',
      'Withdraw Amis',
      'Continue with Other Targets',
      'Close Revocation',
      'Is Everything Revoked?',
      'Revocation Done',
      'Revocation Incomplete',
      'Revocation Failed',
    ],
    retire: [
      'Plan Retirement',
      'Is There Anything to Do?',
      'Withdraw from Targets',
      'Withdraw Amis',
      'Continue with Other Targets',
      'Remove Leftovers',
      'Close Retirement',
      'Is Retirement Complete?',
      'Retirement Finished',
      'Retirement Incomplete',
      'Close Failed Retirement',
      'Retirement Failed',
    ],
  })
})

it('functions and state machines', () => {
  expect([...functionNames].sort()).toEqual([
    'acquire-lock',
    'announce-campaign',
    'answer-approval',
    'close-retirement',
    'close-revocation',
    'close-rollback',
    'complete-wait',
    'examine-accounts',
    'fail-rebake',
    'hold-image',
    'mark-candidate',
    'plan-campaign',
    'plan-retirement',
    'plan-revocation',
    'plan-rollback',
    'poll-upstreams',
    'publish-pointers',
    'receive-cve',
    'receive-release',
    'reconcile-images',
    'release-image',
    'remove-leftovers',
    'request-approval',
    'restore-pointers',
    'retry-distribution',
    'run-check',
    'seed-parameters',
    'settle-execution',
    'start-bake',
    'start-cycle',
    'start-distribution',
    'start-retirement',
    'summarise-campaign',
    'verify-distribution',
    'withdraw-amis',
  ])
  expect(machineNames).toEqual(['release', 'campaign', 'rebake', 'rollback', 'revoke', 'retire'])
})

it('errors of the functions, which the state machines catch', () => {
  expect(Object.keys(errors).sort()).toEqual([
    'AlarmFired',
    'AlarmUnknown',
    'AmiNotVisible',
    'AnswersLate',
    'ApprovalNeeded',
    'BakeFailed',
    'CopiesGone',
    'CopiesInPlace',
    'DistributionFailed',
    'DistributionInProgress',
    'DistributionIncomplete',
    'DistributionRetriable',
    'DistributionTimedOut',
    'InvalidInput',
    'OrganizationUnreadable',
    'OutsideChangeWindow',
    'ParentNotPinned',
    'ParentRefused',
    'PipelineDisabled',
    'PipelineMissing',
    'PublicationIncomplete',
    'QuotaReached',
    'RequestRefused',
    'RollbackIncomplete',
    'SlackRefused',
    'Superseded',
    'TargetUnreachable',
    'Transient',
    'ValidationFailed',
    'WithdrawalIncomplete',
  ])
})

it('kinds of messages', () => {
  expect([...kinds].sort()).toEqual([
    'approval-reminder',
    'approval-requested',
    'campaign-finished',
    'campaign-planned',
    'campaign-waiting',
    'image-failed',
    'image-released',
    'image-rolled-back',
    'image-stale',
    'image-warned',
    'release-revoked',
    'retirement-report',
    'upstream-refused',
    'waiver-expiring',
  ])
})

it('outcomes of the doctor, and what a result has', () => {
  expect(unknown('found', 'fix')).toEqual({ outcome: 'unknown', found: 'found', fix: 'fix' })
  expect(info('found')).toEqual({ outcome: 'pass', found: 'found', fix: '' })
  expect(groups).toEqual([
    'Deployment',
    'Names',
    'Accounts',
    'Keys',
    'Quotas',
    'Events',
    'Pointers',
    'Notifications',
    'Image Builder',
    'Schedules',
  ])
})

it('alarms and metrics', async () => {
  const { buildStack } = await assemblyOf(exampleFleet())
  const alarms = Object.values(resourcesOf(buildStack.template, 'AWS::CloudWatch::Alarm'))
  expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual([
    'golden-dead-letters',
    'golden-delivery-failures',
    'golden-failure-unknown',
    'golden-freshness',
    'golden-function-errors',
    'golden-function-throttles',
    'golden-image-given-up',
    'golden-ledger-throttles',
    'golden-lock-held-too-long',
    'golden-reconcile-missing',
    'golden-release-refused',
    'golden-upstream-release-lost',
  ])
  // Alarms and the dashboard show them; a renamed metric has a name that neither knows.
  const written = JSON.stringify(buildStack.template)
  const metrics = [
    'ApprovalsOpen',
    'CampaignStarted',
    'CampaignsOpen',
    'FailureUnknown',
    'FreshnessUsed',
    'ImageFailed',
    'ImageGivenUp',
    'ImageReleased',
    'ImageSuperseded',
    'ImagesPending',
    'LockRequestsWaiting',
    'OldestLock',
    'ReleaseEventLost',
    'ReleaseIgnored',
    'ReleaseRefused',
  ] satisfies (Parameters<Count>[0] | Parameters<Measure>[0])[]
  expect(metrics.filter((name) => !written.includes(name))).toEqual([])
})
