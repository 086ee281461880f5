import { childrenOf, remainingPath, upstreamOf } from '../fleet/graph.ts'
import type { Fleet } from '../fleet/model.ts'
import type { Release } from './release.ts'

/** What distributing to one ring usually takes, in seconds: copies of a few tens of GiB across regions. */
const distributionEstimate = 15 * 60

export interface PlannedImage {
  image: string
  parent: string
  decision: 'bake' | 'leave'
  /** In words, for people: why it is baked, or why not. */
  reason: string
  /** Position in the campaign, from 1; 0 for an image that is left. */
  order: number
  /** Seconds from the start of the campaign, by the fleet's own estimates. */
  startsAfterSeconds: number
  bakeSeconds: number
  /** When it is through its last ring, soaks included. */
  finishedAfterSeconds: number
}

export interface CampaignPlan {
  trigger: Release
  images: PlannedImage[]
}

/** Decides for every image of the fleet, in the order in which the images may start. */
export function planCampaign(fleet: Fleet, trigger: Release): CampaignPlan {
  const starts = new Map<string, number>()
  const visit = (image: string, after: number) => {
    starts.set(image, after)
    const candidateAfter = after + (fleet.images[image]?.estimate ?? 0)
    for (const child of childrenOf(fleet, image)) visit(child, candidateAfter)
  }
  for (const root of childrenOf(fleet, trigger.upstream)) visit(root, 0)

  const baked = [...starts.keys()].sort(
    (a, b) =>
      (starts.get(a) ?? 0) - (starts.get(b) ?? 0) ||
      remainingPath(fleet, b) - remainingPath(fleet, a) ||
      a.localeCompare(b),
  )
  const left = Object.keys(fleet.images).filter((image) => !starts.has(image))
  return {
    trigger,
    images: [
      ...baked.map((image, at) => bake(fleet, trigger, image, starts.get(image) ?? 0, at + 1)),
      ...left.map((image) => leave(fleet, trigger, image)),
    ],
  }
}

function bake(fleet: Fleet, trigger: Release, name: string, start: number, order: number): PlannedImage {
  const image = fleet.images[name]
  const bakeSeconds = image?.estimate ?? 0
  const rings = (image?.rings ?? []).reduce(
    (sum, ring) => sum + distributionEstimate + (fleet.rings[ring]?.soak ?? 0),
    0,
  )
  const parent = image?.parent ?? ''
  return {
    image: name,
    parent,
    decision: 'bake',
    reason:
      parent === trigger.upstream
        ? `${trigger.upstream} released ${trigger.ami}`
        : `its parent ${parent} is rebaked`,
    order,
    startsAfterSeconds: start,
    bakeSeconds,
    finishedAfterSeconds: start + bakeSeconds + rings,
  }
}

const leave = (fleet: Fleet, trigger: Release, name: string): PlannedImage => ({
  image: name,
  parent: fleet.images[name]?.parent ?? '',
  decision: 'leave',
  reason: `from ${upstreamOf(fleet, name)}, not from ${trigger.upstream}`,
  order: 0,
  startsAfterSeconds: 0,
  bakeSeconds: 0,
  finishedAfterSeconds: 0,
})
