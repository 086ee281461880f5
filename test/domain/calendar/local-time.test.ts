import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDays,
  commonTimezones,
  fromLocal,
  instantsOf,
  isTimezone,
  localText,
  readWall,
  wallOf,
} from '../../../domain/calendar/local-time.ts'

describe('a local time', () => {
  it.each([
    ['2026-12-18T00:00', 'Australia/Sydney', '2026-12-17T13:00:00.000Z'],
    ['2026-06-18 09:30', 'Australia/Sydney', '2026-06-17T23:30:00.000Z'],
    ['2026-06-18T09:30:15', 'UTC', '2026-06-18T09:30:15.000Z'],
    ['2026-07-01T12:00', 'Asia/Kolkata', '2026-07-01T06:30:00.000Z'],
    // Twice on the clock: the earlier.
    ['2026-10-25T01:30', 'Europe/London', '2026-10-25T00:30:00.000Z'],
    ['2026-11-01T01:00', 'America/New_York', '2026-11-01T05:00:00.000Z'],
    ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    // Leapt over: as if the clock had not leapt.
    ['2026-03-29T01:30', 'Europe/London', '2026-03-29T01:30:00.000Z'],
    ['2026-03-08T02:00', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['2026-10-04T02:59', 'Australia/Sydney', '2026-10-03T16:59:00.000Z'],
    ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T22:00:00.000Z'],
  ])('%s in %s is %s', (text, timezone, instant) => expect(fromLocal(text, timezone).toISOString()).toBe(instant))

  it.each(['2026-02-30T00:00', '2026-13-01T00:00', '2026-01-01T24:00', '2026-01-01', '1 Jan 2026', ''])(
    'is not %j',
    (text) => {
      expect(readWall(text)).toBeUndefined()
      expect(() => fromLocal(text, 'UTC')).toThrow(RangeError)
    },
  )

  it('needs a time zone that exists', () =>
    expect(() => fromLocal('2026-01-01T00:00', 'Mars/Base')).toThrow(RangeError))
})

describe('some days later', () => {
  it.each([
    ['2026-09-07T16:00:00.000Z', 1, 'Australia/Sydney', '2026-09-08T16:00:00.000Z'],
    ['2026-10-02T16:00:00.000Z', 2, 'Australia/Sydney', '2026-10-04T15:00:00.000Z'],
    ['2026-10-02T16:30:00.000Z', 1, 'Australia/Sydney', '2026-10-03T16:30:00.000Z'], // 02:30 is 03:30 that day
    ['2026-10-24T23:30:00.000Z', 1, 'Europe/London', '2026-10-26T00:30:00.000Z'],
    ['2026-03-01T00:00:00.000Z', -1, 'UTC', '2026-02-28T00:00:00.000Z'],
    ['2026-10-25T01:30:00.000Z', 0, 'Europe/London', '2026-10-25T01:30:00.000Z'],
  ])('%s and %i days in %s', (time, days, timezone, later) =>
    expect(addDays(new Date(time), days, timezone).toISOString()).toBe(later),
  )
})

it.each([
  ['2026-09-08T16:00Z', 'Australia/Sydney', 'Wed 9 Sep 2026 02:00 Australia/Sydney'],
  ['2027-01-03T13:00Z', 'Australia/Sydney', 'Mon 4 Jan 2027 00:00 Australia/Sydney'],
  ['2026-12-31T23:59:59Z', 'UTC', 'Thu 31 Dec 2026 23:59 UTC'],
])('%s in %s reads %s', (time, timezone, text) => expect(localText(new Date(time), timezone)).toBe(text))

describe('a time zone', () => {
  it.each(['UTC', 'Etc/UTC', 'Etc/GMT+8', 'Australia/Sydney', 'US/Pacific', 'Asia/Calcutta', 'America/Port-au-Prince'])(
    'is %s',
    (name) => expect(isTimezone(name)).toBe(true),
  )

  it.each(['', 'Sydney', 'Mars/Base', '+10:00', 'AEST', 'australia/sydney', 'AUSTRALIA/SYDNEY', 'Australia/Sydney '])(
    'is not %j',
    (name) => expect(isTimezone(name)).toBe(false),
  )

  it('is every one that Intl lists', () => expect(commonTimezones().filter((name) => !isTimezone(name))).toEqual([]))
})

describe('any time in any zone', () => {
  const time = fc.date({ min: new Date('1971-01-01'), max: new Date('2199-01-01'), noInvalidDate: true })
  const timezone = fc.constantFrom(...commonTimezones())

  it('is one of those at which the clock shows what it shows', () => {
    fc.assert(
      fc.property(time, timezone, (instant, zone) => {
        const wall = wallOf(instant, zone)
        const instants = instantsOf(wall, zone).map(Number)
        expect(instants).toContain(instant.getTime())
        expect(instants).toEqual(instants.toSorted((a, b) => a - b))
        expect(instants.length).toBeLessThanOrEqual(2)
        for (const each of instants) expect(wallOf(new Date(each), zone)).toBe(wall)
      }),
      { numRuns: 1000 },
    )
  })
})
