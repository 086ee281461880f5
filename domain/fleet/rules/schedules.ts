import { nextOccurrence, parseSchedule, type Schedule, ScheduleInvalid } from '../../calendar/cron.ts'
import { commonTimezones, fromLocal, isTimezone, readWall } from '../../calendar/local-time.ts'
import type { Fleet } from '../model.ts'
import { didYouMean, type FleetProblem, type Path, show, wrongKey, wrongValue, wrongWithin } from '../problems.ts'
import { showDuration } from '../values.ts'
import type { Rule } from './scope.ts'

/** Times: of patch cycles, windows, freezes and retirement. No rule asks what time it is, so a sound fleet stays sound. */
export const times: Rule = ({ fleet }) => [
  ...Object.entries(fleet.patchCycles).flatMap(([key, cycle]) => wrongCycle(['patchCycles', key], cycle)),
  ...windowsOf(fleet).flatMap(([path, window]) => [
    ...(/^(rate|at)\(/.test(window.schedule)
      ? [...wrongTimezone(path, window.timezone), onlyCron(path, window.schedule)]
      : wrongTiming(path, window)),
  ]),
  ...(fleet.retirement ? wrongTiming(['retirement'], fleet.retirement) : []),
  ...Object.entries(fleet.freezes).flatMap(([key, freeze]) => wrongFreeze(['freezes', key], freeze)),
]

/** Every window of a fleet, and where it stands. */
export const windowsOf = (fleet: Fleet) =>
  (['images', 'rings'] as const).flatMap((section) =>
    Object.entries(fleet[section]).flatMap(([key, each]) =>
      each.window ? [[[section, key, 'window'], each.window] as const] : [],
    ),
  )

const onlyCron = (path: Path, schedule: string) =>
  wrongValue(
    [...path, 'schedule'],
    `expected cron(...), as a window opens at times of the day, found ${show(schedule)}`,
  )

function wrongTimezone(path: Path, timezone: string): FleetProblem[] {
  if (isTimezone(timezone)) return []
  const hint = didYouMean(timezone, commonTimezones())
  const message = `expected an IANA time zone such as Australia/Sydney, found ${show(timezone)}${hint}`
  return [wrongValue([...path, 'timezone'], message)]
}

const read = (schedule: string): Schedule | ScheduleInvalid => {
  try {
    return parseSchedule(schedule)
  } catch (error) {
    if (error instanceof ScheduleInvalid) return error
    throw error
  }
}

/** Before anything that an expression can mean. */
const beginning = new Date('1969-12-30T00:00:00Z')
/** In years with the clock changes that there are now. */
const recently = new Date('2026-01-01T00:00:00Z')

const wrongTiming = (path: Path, { schedule, timezone }: { schedule: string; timezone: string }) => [
  ...wrongTimezone(path, timezone),
  ...wrongSchedule(path, schedule, timezone),
]

function wrongSchedule(path: Path, text: string, timezone: string): FleetProblem[] {
  const schedule = read(text)
  const at = [...path, 'schedule']
  if (schedule instanceof ScheduleInvalid) return [wrongWithin(at, schedule.offset, `expected ${schedule.message}`)]
  if (!isTimezone(timezone) || nextOccurrence(schedule, timezone, beginning)) return []
  return [wrongValue(at, `expected a time that comes, found ${show(text)}: no clock of ${timezone} shows it`)]
}

function wrongCycle(path: Path, cycle: Fleet['patchCycles'][string]): FleetProblem[] {
  const { schedule: text, timezone, offset, flexibleWindow } = cycle
  const wrong = wrongTiming(path, cycle)
  if (wrong.length) return wrong
  const schedule = parseSchedule(text)
  return [
    ...(offset && schedule.kind !== 'cron'
      ? [wrongKey([...path, 'offset'], 'expected no offset: days are reckoned from cron(...) only', path)]
      : []),
    ...(flexibleWindow ? wrongFlexibleWindow(path, flexibleWindow, shortestGap(schedule, timezone)) : []),
  ]
}

/** One that is longer would let an occurrence begin before the one that came before it. */
const wrongFlexibleWindow = (path: Path, found: number, gap: number): FleetProblem[] =>
  found < gap
    ? []
    : [
        wrongValue(
          [...path, 'flexibleWindow'],
          `expected less than the ${showDuration(gap)} from one time to the next, found ${showDuration(found)}`,
        ),
      ]

/** Seconds from one occurrence to the next, the least of four hundred: a year, where it comes every day. */
function shortestGap(schedule: Schedule, timezone: string): number {
  let shortest = Number.POSITIVE_INFINITY
  let before = [recently, beginning].map((time) => nextOccurrence(schedule, timezone, time)).find(Boolean)
  for (let count = 0; before && count < 400; count++) {
    const next = nextOccurrence(schedule, timezone, before)
    if (next) shortest = Math.min(shortest, (next.getTime() - before.getTime()) / 1000)
    before = next
  }
  return shortest
}

function wrongFreeze(path: Path, { from, to, timezone }: Fleet['freezes'][string]): FleetProblem[] {
  const wrong = [
    ...wrongTimezone(path, timezone),
    ...Object.entries({ from, to })
      .filter(([, text]) => readWall(text) === undefined)
      .map(([key, text]) => wrongValue([...path, key], `expected a date that exists, found ${show(text)}`)),
  ]
  if (wrong.length || fromLocal(from, timezone) < fromLocal(to, timezone)) return wrong
  return [wrongValue([...path, 'to'], `expected a time after ${from}, when it begins, found ${show(to)}`)]
}
