import { Cron } from 'croner'
import { lastYear, readFields } from './fields.ts'
import { type Part, ScheduleInvalid } from './invalid.ts'
import { instantsOf, readWall, wallOf } from './local-time.ts'

export { ScheduleInvalid } from './invalid.ts'

/** A schedule of EventBridge Scheduler, read. */
export type Schedule =
  /** `pattern` is croner's: seconds first, numbers for names. */
  | { kind: 'cron'; pattern: string }
  /** `period` in seconds. */
  | { kind: 'rate'; period: number }
  /** `wall` is what the clock shows, in milliseconds: see local-time.ts. */
  | { kind: 'at'; wall: number }

/**
 * Reads `cron(...)`, `rate(...)` or `at(...)` as EventBridge Scheduler does; what it refuses is refused.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @throws ScheduleInvalid
 */
export function parseSchedule(text: string): Schedule {
  const [whole, kind] = /^(cron|rate|at)\(/.exec(text) ?? []
  if (whole === undefined) throw new ScheduleInvalid(0, `cron(...), rate(...) or at(...), found '${text}'`)
  const end = text.indexOf(')')
  if (end < 0) throw new ScheduleInvalid(text.length, "')' at the end")
  if (end < text.length - 1) throw new ScheduleInvalid(end + 1, "nothing after ')'")
  const body = { text: text.slice(whole.length, end), offset: whole.length }
  if (kind === 'cron') return { kind, pattern: ['0', ...readFields(body)].join(' ') }
  return kind === 'rate' ? readRate(body) : readAt(body)
}

const units: Record<string, number> = { minute: 60, hour: 3600, day: 86_400 }

/**
 * The guide has `rate(1 days)`, the API reference minute, hour and day too: one may be either. More than one is
 * plural, as scheduled rules want it.
 */
function readRate({ text, offset }: Part): Schedule {
  const [amount = '', unit, more] = text.split(' ')
  const value = /^[1-9]\d{0,4}$/.test(amount) ? Number(amount) : 0
  if (!value) throw new ScheduleInvalid(offset, `a whole number from 1 to 99999, found '${amount}'`)
  const found = unit === undefined ? 'nothing' : `'${unit}'`
  const [, one = '', plural] = /^(minute|hour|day)(s?)$/.exec(unit ?? '') ?? []
  const seconds = units[one]
  if (!seconds || (value > 1 && !plural))
    throw new ScheduleInvalid(
      offset + amount.length + (unit === undefined ? 0 : 1),
      `minutes, hours or days, found ${found}`,
    )
  if (more !== undefined) throw new ScheduleInvalid(offset + `${amount} ${unit}`.length, "')' after the unit")
  return { kind: 'rate', period: value * seconds }
}

function readAt({ text, offset }: Part): Schedule {
  const wall = /^.{10}T.{8}$/.test(text) ? readWall(text) : undefined
  if (wall !== undefined) return { kind: 'at', wall }
  throw new ScheduleInvalid(offset, `a date and time as in at(2026-11-20T13:00:00), found '${text}'`)
}

/**
 * When a schedule comes next, strictly after a time; undefined when it never does again.
 *
 * A local time that the clock leaps over is skipped, one that it shows twice comes once, the first time: "Daylight
 * savings time on EventBridge Scheduler" in the guide. That is why croner counts in UTC here: of itself it would run
 * after the leap, and twice where there is a step. A day of a rate has 24 hours, says the same page.
 *
 * @param anchor when a rate first comes, AWS's StartDate; without one it is a whole period after `after`
 */
export function nextOccurrence(schedule: Schedule, timezone: string, after: Date, anchor?: Date): Date | undefined {
  switch (schedule.kind) {
    case 'cron':
      return nextOfCron(schedule.pattern, timezone, after)
    case 'rate':
      return nextOfRate(schedule.period * 1000, after.getTime(), (anchor ?? after).getTime())
    case 'at':
      return instantsOf(schedule.wall, timezone)
        .slice(0, 1)
        .find((time) => time > after)
  }
}

function nextOfCron(pattern: string, timezone: string, after: Date): Date | undefined {
  const cron = new Cron(pattern, { mode: '7-part', timezone: 'UTC', alternativeWeekdays: true })
  let wall: Date | null = new Date(wallOf(after, timezone))
  for (;;) {
    wall = cron.nextRun(wall)
    if (!wall || wall.getUTCFullYear() > lastYear) return undefined
    const [first] = instantsOf(wall.getTime(), timezone)
    if (first && first > after) return first
  }
}

const nextOfRate = (period: number, after: number, anchor: number): Date =>
  new Date(after < anchor ? anchor : anchor + (Math.floor((after - anchor) / period) + 1) * period)
