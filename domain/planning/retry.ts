import type { Fleet } from '../fleet/model.ts'
import { type ImageStatus, imageStatusesForPeople } from '../image-status.ts'
import type { FleetState } from './fleet-state.ts'
import { stableOf } from './holds.ts'

/** What takes an image up again where it last failed, or in words why nothing does. */
export type Retry =
  | { again: 'bake'; campaign: string; why: string }
  | { again: 'roll-out'; campaign: string; version: string; why: string }
  | { not: string }

/** What became of an image in a campaign. */
type Outcome = { status: ImageStatus; reason: string } | undefined

/**
 * A bake that failed is baked again; what had passed its checks, and was stopped on its way, is rolled out again.
 *
 * @param outcome what became of the image in the campaign that made its newest candidate
 */
export function retryOf(fleet: Fleet, known: FleetState, image: string, outcome: Outcome): Retry {
  const { attempt, last, pending = [] } = known.images[image] ?? {}
  const coming = pending.at(-1)
  if (coming) return { not: `campaign ${coming.campaign} is to bake ${image}` }
  if (attempt?.failed !== undefined) return { again: 'bake', campaign: attempt.campaign, why: attempt.failed }
  const isThrough = last === undefined || stableOf(known, image)?.version === last.version
  if (!isThrough && outcome && imageStatusesForPeople[outcome.status].retried)
    return {
      again: 'roll-out',
      campaign: last.campaign,
      version: last.version,
      why: outcome.reason,
    }
  const above = failedAbove(fleet, known, image)
  if (above) return { not: `nothing of ${image} failed: ${above} did, from which it descends` }
  return { not: `nothing of ${image} failed${isThrough && last ? `: ${last.version} is stable` : ''}` }
}

/** The nearest image from which it descends whose last bake failed. */
function failedAbove(fleet: Fleet, known: FleetState, image: string): string | undefined {
  const { parent } = fleet.images[image] ?? {}
  if (parent === undefined) return undefined
  return known.images[parent]?.attempt?.failed === undefined ? failedAbove(fleet, known, parent) : parent
}
