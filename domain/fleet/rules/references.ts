import { didYouMean, type Finding, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { isMapping, type Names, type Rule, type Section } from './scope.ts'

/**
 * Names that lead somewhere: parents, infrastructure, components, rings. Looks at the file as it is, so that a
 * wrong name shows even beside another error.
 */
export const references = (images: unknown, names: Names): Finding[] =>
  Object.entries(isMapping(images) ? images : {}).flatMap(([key, image]) => {
    if (!isMapping(image)) return []
    const path = ['images', key]
    return [
      ...named(names, ['upstreams', 'images'], 'an upstream or an image', image.parent, [...path, 'parent']),
      ...named(names, ['infrastructure'], 'an infrastructure configuration', image.infrastructure, [
        ...[...path, 'infrastructure'],
      ]),
      ...listed(image.components).flatMap((use, i) =>
        named(names, ['components'], 'a component', isMapping(use) ? use.component : use, [
          ...[...path, 'components', i],
          ...(isMapping(use) ? ['component'] : []),
        ]),
      ),
      ...listed(image.rings).flatMap((ring, i) =>
        named(names, ['rings'], 'a ring', ring, [...path, 'rings', i]),
      ),
    ]
  })

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const named = (names: Names, within: Section[], what: string, found: unknown, path: Path): Finding[] => {
  const known = within.flatMap((section) => names[section] ?? [])
  const unreadable = within.some((section) => !names[section])
  if (typeof found !== 'string' || found === '' || known.includes(found) || unreadable) return []
  return [wrongValue(path, `expected ${what} of this fleet, found ${show(found)}${didYouMean(found, known)}`)]
}

/** `parent` looks in both, so one name must not mean two things. */
export const oneMeaning: Rule = ({ names }) =>
  (names.images ?? [])
    .filter((name) => names.upstreams?.includes(name))
    .map((name) => wrongKey(['images', name], 'expected a name that no upstream has: a parent may be either'))

/** A cycle is reported once, at its first image in the file. */
export const cycles: Rule = ({ fleet }) => {
  const order = Object.keys(fleet.images)
  return order.flatMap((start) => {
    const cycle = cycleFrom(fleet.images, start)
    const first = cycle && order.find((name) => cycle.includes(name)) === start
    const way = [...(cycle ?? []), start].join(' -> ')
    return first
      ? [wrongValue(['images', start, 'parent'], `expected a way to an upstream, found a cycle: ${way}`)]
      : []
  })
}

const cycleFrom = (images: Record<string, { parent: string }>, start: string): string[] | undefined => {
  const seen: string[] = []
  let name = start
  while (Object.hasOwn(images, name) && !seen.includes(name)) {
    seen.push(name)
    name = images[name]?.parent ?? ''
  }
  return name === start && seen.length ? seen : undefined
}
