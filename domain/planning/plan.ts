import { childrenOf, descendantsOf, remainingPath } from '../fleet/graph.ts'
import type { Fleet } from '../fleet/model.ts'
import { rolledOutBy } from '../trigger-kinds.ts'
import type { Trigger } from '../triggers.ts'
import { emptyFleetState, type Pending } from './fleet-state.ts'
import { reasonToStop } from './holds.ts'
import { type PlanningFacts, reasonNotToBake } from './reasons-not-to-bake.ts'
import { type RequestedImage, requestedImages } from './trigger-rules.ts'

/** What distributing to one ring usually takes, in seconds: copies of a few tens of GiB across regions. */
const distributionEstimate = 15 * 60

export interface PlannedImage {
  image: string
  parent: string
  /** A promotion does not bake, but goes through the rings as a bake does. */
  decision: 'bake' | 'leave'
  /** In words, for people: why it is baked, or why not. */
  reason: string
  /** What it is baked from, where its parent is not baked first. */
  parentAmi?: string
  /** Position in the campaign, from 1; 0 for an image that is left. */
  order: number
  /** Seconds from the start of the campaign, by the fleet's own estimates. */
  startsAfterSeconds: number
  bakeSeconds: number
  /** When it is through its last ring, soaks included. */
  finishedAfterSeconds: number
}

export interface CampaignPlan {
  trigger: Trigger
  images: PlannedImage[]
}

type Decision = Pick<PlannedImage, 'decision' | 'reason' | 'parentAmi'>

/**
 * Decides for every image of the fleet, in the order in which the images may start. Without a situation, as if
 * nothing had ever been baked.
 */
export function planCampaign(fleet: Fleet, trigger: Trigger, situation?: PlanningFacts): CampaignPlan {
  const rolledOut = rolledOutBy(trigger)
  if (rolledOut) return planPromotion(fleet, trigger, rolledOut.image)
  const decisions = decide(fleet, trigger, situation)
  const starts = startsOf(fleet, decisions)
  const baked = [...starts.keys()].sort(
    (a, b) =>
      (starts.get(a) ?? 0) - (starts.get(b) ?? 0) ||
      remainingPath(fleet, b) - remainingPath(fleet, a) ||
      a.localeCompare(b),
  )
  const left = Object.keys(fleet.images).filter((image) => !starts.has(image))
  const planned = (image: string, order: number) =>
    plannedImage(fleet, image, order, decisions.get(image) as Decision, starts.get(image) ?? 0)
  return {
    trigger,
    images: [...baked.map((image, at) => planned(image, at + 1)), ...left.map((image) => planned(image, 0))],
  }
}

/** One image through its rings, and no bake. */
function planPromotion(fleet: Fleet, trigger: Trigger, promotedImage: string): CampaignPlan {
  const requests = requestedImages(fleet, trigger, emptyFleetState)
  const left = Object.keys(fleet.images).filter((image) => image !== promotedImage)
  const promoted = plannedImage(fleet, promotedImage, 1, { decision: 'bake', reason: trigger.reason }, 0)
  const { bakeSeconds, finishedAfterSeconds } = promoted
  return {
    trigger,
    images: [
      { ...promoted, bakeSeconds: 0, finishedAfterSeconds: finishedAfterSeconds - bakeSeconds },
      ...left.map((image) => plannedImage(fleet, image, 0, decideRoot(fleet, trigger, image, requests(image)), 0)),
    ],
  }
}

/** Parents are decided before their children: what descends from a bake is baked. */
function decide(fleet: Fleet, trigger: Trigger, situation?: PlanningFacts): Map<string, Decision> {
  const decisions = new Map<string, Decision>()
  const requests = requestedImages(fleet, trigger, situation?.known ?? emptyFleetState)
  const before = decidedBefore(situation)
  for (const upstream of Object.keys(fleet.upstreams))
    for (const image of descendantsOf(fleet, upstream)) {
      const parent = fleet.images[image]?.parent ?? ''
      const held = situation && reasonToStop(situation.known, image)
      if (held) decisions.set(image, { decision: 'leave', reason: held })
      else if (decisions.get(parent)?.decision === 'bake')
        decisions.set(image, { decision: 'bake', reason: `its parent ${parent} is rebaked` })
      else {
        const decision = decideRoot(fleet, trigger, image, requests(image), situation)
        decisions.set(image, before ? asBefore(before.get(image), decision) : decision)
      }
    }
  return decisions
}

/** What is planned again, after a crash, is planned as it was: others have planned with it since. */
function decidedBefore(situation?: PlanningFacts): Map<string, Pending> | undefined {
  const own = Object.entries(situation?.known.images ?? {}).flatMap(([name, image]) =>
    (image.pending ?? [])
      .filter(({ campaign }) => campaign === situation?.campaign)
      .map((each) => [name, each] as const),
  )
  return own.length > 0 || situation?.again ? new Map(own) : undefined
}

function asBefore(pending: Pending | undefined, { decision, reason }: Decision): Decision {
  if (pending?.parentAmi === undefined)
    return { decision: 'leave', reason: decision === 'leave' ? reason : 'as was decided before' }
  const { parentAmi } = pending
  return { decision: 'bake', reason: decision === 'bake' ? reason : 'as was decided before', parentAmi }
}

function decideRoot(
  fleet: Fleet,
  trigger: Trigger,
  image: string,
  request: RequestedImage,
  situation?: PlanningFacts,
): Decision {
  if ('not' in request) return { decision: 'leave', reason: request.not }
  const { parentAmi, because } = request
  const not = situation && reasonNotToBake(fleet, trigger, { image, parentAmi }, situation)
  if (not) return { decision: 'leave', reason: not }
  return { decision: 'bake', reason: because, ...(parentAmi && { parentAmi }) }
}

/** When each image that is baked starts, in seconds: when its parent is baked. */
function startsOf(fleet: Fleet, decisions: Map<string, Decision>): Map<string, number> {
  const starts = new Map<string, number>()
  const visit = (image: string, after: number) => {
    if (decisions.get(image)?.decision !== 'bake') {
      for (const child of childrenOf(fleet, image)) visit(child, 0)
      return
    }
    starts.set(image, after)
    for (const child of childrenOf(fleet, image)) visit(child, after + (fleet.images[image]?.estimate ?? 0))
  }
  for (const upstream of Object.keys(fleet.upstreams)) for (const root of childrenOf(fleet, upstream)) visit(root, 0)
  return starts
}

function plannedImage(fleet: Fleet, name: string, order: number, decision: Decision, start: number): PlannedImage {
  const image = fleet.images[name]
  const base = { image: name, parent: image?.parent ?? '', ...decision, order }
  if (decision.decision === 'leave') return { ...base, startsAfterSeconds: 0, bakeSeconds: 0, finishedAfterSeconds: 0 }
  const bakeSeconds = image?.estimate ?? 0
  const rings = (image?.rings ?? []).reduce(
    (sum, ring) => sum + distributionEstimate + (fleet.rings[ring]?.soak ?? 0),
    0,
  )
  return {
    ...base,
    startsAfterSeconds: start,
    bakeSeconds,
    finishedAfterSeconds: start + bakeSeconds + rings,
  }
}
