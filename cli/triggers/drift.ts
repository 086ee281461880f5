import type { Fleet } from '../../domain/fleet/model.ts'
import { driftOf, driftTrigger } from '../../domain/planning/drift.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { Cause } from './cause.ts'

/** What the reconcile would set right now; or in words for people why it would do nothing. */
export function causeOfDrift(
  fleet: Fleet,
  definitions: Record<string, string>,
  known: FleetState,
  time: string,
): Cause | { nothing: string[] } {
  const findings = driftOf(fleet, definitions, known, time)
  const trigger = driftTrigger(findings, time)
  if (trigger) return { trigger, known }
  const stale = Object.keys(fleet.images).flatMap((image) => {
    const { attempt } = known.images[image] ?? {}
    const hopeless = attempt?.givenUp || findings.some((finding) => finding.image === image)
    return attempt?.failed !== undefined && hopeless
      ? [`${image} is given up after ${attempt.tries} attempts: ${attempt.failed}`]
      : []
  })
  return {
    nothing: [stale.length > 0 ? 'Nothing is due.' : 'Every image is as the fleet says, or on its way.', ...stale],
  }
}
