import { noLocks } from '../domain/locks.ts'
import type { LocksItem } from './items.ts'
import { keyOf } from './keys.ts'
import type { Table } from './table.ts'
import { changeVersioned, readVersioned } from './versioned-item.ts'

/** Whose turn it is to bake or to roll out an image, and who waits for it. */
export class LockStore {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  read(): Promise<LocksItem> {
    return readVersioned(this.#table, key, noLocks)
  }

  /** @throws Transient */
  change(change: (locks: LocksItem) => LocksItem): Promise<LocksItem> {
    return changeVersioned(this.#table, key, noLocks, change)
  }
}

const key = keyOf('locks', {})
