import { distributionName } from '../names.ts'
import type { Bake } from './bake.ts'
import type { ImageRelease } from './image-release.ts'
import type { WithdrawalOutcome } from './withdrawal.ts'

/** What Image Builder keeps until somebody deletes it, in the order in which it lets it go. The names are stored. */
export const leftoverKinds = {
  image: 'image',
  'distribution-configuration': 'distribution configuration',
  'image-recipe': 'recipe',
  component: 'component',
} as const satisfies Record<string, string>
export type LeftoverKind = keyof typeof leftoverKinds

/** One of them that nothing needs any more, and what became of it. */
export interface Leftover {
  kind: LeftoverKind
  arn: string
  /** What it is of; an image of Image Builder goes when the AMIs of that version are gone. Of components: the component's key. */
  image: string
  version?: string
  outcome?: WithdrawalOutcome
  /** Why it stays, in words. */
  why?: string
}

/**
 * The images that Image Builder keeps of a release or a bake. Those that it reports distributions as come first: what was baked is
 * the source of them.
 */
export const imagesOf = ({
  image,
  version,
  imageArn,
  distributions = {},
}: Pick<Bake, 'image' | 'version' | 'imageArn'> & Pick<ImageRelease, 'distributions'>): Leftover[] =>
  [...new Set([...Object.values(distributions).flat(), imageArn])].map((arn) => ({
    kind: 'image',
    arn,
    image,
    version,
  }))

/**
 * The names of distribution configurations that no roll-out needs: those of rings that releases went through which are all gone.
 * The parts of a ring have the same name and a number.
 *
 * @param catalog with the releases that are gone
 * @param rollingOut images of which a roll-out is under way, or waits
 * @returns the image that each was for, by name
 */
export function idleConfigurations(
  fleet: string,
  catalog: readonly ImageRelease[],
  rollingOut: readonly string[],
): Map<string, string> {
  const named = catalog.flatMap((release) =>
    ringsOf(release).map((ring) => ({ name: distributionName(fleet, release.image, ring), release })),
  )
  const needed = new Set(
    named.flatMap(({ name, release }) =>
      !release.retired?.removedAt || rollingOut.includes(release.image) ? [name] : [],
    ),
  )
  return new Map(named.flatMap(({ name, release }) => (needed.has(name) ? [] : [[name, release.image] as const])))
}

/** Rings that somebody began to take a release to. */
const ringsOf = ({ distributions = {}, copies = {}, distributed = {} }: ImageRelease): string[] => [
  ...new Set([distributions, copies, distributed].flatMap((rings) => Object.keys(rings))),
]

/** The name of a distribution configuration without the number of its part. */
export const withoutPart = (name: string): string => name.replace(/--\d+$/, '')

/** A version of something, as Image Builder lists it. */
export interface Listed {
  arn: string
  /** `1.0.3` of a recipe, `1.0.0/3` of a build of a component. */
  version: string
  /** ISO 8601. */
  createdAt: string
}

const inNumbers = (a: Listed, b: Listed) => a.version.localeCompare(b.version, 'en', { numeric: true })

/**
 * Versions that nothing needs any more. The newest stays, which the stack has; the others until the one that replaced them has been
 * there for long enough, so that no deployment comes back to them.
 *
 * @param isNeeded whether something refers to a version
 * @param before ISO 8601: when the newer one must have been there
 */
export function replacedVersions<T extends Listed>(
  all: readonly T[],
  isNeeded: (one: T) => boolean,
  before: string,
): T[] {
  const inOrder = all.toSorted(inNumbers)
  return inOrder.filter((one, at) => {
    const next = inOrder[at + 1]
    return next !== undefined && Date.parse(next.createdAt) <= Date.parse(before) && !isNeeded(one)
  })
}

/** What could not be removed, in words: one line for each reason. What something needs is no problem. */
export const problemsOfLeftovers = (leftovers: readonly Leftover[]): string[] =>
  [
    ...Map.groupBy(
      leftovers.filter(({ outcome }) => outcome === undefined || outcome === 'failed'),
      ({ why = 'nobody got to it' }) => why,
    ),
  ].map(([why, some]) => `Image Builder: ${some.map(({ arn }) => arn).join(', ')}: ${why}`)
