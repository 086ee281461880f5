import { Cron } from 'croner'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextOccurrence, parseSchedule } from '../../../domain/calendar/cron.ts'
import { simpleCron, walk } from './walker.ts'

const timezone = fc.constantFrom(
  'UTC',
  'Australia/Sydney',
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
)
const between = (from: string, to: string) => fc.date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
/** Days on which one of the clocks above is put forward or back, and days like any other. */
const time = fc.oneof(
  between('2026-03-07T12:00Z', '2026-03-08T12:00Z'),
  between('2026-03-28T12:00Z', '2026-03-29T12:00Z'),
  between('2026-04-04T06:00Z', '2026-04-05T06:00Z'),
  between('2026-10-03T06:00Z', '2026-10-04T06:00Z'),
  between('2026-10-24T12:00Z', '2026-10-25T12:00Z'),
  between('2026-10-31T18:00Z', '2026-11-01T18:00Z'),
  between('2024-01-01T00:00Z', '2029-01-01T00:00Z'),
)

describe('the next occurrence', () => {
  it('is the one that a walk over the minutes finds', () => {
    fc.assert(
      fc.property(simpleCron(), timezone, time, (cron, zone, after) => {
        const walked = walk(cron, zone, after, 4)
        const next = nextOccurrence(parseSchedule(cron.text), zone, after)
        if (walked) expect(next).toEqual(walked)
        else expect(next === undefined || next.getTime() > after.getTime() + 4 * 86_400_000 - 60_000).toBe(true)
      }),
      { numRuns: 300 },
    )
  }, 120_000)

  it('is later than the time after which it was asked for, and never passes one by', () => {
    const schedule = fc.oneof(
      simpleCron().map(({ text }) => text),
      fc.constantFrom('cron(0 2 ? * TUE#2 *)', 'cron(0 0 LW * ? *)', 'cron(0 20-2 ? * 6L *)', 'rate(90 minutes)'),
    )
    fc.assert(
      fc.property(schedule, timezone, time, time, time, (text, zone, a, b, anchor) => {
        const read = parseSchedule(text)
        const [early, late] = a < b ? [a, b] : [b, a]
        const first = nextOccurrence(read, zone, early, anchor)
        const second = nextOccurrence(read, zone, late, anchor)
        if (first) expect(first > early).toBe(true)
        if (second) expect(second > late).toBe(true)
        if (first && second) expect(first <= second).toBe(true)
        if (first && first > late) expect(second).toEqual(first)
      }),
      { numRuns: 500 },
    )
  }, 60_000)

  it('of an expression that other libraries share is theirs, in UTC', () => {
    fc.assert(
      fc.property(simpleCron(), time, ({ text, minutes, hours, days, months, weekdays }, after) => {
        const fields = [minutes, hours, days, months, weekdays].map((values) => values?.join(',') ?? '*')
        const theirs = new Cron(fields.join(' '), { timezone: 'UTC' }).nextRun(after)
        expect(nextOccurrence(parseSchedule(text), 'UTC', after)).toEqual(theirs ?? undefined)
      }),
    )
  })
})
