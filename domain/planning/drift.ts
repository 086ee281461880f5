import type { Fleet } from '../fleet/model.ts'
import { findingId } from '../trigger-kinds.ts'
import type { DriftTrigger } from '../triggers.ts'
import { type Attempt, type FleetState, isMadeOf, parentAmiOf } from './fleet-state.ts'
import { reasonToRefuse } from './holds.ts'

/** How long to wait after the first, the second, ... failure before the same is tried again; then nobody does. */
const patience = [3_600, 6 * 3_600]

/** What is wrong with an image that is not what it should be, and what is to be done. */
type Drift =
  | { image: string; due: string; facts: string[] }
  /** Tried often enough: for a person. */
  | { image: string; hopeless: Attempt }

/** Images that are not what the fleet says, held against what they were last baked from. */
export function driftOf(fleet: Fleet, definitions: Record<string, string>, known: FleetState, time: string): Drift[] {
  return Object.keys(fleet.images).flatMap((image): Drift[] => {
    const parentAmi = parentAmiOf(fleet, known, image)
    const definition = definitions[image] ?? ''
    const { last, attempt, pending = [], held } = known.images[image] ?? {}
    // With what it is now and what was tried last: a change that is taken back and made again is another finding, and
    // so is what a newer campaign superseded, and then failed.
    const facts = [image, parentAmi ?? '', definition, last?.version ?? '', attempt?.campaign ?? '']
    // Without an AMI to bake from there is nothing to do; a campaign that is to bake it makes it right; who holds it
    // wants it as it is.
    const coming = pending.length > 0 || known.upstreams[fleet.images[image]?.parent ?? '']?.open
    if (parentAmi === undefined || coming || held || reasonToRefuse(known, parentAmi)) return []
    if (isMadeOf(last, { parentAmi, definition })) return []
    if (!isMadeOf(attempt, { parentAmi, definition }) || attempt.failed === undefined)
      return [{ image, due: whatDiffers(fleet, image, last, parentAmi), facts }]
    const wait = patience[attempt.tries - 1]
    if (attempt.givenUp) return []
    if (wait === undefined) return [{ image, hopeless: attempt }]
    if (Date.parse(time) < Date.parse(attempt.failedAt ?? attempt.at) + wait * 1000) return []
    const again = `attempt ${attempt.tries + 1} of ${patience.length + 1}: ${attempt.failed}`
    return [{ image, due: again, facts }]
  })
}

function whatDiffers(fleet: Fleet, image: string, last: { parentAmi: string } | undefined, parentAmi: string): string {
  if (!last) return 'it is new to the fleet'
  return last.parentAmi === parentAmi
    ? 'its definition has changed'
    : `its parent ${fleet.images[image]?.parent} is ${parentAmi} now, and it was baked from ${last.parentAmi}`
}

/** The campaign that sets it right, undefined where nothing is due. Finding the same again gives the same name. */
export function driftTrigger(findings: Drift[], time: string): DriftTrigger | undefined {
  const due = findings.flatMap((finding) => ('due' in finding ? [finding] : []))
  if (due.length === 0) return undefined
  const images = due.map(({ image, due: reason }) => ({ image, reason }))
  return {
    kind: 'drift',
    images,
    id: findingId(...due.flatMap(({ facts }) => facts)),
    time,
    reason: due.length === 1 ? `${due[0]?.image}: ${due[0]?.due}` : 'images are not what the fleet says',
  }
}
