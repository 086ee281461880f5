import type { Fleet } from '../fleet/model.ts'
import type { Trigger } from '../triggers.ts'

/** The campaign of a patch cycle at one of its times (ISO 8601); undefined where the fleet has no such cycle. */
export function cycleTrigger(fleet: Fleet, cycle: string, time: string): Trigger | undefined {
  const found = Object.hasOwn(fleet.patchCycles, cycle) ? fleet.patchCycles[cycle] : undefined
  if (!found) return undefined
  const reason = found.description
    ? `patch cycle ${cycle}: ${found.description}`
    : `it is time for the patch cycle ${cycle}`
  return { kind: 'cycle', cycle, time, reason }
}
