import { upstreamOf } from './graph.ts'
import type { Fleet, PatchCycle } from './model.ts'

/** Whether a name fits a pattern: `*` stands for any characters, `?` for one. */
export function nameMatches(pattern: string, name: string): boolean {
  const literal = (text: string) => text.replace(/[.+^${}()|[\]\\/]/g, '\\$&')
  return new RegExp(`^${literal(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name)
}

/** Whether there is a name that fits both patterns. */
export function patternsMeet(one: string, other: string): boolean {
  // meets[j]: whether the rest of `one` from here on and the rest of `other` from j on meet.
  let meets = Array.from({ length: other.length + 1 }, (_, j) => /^\**$/.test(other.slice(j)))
  for (let i = one.length - 1; i >= 0; i--) {
    const row: boolean[] = []
    for (let j = other.length; j >= 0; j--) {
      const [a, b] = [one[i], other[j]]
      const next = (at: number) => row[at] ?? false
      if (a === '*') row[j] = (meets[j] ?? false) || (b !== undefined && next(j + 1))
      else if (b === '*') row[j] = next(j + 1) || (meets[j] ?? false)
      else row[j] = b !== undefined && (a === b || a === '?' || b === '?') && (meets[j + 1] ?? false)
    }
    meets = row
  }
  return meets[0] ?? false
}

/** Whether any of the patterns fits; all fit where none is given. */
export const isAmong = (name: string, patterns: readonly string[] | undefined): boolean =>
  patterns === undefined || patterns.some((pattern) => nameMatches(pattern, name))

/** The images of a patch cycle: those that meet everything it says; all, where it says nothing. */
export const selectedBy = (
  fleet: Fleet,
  { images, tags = {}, upstreams }: Pick<PatchCycle, 'images' | 'tags' | 'upstreams'>,
): string[] =>
  Object.entries(fleet.images)
    .filter(([name, image]) => {
      const tagged = Object.entries(tags).every(([key, value]) => image.tags[key] === value)
      return isAmong(name, images) && tagged && (!upstreams || upstreams.includes(upstreamOf(fleet, name)))
    })
    .map(([name]) => name)
