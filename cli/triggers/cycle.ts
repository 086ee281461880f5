import { nextOccurrence, parseSchedule } from '../../domain/calendar/cron.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { cycleTrigger } from '../../domain/planning/cycles.ts'
import type { Trigger } from '../../domain/triggers.ts'
import { checkName } from '../options/names.ts'
import { wholeSeconds } from '../options/parsers.ts'
import { BadInput } from '../problems.ts'

/**
 * A patch cycle at a time of its schedule: the given one, or else the next after now.
 * @throws BadInput for a cycle that the fleet does not have, or that does not come again
 */
export function nextCycle(fleet: Fleet, cycle: string, { at, now }: { at: string | undefined; now: string }): Trigger {
  checkName('--cycle', 'patch cycle', cycle, Object.keys(fleet.patchCycles))
  const { schedule, timezone } = fleet.patchCycles[cycle] as Fleet['patchCycles'][string]
  const next = nextOccurrence(parseSchedule(schedule), timezone, new Date(now))
  const time = at ?? (next && wholeSeconds(next))
  if (time === undefined)
    throw new BadInput(`--cycle ${cycle}: ${schedule} does not come again; say when with --at TIME.`)
  return cycleTrigger(fleet, cycle, time) as Trigger
}
