import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { Trigger } from '../../domain/triggers.ts'

/** What would start a campaign, and what the ledger would know by the time that it is planned. */
export interface Cause {
  trigger: Trigger
  /** Undefined where the ledger was not asked. */
  known?: FleetState
}
