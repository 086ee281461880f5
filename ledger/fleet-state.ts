import { emptyFleetState } from '../domain/planning/fleet-state.ts'
import type { FleetStateItem } from './items.ts'
import { keyOf } from './keys.ts'
import type { Table } from './table.ts'
import { changeVersioned, readVersioned } from './versioned-item.ts'

/** What the ledger knows of the fleet across campaigns. */
export class FleetStateStore {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  read(): Promise<FleetStateItem> {
    return readVersioned(this.#table, key, emptyFleetState)
  }

  /** @throws Transient */
  change(change: (known: FleetStateItem) => FleetStateItem): Promise<FleetStateItem> {
    return changeVersioned(this.#table, key, emptyFleetState, change)
  }
}

const key = keyOf('fleetState', {})
