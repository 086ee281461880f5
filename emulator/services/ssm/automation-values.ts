import { UnsupportedFeature } from '../../unsupported-feature.ts'

/** How runbooks refer to values, and select them in answers. */

const reference = /\{\{\s*(\w[\w:.]*)\s*\}\}/g

/** Every name between braces, anywhere in a value. */
export function referencesIn(value: unknown): string[] {
  if (typeof value === 'string') return [...value.matchAll(reference)].map(([, name = '']) => name)
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(referencesIn)
}

/**
 * A value with what its names stand for. A text that is one name alone becomes the value itself, and a list in a list is
 * one list.
 *
 * @throws what `lookUp` throws
 */
export function resolved(value: unknown, lookUp: (name: string) => unknown): unknown {
  if (typeof value === 'string') {
    const [whole, name] = value.match(/^\{\{\s*(\w[\w:.]*)\s*\}\}$/) ?? []
    if (whole !== undefined) return lookUp(name ?? '')
    return value.replace(reference, (_, each: string) => String(lookUp(each)))
  }
  if (Array.isArray(value)) return value.flatMap((item) => resolved(item, lookUp))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, lookUp)]))
}

/** What a JSONPath of members, indexes and `..member` selects: all of it, in order. */
export function selected(answer: unknown, path: string): unknown[] {
  const parts = [...path.matchAll(/(\.{1,2})(\w+)|\[(\d+)\]/g)]
  if (`$${parts.map(([text]) => text).join('')}` !== path) throw new UnsupportedFeature('JSONPath', path)
  return parts.reduce<unknown[]>(
    (found, [, dots, member = '', index]) =>
      index !== undefined
        ? found.flatMap((value) => (Array.isArray(value) ? (value[Number(index)] ?? []) : []))
        : found.flatMap((value) => membersOf(value, member, dots === '..')),
    [answer],
  )
}

function membersOf(value: unknown, member: string, deep: boolean): unknown[] {
  if (typeof value !== 'object' || value === null || value instanceof Date) return []
  const own = !Array.isArray(value) && Object.hasOwn(value, member) ? [(value as never)[member]] : []
  const below = deep ? Object.values(value).flatMap((item) => membersOf(item, member, true)) : []
  return [...own, ...below]
}
