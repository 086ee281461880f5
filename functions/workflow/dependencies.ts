import type { EC2Client } from '@aws-sdk/client-ec2'
import { SFNClient } from '@aws-sdk/client-sfn'
import { type UpstreamDeps, upstreamDeps } from '../../aws/upstreams.ts'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { LockStore } from '../../ledger/locks.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import type { Table } from '../../ledger/table.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { count } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { defaultBus } from '../runtime/publish-event.ts'
import type { ReleaseDeps } from './accept-upstream-release.ts'
import type { WindowDeps } from './change-window.ts'
import type { CloseDeps } from './close-rebake.ts'
import { taskWaits } from './task-waits.ts'

/** The table of the fleet's ledger. */
export function ledgerTable() {
  const { LEDGER_TABLE } = env('LEDGER_TABLE')
  return dynamoTable(LEDGER_TABLE)
}

/** What a rebake's functions know of the fleet, of campaigns, and of whose turn it is. */
const rebakeLedger = (table: Table) => ({
  campaigns: new CampaignStore(table),
  fleetState: new FleetStateStore(table),
  locks: new LockStore(table),
})

/** What it takes to change the claims: to take, to free, and to tell who is next. */
export function lockDeps(table = ledgerTable()) {
  const { CONCURRENT_BAKES } = env('CONCURRENT_BAKES')
  return { ledger: rebakeLedger(table), waits: taskWaits(new WaitStore(table)), concurrentBakes: CONCURRENT_BAKES }
}

/** What it takes to end a rebake. */
export function closeDeps(table = ledgerTable()): CloseDeps {
  const { TOPIC_ARN } = env('TOPIC_ARN')
  return { ...lockDeps(table), notify: topic(TOPIC_ARN), publish: defaultBus(), count }
}

/** What it takes to let a change pass only when it may. */
export function windowDeps(table = ledgerTable()): WindowDeps & { ledger: CloseDeps['ledger'] } {
  const { TOPIC_ARN } = env('TOPIC_ARN')
  return { fleet: deployed().fleet, ledger: rebakeLedger(table), notify: topic(TOPIC_ARN) }
}

/** What it takes to start a campaign. */
export function campaignDeps() {
  const { CAMPAIGN_STATE_MACHINE_ARN } = env('CAMPAIGN_STATE_MACHINE_ARN')
  return { stepFunctions: new SFNClient({}), campaignArn: CAMPAIGN_STATE_MACHINE_ARN, count }
}

/** What it takes to look at upstreams, and to start the campaigns of their releases. */
export function releaseDeps(ec2: EC2Client, session: string): ReleaseDeps & { upstreams: UpstreamDeps } {
  const { TOPIC_ARN, IMAGE_BUILDER_ARN_PREFIX } = env('TOPIC_ARN', 'IMAGE_BUILDER_ARN_PREFIX')
  const table = ledgerTable()
  const { fleet } = deployed()
  return {
    ...campaignDeps(),
    fleet,
    ec2,
    ledger: { fleetState: new FleetStateStore(table), releases: new ReleaseStore(table) },
    notify: topic(TOPIC_ARN),
    upstreams: upstreamDeps(fleet.name, IMAGE_BUILDER_ARN_PREFIX, ec2, session),
  }
}
