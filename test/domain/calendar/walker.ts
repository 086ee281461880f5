import fc from 'fast-check'

/** A cron expression of plain lists, and what it means, known without reading it. */
export interface Simple {
  text: string
  minutes: number[]
  hours: number[]
  days?: number[]
  months: number[]
  /** 0 is Sunday, as in JavaScript. */
  weekdays?: number[]
}

const some = (least: number, most: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength })
const every = (least: number, most: number) => Array.from({ length: most - least + 1 }, (_, i) => least + i)
const all = (values: number[]) => fc.constant(values)
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** Random ones that come often enough to be walked to, minute by minute. */
export const simpleCron = (): fc.Arbitrary<Simple> =>
  fc
    .record({
      minutes: fc.oneof(some(0, 59, 4), all(every(0, 59))),
      hours: fc.oneof(some(0, 23, 4), fc.constantFrom<number[]>([1, 2], [2], [1]), all(every(0, 23))),
      months: fc.oneof(all(every(1, 12)), some(1, 12, 6)),
      on: fc.oneof(
        fc.record({ days: fc.oneof(all(every(1, 31)), some(1, 31, 8)) }),
        fc.record({ weekdays: fc.oneof(all(every(0, 6)), some(0, 6, 3)) }),
      ),
      named: fc.boolean(),
    })
    .map(({ minutes, hours, months, on, named }) => {
      const list = (values: number[], size: number) => (values.length === size ? '*' : values.join(','))
      const days = 'days' in on ? on.days : undefined
      const weekdays = 'weekdays' in on ? on.weekdays : undefined
      const shown = weekdays?.map((day) => (named ? weekdayNames[day] : day + 1))
      const fields = [
        list(minutes, 60),
        list(hours, 24),
        days ? list(days, 31) : '?',
        list(months, 12),
        weekdays ? (weekdays.length === 7 ? '*' : shown?.join(',')) : '?',
        '*',
      ]
      const meaning = { minutes, hours, months, ...(days && { days }), ...(weekdays && { weekdays }) }
      return { text: `cron(${fields.join(' ')})`, ...meaning }
    })

const minute = 60_000

/** What the clock shows, as Intl writes it for Sweden: `2026-09-01 02:00`. */
const shower = (timezone: string) => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  return (time: number) => format.format(time)
}

/**
 * The next occurrence, found by looking at every minute: whether it fits, and whether the clock has shown the same in
 * the three hours before. undefined when there is none within the days.
 */
export function walk(cron: Simple, timezone: string, after: Date, days: number): Date | undefined {
  const show = shower(timezone)
  const start = Math.floor(after.getTime() / minute) * minute + minute
  for (let time = start; time < start + days * 1440 * minute; time += minute) {
    const shown = show(time)
    const [year = 0, month = 0, day = 0, hour = 0, at = 0] = shown.split(/[- :]/).map(Number)
    const fits =
      cron.minutes.includes(at) &&
      cron.hours.includes(hour) &&
      cron.months.includes(month) &&
      (cron.days?.includes(day) ?? true) &&
      (cron.weekdays?.includes(new Date(Date.UTC(year, month - 1, day)).getUTCDay()) ?? true)
    if (fits && !shownBefore(show, time, shown)) return new Date(time)
  }
  return undefined
}

const shownBefore = (show: (time: number) => string, time: number, shown: string): boolean => {
  for (let back = 30; back <= 180; back += 30) if (show(time - back * minute) === shown) return true
  return false
}
