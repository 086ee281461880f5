import type { Fleet } from '../fleet/model.ts'
import type { FleetState } from './fleet-state.ts'
import { stableOf } from './holds.ts'

/** How much of its promise an image has used up: at 100 the promise is broken. */
export interface Freshness {
  image: string
  percent: number
}

/**
 * The images with a promise. One that was never baked has nothing that could be old: it is given up after some tries,
 * which people learn of.
 *
 * @param time ISO 8601
 */
export const freshnessOf = (fleet: Fleet, known: FleetState, time: string): Freshness[] =>
  Object.entries(fleet.images).flatMap(([name, image]) => {
    const since = sinceOf(known, name)
    if (image.freshness === undefined || since === undefined) return []
    const age = Math.max(0, Date.parse(time) - Date.parse(since)) / 1000
    return [{ image: name, percent: (age / image.freshness) * 100 }]
  })

/** What targets have since when. A ledger of before the promises has no time for a release: then its newest bake's. */
const sinceOf = (known: FleetState, image: string): string | undefined =>
  stableOf(known, image)?.at ?? known.images[image]?.last?.at
