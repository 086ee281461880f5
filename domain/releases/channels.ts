import { type Channel, channels } from '../names.ts'
import type { ImageState } from '../planning/fleet-state.ts'
import { placeOf, type Target } from '../planning/ring-order.ts'
import { type ImageRelease, isGood } from './image-release.ts'

/**
 * What points to each release of an image, by the ledger: the newest that passed its checks, what targets have, and what
 * they would roll back to, the last that they had before, that is good and that nobody went back from. By AMI; a release that nothing points to has none.
 */
export function channelsOf({ last, released }: ImageState, releases: readonly ImageRelease[]): Map<string, Channel[]> {
  const revoked = new Set(releases.flatMap(({ ami, revoked }) => (revoked ? [ami] : [])))
  const [previous] = othersThan(releases, releases.find(({ ami }) => ami === released?.ami)?.version)
  const pointed: Record<Channel, string | undefined> = {
    candidate: last?.ami,
    stable: released?.ami,
    previous: released && previous?.ami,
  }
  const pointing = new Map<string, Channel[]>()
  for (const channel of channels) {
    const ami = pointed[channel]
    if (ami !== undefined && !revoked.has(ami)) pointing.set(ami, [...(pointing.get(ami) ?? []), channel])
  }
  return pointing
}

/** What targets may go back to from a release, or from none: good, and not gone back from. The last that was released is the first. */
const othersThan = (releases: readonly ImageRelease[], version: string | undefined): ImageRelease[] =>
  releases
    .filter((each) => isGood(each) && !each.rolledBack && each.version !== version)
    .sort((a, b) => (b.releasedAt ?? '').localeCompare(a.releasedAt ?? ''))

/** Each copy of a release is that release. */
const isOf = ({ ami, copies = {}, distributed = {} }: ImageRelease, named: string): boolean =>
  ami === named || [...Object.values(copies), ...Object.values(distributed)].flat().some((copy) => copy.ami === named)

const releaseOf = (releases: readonly ImageRelease[], ami: string | undefined): ImageRelease | undefined =>
  ami === undefined ? undefined : releases.find((release) => isOf(release, ami))

/** The AMI of a release in a target, of whichever ring; undefined where it never had it. */
export const amiIn = ({ distributed = {} }: ImageRelease, target: Target): string | undefined =>
  Object.values(distributed)
    .flat()
    .find((placed) => placeOf(placed) === placeOf(target))?.ami

/** What parameters of one place name: AMIs. */
interface Named {
  stable?: string | undefined
  previous?: string | undefined
}

/**
 * The AMI that is `previous` in a place when a release is stable there: of the last good release before it, by what the
 * place names now, else by the ledger. Undefined where there is none: `previous` does not exist then. It is never of the
 * release itself, and what no release has is nobody's to go back to.
 *
 * @param version of what is stable then, if anything is
 * @param amiOf the AMI of a release in this place
 */
export function previousFor(
  releases: readonly ImageRelease[],
  version: string | undefined,
  { stable, previous }: Named,
  amiOf: (release: ImageRelease) => string | undefined,
): string | undefined {
  const others = othersThan(releases, version)
  const named = [stable, previous].find((ami) => releaseOf(others, ami))
  return named ?? others.map(amiOf).find((ami) => ami !== undefined)
}

/** The parameters of an image in one place: its channels, and in a target the ring's own. */
export type PointerNames = Record<Channel, string> & { parameter?: string }

/**
 * What the parameters of a place must hold once releases are revoked: none of their AMIs. What is stable and good stays, and
 * `previous` is what was before it.
 *
 * @param held what each parameter holds, by its name
 * @returns only what changes; undefined for a parameter that may not be there any more
 */
export function withoutRevoked(
  releases: readonly ImageRelease[],
  names: PointerNames,
  held: ReadonlyMap<string, string>,
  amiOf: (release: ImageRelease) => string | undefined,
): Record<string, string | undefined> {
  const isRevoked = (name: string) => releaseOf(releases, held.get(name))?.revoked !== undefined
  const gone = Object.values(names).filter(isRevoked)
  const stable = isRevoked(names.stable) ? undefined : held.get(names.stable)
  const { version } = releaseOf(releases, stable) ?? {}
  const previous = previousFor(releases, version, { previous: held.get(names.previous) }, amiOf)
  return Object.fromEntries(gone.map((name) => [name, name === names.previous ? previous : undefined]))
}
