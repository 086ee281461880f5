import { childrenOf } from '../fleet/graph.ts'
import type { Fleet } from '../fleet/model.ts'
import { type FleetState, withImage } from '../planning/fleet-state.ts'
import { orderRing, placeOf, type RingOrder } from '../planning/ring-order.ts'
import { type ImageRelease, isGood, type Placement } from './image-release.ts'

/** What a person asks for: an image to go back, to the last good release or to one of their choice. */
export interface RollbackRequest {
  image: string
  /** A version. Default: the newest good one before what targets have. */
  to?: string | undefined
  /** Only the targets of this ring. Default: all rings, and the build account. */
  ring?: string | undefined
}

/** A target, what it rolls back to, and what is `previous` there then. */
export type Restored = Placement & { previous?: string }

export interface RingPlan extends Pick<RingOrder, 'ring' | 'parameter' | 'launchTemplates'> {
  targets: Restored[]
}

export interface RollbackPlan {
  image: string
  /** The newest that any of the targets was given. */
  from: ImageRelease
  to: ImageRelease
  /** The good one before it. */
  previous?: ImageRelease
  /** In the order in which the image goes through them. */
  rings: RingPlan[]
  /** Newer releases that some of the targets were given: nothing rolls them out any further. */
  leaves: ImageRelease[]
  /** Targets that cannot go back, in words. */
  problems: string[]
}

/** @returns the plan, or in words why there is none */
export function planRollback(
  fleet: Fleet,
  releases: readonly ImageRelease[],
  { image, to: wanted, ring: only }: RollbackRequest,
): RollbackPlan | { refused: string } {
  const all = fleet.images[image]?.rings
  if (!all) return { refused: `the fleet has no image ${image}` }
  const rings = only === undefined ? all : all.filter((ring) => ring === only)
  if (rings.length === 0) return { refused: `${image} does not go to a ring ${only}: its rings are ${all.join(', ')}` }
  const reaches = ({ distributed = {} }: ImageRelease) =>
    Object.keys(distributed).some((ring) => only === undefined || ring === only)
  const from = releases.find(reaches)
  if (!from)
    return {
      refused: `no target${only === undefined ? '' : ` of ring ${only}`} has ever had a release of ${image}`,
    }
  const to = wanted === undefined ? goodBefore(releases, from) : releases.find(({ version }) => version === wanted)
  const refused = whyNot(releases, { image, wanted, from, to })
  if (refused !== undefined || !to) return { refused: refused ?? '' }

  const previous = goodBefore(releases, to)
  const leaves = releases.slice(0, releases.indexOf(to)).filter(reaches)
  return {
    image,
    from,
    to,
    ...(previous && { previous }),
    rings: rings.map((ring) => planRing(orderRing(fleet, image, ring), to, previous)),
    leaves,
    problems: [
      ...rings.flatMap((ring) => missing(ring, to, leaves)),
      ...(only === undefined ? ringsGone(image, all, leaves) : []),
    ],
  }
}

/** What a person has gone back from once is gone back to only where somebody names it. */
const goodBefore = (releases: readonly ImageRelease[], release: ImageRelease): ImageRelease | undefined =>
  releases.slice(releases.indexOf(release) + 1).find((each) => isGood(each) && !each.rolledBack)

function whyNot(
  releases: readonly ImageRelease[],
  {
    image,
    wanted,
    from,
    to,
  }: { image: string; wanted: string | undefined; from: ImageRelease; to: ImageRelease | undefined },
): string | undefined {
  if (to && isGood(to)) return undefined
  const good = releases.filter(isGood).map(({ version }) => version)
  const instead = good.length > 0 ? `; good ones are ${good.slice(0, 5).join(', ')}` : ''
  if (wanted === undefined) return `there is no good release of ${image} before ${from.version}${instead}`
  if (!to) return `there is no release ${wanted} of ${image}${instead}`
  if (to.revoked) return `${image} ${wanted} was revoked: ${to.revoked.reason}${instead}`
  if (to.retired?.removedAt) return `the AMIs of ${image} ${wanted} are gone since ${to.retired.removedAt}${instead}`
  return `${image} ${wanted} was never through its last ring${instead}`
}

function planRing(
  { ring, parameter, launchTemplates }: RingOrder,
  to: ImageRelease,
  previous: ImageRelease | undefined,
): RingPlan {
  const before = new Map(previous?.distributed?.[ring]?.map((each) => [placeOf(each), each.ami]))
  const targets = (to.distributed?.[ring] ?? []).map((target): Restored => {
    const ami = before.get(placeOf(target))
    return { ...target, ...(ami !== undefined && { previous: ami }) }
  })
  return { ring, parameter, launchTemplates, targets }
}

/** Targets that have something newer, and never had what the others roll back to: nobody guesses at an AMI. */
function missing(ring: string, to: ImageRelease, leaves: readonly ImageRelease[]): string[] {
  const had = new Set(to.distributed?.[ring]?.map(placeOf))
  const places = new Set(leaves.flatMap(({ distributed }) => distributed?.[ring]?.map(placeOf) ?? []))
  const never = [...places].filter((place) => !had.has(place))
  return never.length > 0 ? [`ring ${ring}: ${never.join(', ')}: never had ${to.version}`] : []
}

/** Where a ring's pointers are, the fleet says, and it has the ring no more. */
function ringsGone(image: string, rings: readonly string[], leaves: readonly ImageRelease[]): string[] {
  const reached = new Set(leaves.flatMap(({ distributed = {} }) => Object.keys(distributed)))
  return [...reached]
    .filter((ring) => !rings.includes(ring))
    .map((ring) => `ring ${ring}: ${image} does not go there any more, and its targets keep what they have`)
}

/** Children are baked from what their parent rolled back to. */
export function wentBack(known: FleetState, to: ImageRelease, at: string): FleetState {
  const { image, version, ami, parentAmi, definition, campaign, number, emergency, bakedAt } = to
  const last = {
    ami,
    version,
    parentAmi,
    definition,
    at: bakedAt,
    campaign,
    number,
    ...(emergency && { emergency }),
  }
  return withImage(known, image, (before) => ({ ...before, last, released: { ami, version, at } }))
}

/** Children that were baked from something else than their parent rolled back to: the next look at all images rebakes them. */
export const rebakedBecauseOf = (fleet: Fleet, known: FleetState, { image, ami }: ImageRelease): string[] =>
  childrenOf(fleet, image).filter((child) => {
    const { last, held } = known.images[child] ?? {}
    return last !== undefined && last.parentAmi !== ami && !held
  })
