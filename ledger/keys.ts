import type { Items } from './items.ts'

export interface Key {
  pk: string
  sk: string
}

/**
 * Every key of the ledger, with what stands in it in angle brackets. Keys are promises: a fleet that is deployed has
 * items under them. State machines write waits too, under a key that they spell themselves.
 */
export const keys = {
  fleetState: { pk: 'FLEET', sk: 'FLEET' },
  locks: { pk: 'CLAIMS', sk: 'CLAIMS' },
  campaign: { pk: 'CAMPAIGN#<campaign>', sk: 'CAMPAIGN' },
  image: { pk: 'CAMPAIGN#<campaign>', sk: 'IMAGE#<image>' },
  check: { pk: 'CAMPAIGN#<campaign>', sk: 'CHECK#<image>#<check>' },
  approval: { pk: 'CAMPAIGN#<campaign>', sk: 'APPROVAL#<image>#<ring>' },
  waitNotice: { pk: 'CAMPAIGN#<campaign>', sk: 'WAITING#<until>' },
  notified: { pk: 'CAMPAIGN#<campaign>', sk: 'TOLD#<of>' },
  warningNotice: { pk: 'CAMPAIGN#<campaign>', sk: 'WARNED#<image>' },
  campaignThread: { pk: 'CAMPAIGN#<campaign>', sk: 'SLACK#<channel>' },
  messageThread: { pk: 'SLACK#<channel>', sk: 'MESSAGE#<message>' },
  release: { pk: 'IMAGE#<image>', sk: 'RELEASE#<version>' },
  bake: { pk: 'IMAGE#<image>', sk: 'BAKE#<version>' },
  operation: { pk: 'OPERATION#<operation>', sk: 'OPERATION' },
  ring: { pk: 'OPERATION#<operation>', sk: 'RING#<ring>' },
  withdrawal: { pk: 'OPERATION#<operation>', sk: 'WITHDRAW#<account>#<region>' },
  leftovers: { pk: 'OPERATION#<operation>', sk: 'LEFTOVERS' },
  wait: { pk: 'WAIT#<id>', sk: 'WAIT' },
  copy: { pk: 'COPY#<ami>', sk: 'COPY' },
  refusal: { pk: 'REFUSED#<event>', sk: 'REFUSED' },
  firstRetirement: { pk: 'RETIREMENT', sk: 'FIRST' },
  waiverNotice: { pk: 'WAIVER#<cve>', sk: 'TOLD#<expires>' },
} as const satisfies Record<keyof Items, Key>

export type ItemKind = keyof typeof keys
export type ItemOf<K extends ItemKind> = Items[K]

declare const kindOf: unique symbol
/** The key of an item of this kind. Only `keyOf` makes one, so what is under it is typed. */
export type KeyOf<K extends ItemKind> = Key & { readonly [kindOf]: K }

type NamesIn<Template extends string> = Template extends `${string}<${infer Name}>${infer Rest}`
  ? Name | NamesIn<Rest>
  : never
/** What stands in the key of an item of this kind. */
export type PartsOf<K extends ItemKind> = Record<NamesIn<(typeof keys)[K]['pk' | 'sk']>, string>

export function keyOf<K extends ItemKind>(kind: K, parts: PartsOf<K>): KeyOf<K> {
  const values: Record<string, string> = parts
  const fill = (template: string) => template.replace(/<(\w+)>/g, (_, name: string) => values[name] ?? '')
  const { pk, sk } = keys[kind]
  return { pk: fill(pk), sk: fill(sk) } as KeyOf<K>
}

export type ParsedKey = { [K in ItemKind]: { kind: K } & PartsOf<K> }[ItemKind]

/** What a key is of, and what stands in it; undefined where it is none of the ledger's. */
export function parseKey({ pk, sk }: Key): ParsedKey | undefined {
  for (const [kind, template] of Object.entries(keys)) {
    const inPk = pattern(template.pk).exec(pk)
    const inSk = pattern(template.sk).exec(sk)
    if (inPk && inSk) return { kind, ...inPk.groups, ...inSk.groups } as ParsedKey
  }
  return undefined
}

/** What stands last may have any characters. */
const pattern = (template: string) =>
  new RegExp(
    `^${template.replace(/<(\w+)>(.?)/g, (_, name: string, next: string) => `(?<${name}>${next ? '[^#]+' : '.+'})${next}`)}$`,
  )
