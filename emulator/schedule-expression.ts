import { Cron } from 'croner'

/** `rate(...)`, `at(...)` or `cron(...)` of EventBridge Scheduler, read. */
export type ScheduleExpression =
  /** Milliseconds. */
  | { kind: 'rate'; period: number }
  /** What the clock shows, as if it were UTC, in epoch milliseconds. */
  | { kind: 'at'; shown: number }
  | { kind: 'cron'; cron: Cron }

// What follows is from https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. Where the page
// leaves something open, the stricter reading is taken.

const units: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const lastYear = 2199

interface Field {
  least: number
  most: number
  digits: RegExp
  names: string[]
  /** What may stand in it alone. */
  special?: RegExp
  steps?: false
  wraps?: true
}

const fields: Field[] = [
  { least: 0, most: 59, digits: /^\d{1,2}$/, names: [] },
  // "20-2" is an example of the EventBridge User Guide.
  { least: 0, most: 23, digits: /^\d{1,2}$/, names: [], wraps: true },
  { least: 1, most: 31, digits: /^\d{1,2}$/, names: [], special: /^(L|LW|(0?[1-9]|[12]\d|3[01])W)$/ },
  { least: 1, most: 12, digits: /^\d{1,2}$/, names: months },
  { least: 1, most: 7, digits: /^\d$/, names: weekdays, special: /^([1-7]L|([1-7]|[A-Z]{3})#[1-5])$/, steps: false },
  { least: 1970, most: lastYear, digits: /^\d{4}$/, names: [] },
]

/** @throws Error as CreateSchedule words it, for what EventBridge Scheduler would not take */
export function parseScheduleExpression(text: string): ScheduleExpression {
  const [, kind, body = ''] = /^(rate|at|cron)\(([^)]*)\)$/.exec(text) ?? []
  const read = kind === 'rate' ? rateOf(body) : kind === 'at' ? atOf(body) : kind === 'cron' ? cronOf(body) : undefined
  if (read === undefined) throw new Error(`Invalid Schedule Expression ${text}.`)
  return read
}

function rateOf(body: string): ScheduleExpression | undefined {
  const [, value, unit = '', plural] = /^([1-9]\d{0,4}) (minute|hour|day)(s?)$/.exec(body) ?? []
  if (value === undefined || (value !== '1' && plural === '')) return undefined
  return { kind: 'rate', period: Number(value) * (units[unit] ?? 0) }
}

function atOf(body: string): ScheduleExpression | undefined {
  const shown = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) ? Date.parse(`${body}Z`) : Number.NaN
  const isTime = !Number.isNaN(shown) && new Date(shown).toISOString() === `${body}.000Z`
  return isTime ? { kind: 'at', shown } : undefined
}

function cronOf(body: string): ScheduleExpression | undefined {
  const texts = body.split(' ')
  const [, , days, , onWeekdays] = texts
  // One of the two, and only one, is a question mark.
  if (texts.length !== fields.length || (days === '?') === (onWeekdays === '?')) return undefined
  const read = fields.map((field, nth) => fieldOf(field, texts[nth] ?? '', nth === 2 || nth === 4))
  if (read.includes(undefined)) return undefined
  // croner counts in UTC, seconds first: of itself it would run after a leap of the clock, and twice where it is put back.
  const pattern = `0 ${read.join(' ')}`
  return { kind: 'cron', cron: new Cron(pattern, { mode: '7-part', timezone: 'UTC', alternativeWeekdays: true }) }
}

/** The field in croner's words: numbers, and the letters that both have; undefined where AWS would not take it. */
function fieldOf(field: Field, text: string, isDay: boolean): string | undefined {
  if (text === '*' || (isDay && text === '?')) return '*'
  // The last day of the week, which begins with SUN.
  if (text === 'L' && field.names === weekdays) return '7'
  if (field.special?.test(text)) {
    const [name = '', rest] = text.split('#')
    if (rest === undefined || field.digits.test(name)) return text
    return weekdays.includes(name) ? `${weekdays.indexOf(name) + 1}#${rest}` : undefined
  }
  const items = text.split(',').map((item) => valuesOf(field, item))
  return items.includes(undefined) ? undefined : [...new Set(items.flat())].sort((a, b) => Number(a) - Number(b)).join()
}

/** `5`, `MON`, `1-5`, `0/15`, `0-30/10`, or `*` with a step. */
function valuesOf(field: Field, item: string): number[] | undefined {
  const { least, most } = field
  const [, range = '', step] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(item) ?? []
  const every = step === undefined ? 1 : Number(step)
  const largest = least > 1 ? most - least : most
  if (every < 1 || every > largest || (step !== undefined && field.steps === false)) return undefined
  if (range === '*') return step === undefined ? undefined : count(least, most, every)
  const [from = '', to, ...more] = range.split('-')
  const start = numberOf(field, from)
  const end = to === undefined ? (step === undefined ? start : most) : numberOf(field, to)
  if (start === undefined || end === undefined || more.length > 0) return undefined
  if (start <= end) return count(start, end, every)
  const round = most - least + 1
  return field.wraps && count(start, end + round, every).map((value) => (value > most ? value - round : value))
}

const count = (from: number, to: number, every: number): number[] =>
  Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, nth) => from + nth * every)

function numberOf({ least, most, digits, names }: Field, text: string): number | undefined {
  if (names.includes(text)) return names.indexOf(text) + least
  const value = digits.test(text) ? Number(text) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

/**
 * When the schedule comes next, strictly after a time; undefined when it never does again. A local time that the clock
 * leaps over is skipped, and one that it shows twice comes once, the first time. A day of a rate has 24 hours.
 * @param created when a rate first comes; without it that is one period after `after`
 */
export function nextTime(schedule: ScheduleExpression, zone: string, after: Date, created = after): Date | undefined {
  if (schedule.kind === 'at') return firstAfter(after, schedule.shown, zone)
  if (schedule.kind === 'rate') {
    const passed = Math.floor((after.getTime() - created.getTime()) / schedule.period)
    return new Date(created.getTime() + Math.max(0, passed + 1) * schedule.period)
  }
  let shown: Date | null = new Date(after.getTime() + aheadAt(after.getTime(), zone))
  for (;;) {
    shown = schedule.cron.nextRun(shown)
    if (!shown || shown.getUTCFullYear() > lastYear) return undefined
    const next = firstAfter(after, shown.getTime(), zone)
    if (next) return next
  }
}

/** The first instant at which a clock in the zone shows this, where that is after the time. */
function firstAfter(after: Date, shown: number, zone: string): Date | undefined {
  // A zone changes its clock at most once in two days.
  const instants = [-86_400_000, 86_400_000].map((near) => shown - aheadAt(shown + near, zone))
  const first = Math.min(...instants.filter((instant) => instant + aheadAt(instant, zone) === shown))
  return first > after.getTime() && Number.isFinite(first) ? new Date(first) : undefined
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** How far clocks in the zone are ahead of UTC at an instant, in milliseconds: Intl says it as `GMT+10:30`. */
function aheadAt(instant: number, zone: string): number {
  let clock = clocks.get(zone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    clocks.set(zone, clock)
  }
  const [, sign, ...parts] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(clock.format(instant)) ?? []
  const [hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0))
  return ((hours * 60 + minutes) * 60 + seconds) * (sign === '-' ? -1_000 : 1_000)
}
