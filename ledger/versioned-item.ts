import { Transient } from '../domain/errors.ts'
import type { Item, Key, Ledger } from './table.ts'

const attempts = 20

/**
 * Changes an item that many change, under optimistic locking: the change is computed again whenever somebody else
 * was faster. One that gives back what it got writes nothing.
 *
 * @throws Transient when too many others change it at once; nothing is lost, the caller is tried again.
 */
export async function changeDocument<T extends object>(
  ledger: Ledger,
  key: Key,
  none: T,
  change: (current: T) => T,
): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const read = await ledger.get<Item & { version: number }>(key)
    const current = read ? (contentOf(read) as T) : none
    const next = change(current)
    if (next === current || (await ledger.replace(key, next as Item, read?.version ?? 0))) return next
  }
  throw new Transient(`${key.pk} changed ${attempts} times while this change was being made`)
}

export async function readDocument<T extends object>(ledger: Ledger, key: Key, none: T): Promise<T> {
  const read = await ledger.get<Item>(key)
  return read ? (contentOf(read) as T) : none
}

const contentOf = ({ pk: _, sk: __, version: ___, ...content }: Item) => content
