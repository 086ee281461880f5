import type { Item, Key, Ledger } from '../../ledger/table.ts'

/** The ledger's contract on a Map: what the functions' tests use. */
export function memoryLedger(): Ledger & { items: Map<string, Item & Key> } {
  const items = new Map<string, Item & Key>()
  const at = ({ pk, sk }: Key) => `${pk}|${sk}`
  const clean = (item: Item) => JSON.parse(JSON.stringify(item)) as Item
  return {
    items,
    async get<T extends Item>(key: Key) {
      return structuredClone(items.get(at(key))) as unknown as T | undefined
    },
    async create(key, item) {
      if (items.has(at(key))) return false
      items.set(at(key), { ...clean(item), ...key })
      return true
    },
    async replace(key, item, version) {
      if ((items.get(at(key))?.version ?? 0) !== version) return false
      items.set(at(key), { ...clean(item), ...key, version: version + 1 })
      return true
    },
    async set<T extends Item>(key: Key, attributes: Item, once: Item = {}) {
      const before = items.get(at(key)) ?? key
      const after = { ...clean(once), ...before, ...clean(attributes), ...key }
      items.set(at(key), after)
      return structuredClone(after) as unknown as T
    },
    async unset(key, names) {
      const item = items.get(at(key))
      for (const name of names) delete item?.[name]
    },
    async all<T extends Item>(pk: string) {
      const found = [...items.values()].filter((item) => item.pk === pk)
      return structuredClone(found.sort((a, b) => (a.sk < b.sk ? -1 : 1))) as unknown as T[]
    },
  }
}
