/**
 * Times as people's clocks show them. A wall time is the number of milliseconds since 1970 at which a clock in UTC
 * shows what the local one does: it can be reckoned with, and is no instant.
 */

const minute = 60_000
const day = 24 * 60 * minute

const clocks = new Map<string, Intl.DateTimeFormat>()

/** @throws RangeError for a time zone that does not exist */
function clockIn(timezone: string): Intl.DateTimeFormat {
  const known = clocks.get(timezone)
  if (known) return known
  const numeric = 'numeric' as const
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  })
  clocks.set(timezone, clock)
  return clock
}

/** What a clock in the time zone shows. */
export function wallOf(time: Date, timezone: string): number {
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of clockIn(timezone).formatToParts(time)) shown[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour, minute, second } = shown
  return Date.UTC(year, month - 1, day, hour, minute, second, time.getUTCMilliseconds())
}

/** How far the clock is ahead of UTC, in milliseconds, at the instant that has this number. */
const ahead = (instant: number, timezone: string) => wallOf(new Date(instant), timezone) - instant

/**
 * When the clock shows this: once; twice where it is put back, the earlier instant first; never where it is put
 * forward. A zone changes its clock at most once in two days.
 */
export function instantsOf(wall: number, timezone: string): Date[] {
  const offsets = new Set([ahead(wall - day, timezone), ahead(wall + day, timezone)])
  return [...offsets]
    .map((offset) => new Date(wall - offset))
    .filter((instant) => wallOf(instant, timezone) === wall)
    .toSorted((a, b) => a.getTime() - b.getTime())
}

/**
 * The first instant at which the clock shows this. A time that the clock leaps over is read as if it had not leapt,
 * so 02:30 is 03:30, as in RFC 5545 (3.3.5) and in Temporal's `compatible`.
 */
const instantOf = (wall: number, timezone: string): Date =>
  instantsOf(wall, timezone)[0] ?? new Date(wall - ahead(wall - day, timezone))

/** `2026-12-18T00:00`, seconds allowed, as a wall time; undefined for what is none, such as 30 February. */
export function readWall(text: string): number | undefined {
  const [, date, time, seconds = '00'] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d))?$/.exec(text) ?? []
  const iso = `${date}T${time}:${seconds}.000Z`
  const wall = Date.parse(iso)
  return !Number.isNaN(wall) && new Date(wall).toISOString() === iso ? wall : undefined
}

/**
 * The instant of a local time such as `2026-12-18T00:00`: the earlier one of two, and after the leap where the clock
 * leaps over it.
 * @throws RangeError for a date or a time zone that does not exist
 */
export function fromLocal(text: string, timezone: string): Date {
  const wall = readWall(text)
  if (wall === undefined) throw new RangeError(`no local time: ${text}`)
  return instantOf(wall, timezone)
}

/** The same local time some days later, or earlier; where the clock leaps over it, as fromLocal has it. */
export const addDays = (time: Date, days: number, timezone: string): Date =>
  days === 0 ? time : instantOf(wallOf(time, timezone) + days * day, timezone)

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** For people: `Wed 9 Sep 2026 02:00 Australia/Sydney`. */
export function localText(time: Date, timezone: string): string {
  const shown = new Date(wallOf(time, timezone))
  const date = `${shown.getUTCDate()} ${months[shown.getUTCMonth()]} ${shown.getUTCFullYear()}`
  return `${weekdays[shown.getUTCDay()]} ${date} ${shown.toISOString().slice(11, 16)} ${timezone}`
}

/** The names that most people use; there are others, such as US/Pacific. */
export const commonTimezones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')]

/**
 * Whether the IANA database has this name, in these capitals: Intl does not mind them, and AWS does not say. Offsets
 * such as +10:00, which Intl knows too, are no names; 50 characters are CreateSchedule's limit.
 */
export function isTimezone(name: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name) || name.length > 50) return false
  try {
    const { timeZone } = clockIn(name).resolvedOptions()
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase()
  } catch {
    return false
  }
}
