import { NeverOpens } from '../../calendar/change-window.ts'
import { nextOccurrence, parseSchedule } from '../../calendar/cron.ts'
import { fromLocal } from '../../calendar/local-time.ts'
import { nextChangeWindow, type Scope as Waiting } from '../../planning/change-windows.ts'
import type { Fleet } from '../model.ts'
import { type FleetProblem, type Path, wrongValue } from '../problems.ts'
import { times, windowsOf } from './schedules.ts'
import type { Rule } from './scope.ts'

/**
 * That what waits is let through in the end. Asked for as of the beginning of each freeze and of the windows, as a
 * rule does not know what time it is: windows of years that are over by now are not found.
 */
export const openings: Rule = (scope) => {
  if (times(scope).length) return []
  const { fleet } = scope
  const starts = startsOf(fleet)
  const findings = new Map<string, FleetProblem>()
  for (const [path, waiting] of waitingIn(fleet)) {
    const place = path.join()
    const never = findings.has(place) ? undefined : neverOpens(fleet, waiting, starts)
    if (never) findings.set(place, wrongValue(path, `expected a window that lets it begin, but ${never}`))
  }
  return [...findings.values()]
}

/** Everything that a window may hold up, in each ring where it has one, and where to say so. */
const waitingIn = (fleet: Fleet): [path: Path, waiting: Waiting][] =>
  Object.entries(fleet.images).flatMap(([name, image]): [Path, Waiting][] => {
    const windowed = image.rings.filter((ring) => fleet.rings[ring]?.window)
    if (image.window) return [undefined, ...windowed].map((ring) => [['images', name, 'window'], { image: name, ring }])
    return windowed.map((ring) => [['rings', ring, 'window'], { image: name, ring }])
  })

const startsOf = (fleet: Fleet): Date[] => {
  const firsts = windowsOf(fleet).flatMap(([, window]) => {
    const first = nextOccurrence(parseSchedule(window.schedule), window.timezone, new Date(0))
    return first ? [first.getTime()] : []
  })
  return [
    ...(firsts.length ? [new Date(Math.max(...firsts))] : []),
    ...Object.values(fleet.freezes).map(({ from, timezone }) => fromLocal(from, timezone)),
  ]
}

function neverOpens(fleet: Fleet, waiting: Waiting, starts: Date[]): string | undefined {
  try {
    for (const start of starts) nextChangeWindow(fleet, waiting, start)
    return undefined
  } catch (error) {
    if (error instanceof NeverOpens) return error.message
    throw error
  }
}
