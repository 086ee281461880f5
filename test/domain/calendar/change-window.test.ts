import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changeWindowAfter, NeverOpens } from '../../../domain/calendar/change-window.ts'
import { nextOccurrence, parseSchedule } from '../../../domain/calendar/cron.ts'
import { fromLocal } from '../../../domain/calendar/local-time.ts'

const sydney = 'Australia/Sydney'
const yearEnd = {
  name: 'year-end',
  reason: 'no changes over the holidays',
  from: '2026-12-18T00:00',
  to: '2027-01-04T00:00',
  timezone: sydney,
}
const quarter = {
  name: 'quarter',
  reason: 'the books are closed',
  from: '2027-01-04T00:00',
  to: '2027-01-06T09:00',
  timezone: sydney,
}
const sundays = {
  of: 'ring everyone',
  window: { schedule: 'cron(0 2 ? * SUN *)', timezone: sydney, duration: 2 * 3600 },
}
const nights = {
  of: 'image web',
  window: { schedule: 'cron(0 3 * * ? *)', timezone: sydney, duration: 4 * 3600 },
}
const until = "freeze 'year-end' (no changes over the holidays) until Mon 4 Jan 2027 00:00 Australia/Sydney"

describe('an opening', () => {
  it.each([
    ['nothing', [], [], '2026-12-20T00:00Z', undefined],
    ['a freeze, before it', [yearEnd], [], '2026-12-17T12:59:59Z', undefined],
    [
      'a freeze, at its beginning',
      [yearEnd],
      [],
      '2026-12-17T13:00Z',
      { opensAt: '2027-01-03T13:00', reasons: [until] },
    ],
    [
      'a freeze, in its last second',
      [yearEnd],
      [],
      '2027-01-03T12:59:59Z',
      { opensAt: '2027-01-03T13:00', reasons: [until] },
    ],
    ['a freeze, at its end', [yearEnd], [], '2027-01-03T13:00Z', undefined],
    [
      'a freeze after the other',
      [quarter, yearEnd],
      [],
      '2026-12-20T00:00Z',
      {
        opensAt: '2027-01-05T22:00',
        reasons: [until, "freeze 'quarter' (the books are closed) until Wed 6 Jan 2027 09:00 Australia/Sydney"],
      },
    ],
    ['a window, as it opens', [], [sundays], '2026-09-05T16:00Z', undefined],
    ['a window, in its last second', [], [sundays], '2026-09-05T17:59:59Z', undefined],
    [
      'a window, at its end',
      [],
      [sundays],
      '2026-09-05T18:00Z',
      {
        opensAt: '2026-09-12T16:00',
        reasons: ['window of ring everyone opens Sun 13 Sep 2026 02:00 Australia/Sydney'],
      },
    ],
    [
      'two windows, where both are open',
      [],
      [sundays, nights],
      '2026-09-01T00:00Z',
      {
        opensAt: '2026-09-05T17:00',
        reasons: [
          'window of ring everyone opens Sun 6 Sep 2026 02:00 Australia/Sydney',
          'window of image web opens Sun 6 Sep 2026 03:00 Australia/Sydney',
        ],
      },
    ],
    [
      'a window that opens inside a freeze',
      [yearEnd],
      [sundays],
      '2026-12-14T00:00Z',
      {
        opensAt: '2027-01-09T15:00',
        reasons: ['window of ring everyone opens Sun 10 Jan 2027 02:00 Australia/Sydney', until],
      },
    ],
  ])('of %s', (_, freezes, windows, now, expected) => {
    const opening = changeWindowAfter(new Date(now), { freezes, windows })
    expect(opening && { ...opening, opensAt: opening.opensAt.toISOString().slice(0, 16) }).toEqual(expected)
  })

  it.each([
    [
      'whose years are over',
      [],
      [{ of: 'ring a', window: { ...sundays.window, schedule: 'cron(0 2 ? * SUN 2025)' } }],
      /^window of ring a does not open after Tue 1 Sep 2026 08:00 Australia\/Sydney$/,
    ],
    [
      'inside a freeze for ever',
      [{ ...yearEnd, from: '2026-01-01T00:00', to: '2046-01-01T00:00' }],
      [sundays],
      /^nothing is open before Sun 31 Dec 2045 13:00 UTC: freeze 'year-end'/,
    ],
    [
      'that never meets another',
      [],
      [sundays, { of: 'image web', window: { ...nights.window, schedule: 'cron(0 3 ? * TUE *)' } }],
      /^nothing is open before \w+ \d+ \w+ 2036 .* UTC: window of ring everyone opens .*, window of image web opens /,
    ],
    [
      'that never meets another, by the minute',
      [],
      [0, 15].map((minute) => ({
        of: `image a${minute}`,
        window: { schedule: `cron(${minute}/30 * * * ? *)`, timezone: 'UTC', duration: 900 },
      })),
      /^nothing is open before \w+ \d+ \w+ 2026/,
    ],
  ])('is refused for a window %s', (_, freezes, windows, message) => {
    const open = () => changeWindowAfter(new Date('2026-09-01T00:00Z'), { freezes, windows })
    expect(open).toThrow(NeverOpens)
    expect(open).toThrow(message)
  })
})

