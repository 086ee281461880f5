import { CampaignStore } from './campaigns.ts'
import { FleetStateStore } from './fleet-state.ts'
import { LockStore } from './locks.ts'
import { OperationStore } from './operations.ts'
import { ReleaseStore } from './releases.ts'
import type { Table } from './table.ts'
import { ThreadStore } from './threads.ts'
import { WaitStore } from './waits.ts'

/** What the fleet remembers, by what it is about. A function has those stores only that it works with. */
export interface Ledger {
  fleetState: FleetStateStore
  locks: LockStore
  campaigns: CampaignStore
  releases: ReleaseStore
  operations: OperationStore
  waits: WaitStore
  threads: ThreadStore
}

/** Every store over one table. A function's bundle takes single stores instead: it would have the code of all. */
export const ledgerOn = (table: Table): Ledger => ({
  fleetState: new FleetStateStore(table),
  locks: new LockStore(table),
  campaigns: new CampaignStore(table),
  releases: new ReleaseStore(table),
  operations: new OperationStore(table),
  waits: new WaitStore(table),
  threads: new ThreadStore(table),
})
