import { type ImageRelease, isGood, newestFirst, type Placement } from './image-release.ts'

/**
 * What was baked from what, by the releases themselves: the fleet says what an image's parent is now, a release what it was
 * baked from. A catalog holds the releases of every image that the fleet has or has had.
 */

const isAmi = (text: string) => text.startsWith('ami-')

/** Every AMI of a release beside that of the build account, once each, with the ring that it was for. */
export const placesOf = ({ copies = {}, distributed = {} }: ImageRelease): (Placement & { ring: string })[] => {
  const places = [copies, distributed].flatMap((rings) =>
    Object.entries(rings).flatMap(([ring, placed]) => placed.map((each) => ({ ring, ...each }))),
  )
  const named = places.map((place) => [`${place.ring} ${place.account} ${place.region} ${place.ami}`, place] as const)
  return [...new Map(named).values()]
}

/**
 * The release that somebody means.
 *
 * @param amiOrImage an AMI of the build account or of any target, or an image
 * @param version of the image; without it the newest that was through its last ring and is good, or the newest
 * @returns undefined for what the catalog does not have: an upstream's AMI, for one
 */
export function findRelease(
  catalog: readonly ImageRelease[],
  amiOrImage: string,
  version?: string,
): ImageRelease | undefined {
  if (isAmi(amiOrImage))
    return catalog.find(
      (release) => release.ami === amiOrImage || placesOf(release).some(({ ami }) => ami === amiOrImage),
    )
  const releases = newestFirst(catalog.filter(({ image }) => image === amiOrImage))
  if (version !== undefined) return releases.find((release) => release.version === version)
  return releases.find(isGood) ?? releases[0]
}

/** What a release was baked from, and what that was baked from: the nearest first, without the upstream's AMI. */
export function ancestorsOf(
  catalog: readonly ImageRelease[],
  { parentAmi }: Pick<ImageRelease, 'parentAmi'>,
): ImageRelease[] {
  const byAmi = new Map(catalog.map((release) => [release.ami, release]))
  const ancestors: ImageRelease[] = []
  for (let next = byAmi.get(parentAmi); next; next = byAmi.get(next.parentAmi)) ancestors.push(next)
  return ancestors
}

/** Every release that was baked from an AMI of the build account, directly or not, each once: parents before children. */
export function descendantsOf(catalog: readonly ImageRelease[], { ami }: Pick<ImageRelease, 'ami'>): ImageRelease[] {
  const byParent = Map.groupBy(catalog, ({ parentAmi }) => parentAmi)
  const found: ImageRelease[] = []
  let generation = byParent.get(ami) ?? []
  while (generation.length > 0) {
    found.push(...generation)
    generation = generation.flatMap((parent) => byParent.get(parent.ami) ?? [])
  }
  return found
}
