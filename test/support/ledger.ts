import type { ItemKind, ItemOf, KeyOf } from '../../ledger/keys.ts'
import { type Ledger, ledgerOn } from '../../ledger/ledger.ts'
import { type MemoryItems, memoryTable } from '../../ledger/memory-table.ts'
import type { Attributes, Only, Table } from '../../ledger/table.ts'

/** Every store over a table in memory. A test may seed the table, and look at the items as they are stored. */
export function memoryLedger(): Ledger & { table: Table; items: MemoryItems } {
  const table = memoryTable()
  return { ...ledgerOn(table), table, items: table.items }
}

type Some<T> = T extends (infer Each)[]
  ? Some<Each>[]
  : T extends object
    ? { [Name in keyof T]?: Some<T[Name]> | undefined }
    : T

/** Some of an item: what a test leaves out, nobody looks at in it. */
export async function seed<K extends ItemKind>(
  { table }: { table: Table },
  key: KeyOf<K>,
  some: Some<ItemOf<K>>,
): Promise<void> {
  await table.set(key, some as unknown as Only<K, Attributes<K>>)
}
