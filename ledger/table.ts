import type { VersionedKind } from './items.ts'
import { type ItemKind, type ItemOf, type Key, type KeyOf, keys } from './keys.ts'

/** The form in which items are stored. Items of before there was a number, and waits of state machines, have none: 1. */
export const schema = 1

/** An item was stored by a newer version: it may mean something else. The functions of that version read it. */
export class NewerSchema extends Error {
  override readonly name = 'NewerSchema'
  readonly schema: number

  constructor(stored: number) {
    super(
      `The ledger has items of schema ${stored}, and this is schema ${schema}: a newer Rebake was deployed here before.`,
    )
    this.schema = stored
  }
}

/** @throws NewerSchema */
export function refuseNewer<I extends { schema?: number }>(item: I): I {
  if ((item.schema ?? 1) > schema) throw new NewerSchema(item.schema ?? 1)
  return item
}

/** What the table itself keeps beside an item's own attributes. */
export type Stored<K extends ItemKind> = ItemOf<K> &
  Key & { schema?: number } & (K extends VersionedKind ? { version: number } : unknown)

/** Some attributes of an item; what is undefined is not written. */
export type Attributes<K extends ItemKind> = SomeOf<ItemOf<K>>
type SomeOf<T> = T extends unknown ? { [Name in keyof T]?: T[Name] | undefined } : never

/** Those attributes and no others: what comes by a variable is as misspelt as what is written in place. */
export type Only<K extends ItemKind, A> = A & {
  [Name in Exclude<keyof A, NamesOf<ItemOf<K>>>]: 'The item has no such attribute.'
}
type NamesOf<T> = T extends unknown ? keyof T : never

/** An item of which nobody knows the kind. */
export type AnyItem = Key & { schema?: number }

/**
 * The one table that remembers. Every operation throws NewerSchema for an item that a newer version has stored. Every write touches one item and is atomic; nothing here needs a transaction. What is
 * written has the schema's number.
 */
export interface Table {
  get<K extends ItemKind>(key: KeyOf<K>): Promise<Stored<K> | undefined>
  /** Writes an item that must not exist yet; false when it does, and then nothing changes. */
  create<K extends ItemKind>(key: KeyOf<K>, item: ItemOf<K>): Promise<boolean>
  /** Replaces an item read at `version` (0: it did not exist); false when somebody else was faster. */
  replace<K extends VersionedKind>(key: KeyOf<K>, item: ItemOf<K>, version: number): Promise<boolean>
  /** Sets attributes, those in `once` only where they are not set yet; answers with the whole item as it is then. */
  set<K extends ItemKind, A extends Attributes<K>, B extends Attributes<K> = Attributes<K>>(
    key: KeyOf<K>,
    attributes: Only<K, A>,
    once?: Only<K, B>,
  ): Promise<Stored<K>>
  /**
   * Takes attributes away, where they are. It leaves no item behind where there was none, so it writes no number.
   * @returns the item as it was before
   */
  unset<K extends ItemKind>(key: KeyOf<K>, names: (keyof ItemOf<K> & string)[]): Promise<Stored<K> | undefined>
  /** The item goes, where it is. */
  remove<K extends ItemKind>(key: KeyOf<K>): Promise<void>
  /** All items of a partition, in the order of `sk`. */
  all(pk: string): Promise<AnyItem[]>
}

/** An item without what is the table's own. */
export function contentOf<K extends ItemKind>(stored: Stored<K>): ItemOf<K> {
  const { pk: _, sk: __, schema: ___, ...content } = stored
  return content as unknown as ItemOf<K>
}

/** The items of one kind in a partition. */
export function ofKind<K extends ItemKind>(items: readonly AnyItem[], kind: K): ItemOf<K>[] {
  const [start = ''] = keys[kind].sk.split('<')
  return items.filter(({ sk }) => sk.startsWith(start)).map((item) => contentOf(item as Stored<K>))
}

export async function readItem<K extends ItemKind>(table: Table, key: KeyOf<K>): Promise<ItemOf<K> | undefined> {
  const stored = await table.get(key)
  return stored && contentOf(stored)
}

/** As `set`, and hands the item out. */
export async function setItem<K extends ItemKind, A extends Attributes<K>, B extends Attributes<K> = Attributes<K>>(
  table: Table,
  key: KeyOf<K>,
  attributes: Only<K, A>,
  once?: Only<K, B>,
): Promise<ItemOf<K>> {
  return contentOf(await table.set(key, attributes, once))
}
