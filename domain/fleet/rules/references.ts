import { didYouMean, type FleetProblem, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { nameMatches } from '../selection.ts'
import { isMapping, type Names, type Rule, type Section } from './scope.ts'

/**
 * Names that lead somewhere: parents, infrastructure, components, rings, upstreams, images. Looks at the file as it
 * is, so that a wrong name shows even beside another error.
 */
export const references = (fleet: Record<string, unknown>, names: Names): FleetProblem[] => [
  ...ofImages(fleet.images, names),
  ...eachOf(fleet.rings, ['rings'], ({ launchTemplates }, path) =>
    listed(launchTemplates).flatMap((template, i) =>
      isMapping(template)
        ? list(names, 'images', 'an image', template.images, [...path, 'launchTemplates', i, 'images'])
        : [],
    ),
  ),
  ...eachOf(fleet.waivers, ['waivers'], ({ images }, path) =>
    list(names, 'images', 'an image', images, [...path, 'images']),
  ),
  ...eachOf(fleet.patchCycles, ['patchCycles'], ({ images, upstreams }, path) => [
    ...patterns(names, images, [...path, 'images']),
    ...list(names, 'upstreams', 'an upstream', upstreams, [...path, 'upstreams']),
  ]),
  ...eachOf(fleet.freezes, ['freezes'], ({ images, rings }, path) => [
    ...patterns(names, images, [...path, 'images']),
    ...list(names, 'rings', 'a ring', rings, [...path, 'rings']),
  ]),
]

const eachOf = (
  section: unknown,
  path: Path,
  look: (part: Record<string, unknown>, path: Path) => FleetProblem[],
): FleetProblem[] =>
  Object.entries(isMapping(section) ? section : {}).flatMap(([key, part]) =>
    isMapping(part) ? look(part, [...path, key]) : [],
  )

const ofImages = (images: unknown, names: Names): FleetProblem[] =>
  eachOf(images, ['images'], (image, path) => {
    return [
      ...named(names, ['upstreams', 'images'], 'an upstream or an image', image.parent, [...path, 'parent']),
      ...named(names, ['infrastructure'], 'an infrastructure configuration', image.infrastructure, [
        ...path,
        'infrastructure',
      ]),
      ...listed(image.components).flatMap((use, i) =>
        named(names, ['components'], 'a component', isMapping(use) ? use.component : use, [
          ...path,
          'components',
          i,
          ...(isMapping(use) ? ['component'] : []),
        ]),
      ),
      ...listed(image.workflows).flatMap((use, i) =>
        named(names, ['workflows'], 'a workflow', isMapping(use) ? use.workflow : use, [
          ...path,
          'workflows',
          i,
          ...(isMapping(use) ? ['workflow'] : []),
        ]),
      ),
      ...list(names, 'rings', 'a ring', image.rings, [...path, 'rings']),
    ]
  })

const list = (names: Names, within: Section, what: string, found: unknown, path: Path): FleetProblem[] =>
  listed(found).flatMap((name, i) => named(names, [within], what, name, [...path, i]))

/** Names of images in which * stands for any characters. */
const patterns = ({ images }: Names, found: unknown, path: Path): FleetProblem[] =>
  listed(found).flatMap((pattern, i) => {
    if (typeof pattern !== 'string' || pattern === '' || !images) return []
    if (images.some((name) => nameMatches(pattern, name))) return []
    const message = `expected the name of an image of this fleet, * for any characters, found ${show(pattern)}`
    return [wrongValue([...path, i], `${message}${didYouMean(pattern, images)}`)]
  })

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const named = (names: Names, within: Section[], what: string, found: unknown, path: Path): FleetProblem[] => {
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
