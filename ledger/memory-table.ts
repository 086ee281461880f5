import type { ItemKind, Key, KeyOf } from './keys.ts'
import { type Attributes, refuseNewer, type Stored, schema, type Table } from './table.ts'

type MemoryItem = Key & { schema?: number; version?: unknown; [name: string]: unknown }
/** Items as they are stored, by `<pk>|<sk>`. */
export type MemoryItems = Map<string, MemoryItem>

/** The table's contract on a Map. */
export function memoryTable(): Table & { items: MemoryItems } {
  const items: MemoryItems = new Map()
  const at = ({ pk, sk }: Key) => `${pk}|${sk}`
  const known = (item: MemoryItem | undefined) => item && refuseNewer(item)
  const clean = (item: object) => JSON.parse(JSON.stringify(item)) as Record<string, unknown>
  const put = ({ pk, sk }: Key, item: object, more: object = {}) => {
    items.set(at({ pk, sk }), { ...clean(item), pk, sk, ...more, schema })
    return true
  }
  return {
    items,
    async get<K extends ItemKind>(key: KeyOf<K>) {
      return known(structuredClone(items.get(at(key)))) as Stored<K> | undefined
    },
    create: async (key, item) => !items.has(at(key)) && put(key, item),
    replace: async (key, item, version) =>
      (items.get(at(key))?.version ?? 0) === version && put(key, item, { version: version + 1 }),
    async set<K extends ItemKind>(key: KeyOf<K>, attributes: Attributes<K>, once?: Attributes<K>) {
      known(items.get(at(key)))
      put(key, { ...clean(once ?? {}), ...items.get(at(key)), ...clean(attributes) })
      return structuredClone(items.get(at(key))) as unknown as Stored<K>
    },
    async unset<K extends ItemKind>(key: KeyOf<K>, names: string[]) {
      const item = known(items.get(at(key)))
      const before = structuredClone(item)
      for (const name of names) delete item?.[name]
      return before as Stored<K> | undefined
    },
    async remove(key) {
      items.delete(at(key))
    },
    async all(pk) {
      const found = [...items.values()].filter((item) => item.pk === pk)
      found.forEach(refuseNewer)
      return structuredClone(found.sort((a, b) => (a.sk < b.sk ? -1 : 1)))
    },
  }
}