describe('any opening', () => {
  const minute = 60_000
  const timezone = fc.constantFrom('UTC', sydney, 'Europe/London')
  const local = (day: number, hour: number) => new Date(Date.UTC(2026, 9, day, hour)).toISOString().slice(0, 16)
  /** Over the days on which Sydney's clock goes forward, and London's back. */
  const freeze = fc
    .record({
      day: fc.integer({ min: 1, max: 30 }),
      hour: fc.nat(23),
      hours: fc.integer({ min: 1, max: 60 }),
      timezone,
    })
    .map(({ day, hour, hours, timezone }) => ({
      name: 'f',
      reason: 'r',
      from: local(day, hour),
      to: local(day, hour + hours),
      timezone,
    }))
  const window = fc
    .record({
      minute: fc.constantFrom(0, 20, 45),
      hour: fc.constantFrom('2', '1,13', '20-2', '0/6'),
      duration: fc.constantFrom(900, 3600, 7200, 86_400),
      timezone,
    })
    .map(({ minute, hour, duration, timezone }) => ({
      of: 'x',
      window: { schedule: `cron(${minute} ${hour} * * ? *)`, timezone, duration },
    }))
  type Freezes = { from: string; to: string; timezone: string }[]
  type Windows = { window: { schedule: string; timezone: string; duration: number } }[]

  /** Said again, in the words of the question. */
  const isOpen = (time: Date, freezes: Freezes, windows: Windows) =>
    freezes.every(({ from, to, timezone }) => time < fromLocal(from, timezone) || time >= fromLocal(to, timezone)) &&
    windows.every(({ window }) => {
      const { schedule, timezone, duration } = window
      const begin = nextOccurrence(parseSchedule(schedule), timezone, new Date(time.getTime() - duration * 1000))
      return begin !== undefined && begin <= time
    })

  it('is open, and no minute before it is', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-10-01'), max: new Date('2026-10-31'), noInvalidDate: true }),
        fc.array(freeze, { maxLength: 3 }),
        fc.array(window, { maxLength: 2 }),
        (now, freezes, windows) => {
          let opening: ReturnType<typeof changeWindowAfter>
          try {
            opening = changeWindowAfter(now, { freezes, windows })
          } catch (error) {
            // Two windows that never meet; the freezes are over by November.
            expect(error).toBeInstanceOf(NeverOpens)
            expect(windows).toHaveLength(2)
            return
          }
          const opensAt = opening?.opensAt ?? now
          expect(isOpen(opensAt, freezes, windows)).toBe(true)
          expect(opening === undefined || opening.reasons.length > 0).toBe(true)
          const earliest = Math.max(now.getTime(), opensAt.getTime() - 3 * 86_400_000)
          for (let time = earliest; time < opensAt.getTime(); time += 7 * minute)
            expect(isOpen(new Date(time), freezes, windows)).toBe(false)
        },
      ),
      { numRuns: 100 },
    )
  }, 60_000)
})
