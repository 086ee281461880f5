import { type Known, nothingKnown } from '../domain/planning/known.ts'
import type { Key, Ledger } from './table.ts'
import { changeDocument, readDocument } from './versioned-item.ts'

/** What the ledger knows of the fleet is one item: plans are made one after the other, each seeing those before. */
const key: Key = { pk: 'FLEET', sk: 'FLEET' }

export const readKnown = (ledger: Ledger) => readDocument<Known>(ledger, key, nothingKnown)

/** @throws Transient */
export const changeKnown = (ledger: Ledger, change: (known: Known) => Known) =>
  changeDocument<Known>(ledger, key, nothingKnown, change)
