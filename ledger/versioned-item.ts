import { Transient } from '../domain/errors.ts'
import type { VersionedKind } from './items.ts'
import type { ItemOf, KeyOf } from './keys.ts'
import { contentOf, type Stored, type Table } from './table.ts'

const attempts = 20

/**
 * Changes an item that many change, under optimistic locking: the change is computed again whenever somebody else
 * was faster. One that gives back what it got writes nothing.
 *
 * @throws Transient when too many others change it at once; nothing is lost, the caller is tried again.
 */
export async function changeVersioned<K extends VersionedKind>(
  table: Table,
  key: KeyOf<K>,
  none: ItemOf<K>,
  change: (current: ItemOf<K>) => ItemOf<K>,
): Promise<ItemOf<K>> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const read = await table.get(key)
    const current = read ? withoutVersion(read) : none
    const next = change(current)
    if (next === current || (await table.replace(key, next, read?.version ?? 0))) return next
  }
  throw new Transient(`${key.pk} changed ${attempts} times while this change was being made`)
}

export async function readVersioned<K extends VersionedKind>(
  table: Table,
  key: KeyOf<K>,
  none: ItemOf<K>,
): Promise<ItemOf<K>> {
  const read = await table.get(key)
  return read ? withoutVersion(read) : none
}

/** Without the lock's version, which is nobody's business but this file's. */
function withoutVersion<K extends VersionedKind>(read: Stored<K>): ItemOf<K> {
  const { version: _, ...content } = contentOf(read) as ItemOf<K> & { version: number }
  return content as unknown as ItemOf<K>
}
