import type { Fleet } from '../fleet/model.ts'
import { duration } from '../messages/message.ts'
import type { Trigger } from '../triggers.ts'
import { comingBakes, type FleetState, type ImageState, isMadeOf } from './fleet-state.ts'
import { reasonToRefuse } from './holds.ts'
import { overtakenBy, skippingOf } from './trigger-rules.ts'

/** What a plan depends on beside the fleet and the trigger. */
export interface PlanningFacts {
  campaign: string
  /** ISO 8601. */
  time: string
  known: FleetState
  /** `definitionOf` every image. */
  definitions: Record<string, string>
  /** AMIs of upstreams that EC2 does not show as available any more. */
  gone: ReadonlySet<string>
  /** It was decided before: of what the ledger does not know as pending, nothing is baked. */
  again?: boolean
}

interface Root {
  image: string
  parentAmi: string | undefined
}

/** Why an image that a trigger asks for is not baked after all, in words; undefined when it is. */
export function reasonNotToBake(
  fleet: Fleet,
  trigger: Trigger,
  { image, parentAmi }: Root,
  situation: PlanningFacts,
): string | undefined {
  const { known, campaign, gone } = situation
  const parent = fleet.images[image]?.parent ?? ''
  if (parentAmi === undefined) return `its parent ${parent} has no AMI yet`
  const refusal = reasonToRefuse(known, parentAmi)
  if (refusal) return `its parent's AMI ${refusal}`
  if (gone.has(parentAmi)) return `its parent's AMI ${parentAmi} is not available any more`
  const state = known.images[image] ?? {}
  const others = (state.pending ?? []).filter((pending) => pending.campaign !== campaign)
  const made = { parentAmi, definition: situation.definitions[image] ?? '' }
  const skips = skippingOf(fleet, trigger)
  return (
    overtakenBy(trigger, known, campaign) ??
    (skips.ifUnchanged ? unchanged(state, made, situation) : undefined) ??
    (trigger.emergency ? undefined : onItsWay(skips.ifComing, state, others, made, campaign)) ??
    (skips.ifFresh ? freshEnough(trigger, state, situation) : undefined)
  )
}

/** A release or a change has its effect once; packages are no change. */
function unchanged(
  { last }: ImageState,
  made: { parentAmi: string; definition: string },
  { time }: PlanningFacts,
): string | undefined {
  return isMadeOf(last, made) ? `baked from ${last.parentAmi} ${ago(last.at, time)}` : undefined
}

/** Another campaign bakes the same, or will: once is enough. */
function onItsWay(
  skips: { same: boolean; any: boolean },
  state: ImageState,
  others: NonNullable<ImageState['pending']>,
  made: { parentAmi: string; definition: string },
  campaign: string,
): string | undefined {
  const same = others.find(
    (pending) =>
      pending.parentAmi === made.parentAmi ||
      (pending.campaign === state.attempt?.campaign && isMadeOf(state.attempt, made)),
  )
  if (same && skips.same) return `campaign ${same.campaign} bakes it from ${made.parentAmi} already`
  const coming = skips.any ? comingBakes(state, campaign).at(-1) : undefined
  return coming && `campaign ${coming.campaign} is about to bake it`
}

/** What is asked for because packages move is there when a bake began after it was asked for. */
function freshEnough(trigger: Trigger, { attempt }: ImageState, { time, campaign }: PlanningFacts) {
  const fresh = attempt && attempt.campaign !== campaign && attempt.failed === undefined
  return fresh && attempt.at >= trigger.time ? `baked since, ${ago(attempt.at, time)}` : undefined
}

const ago = (then: string, now: string) => `${duration(Math.max(0, Date.parse(now) - Date.parse(then)) / 1000)} ago`
