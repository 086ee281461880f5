import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nextOccurrence, parseSchedule } from '../../../domain/calendar/cron.ts'
import { nextTime, parseScheduleExpression } from '../../../emulator/schedule-expression.ts'

/**
 * The emulator reads schedules with code of its own, so that a mistake in ours does not hide in a rehearsal. The two must
 * take the same expressions, and come at the same times.
 */

const pick = (...values: string[]) => fc.constantFrom(...values)
const some = (part: fc.Arbitrary<string>, separator: string) =>
  fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(separator))

/** Most are taken by AWS; each has its share of what is not. */
const field = (least: number, most: number, ...others: string[]) => {
  const number = fc.integer({ min: least, max: most }).map(String)
  const value = fc.oneof({ weight: 8, arbitrary: number }, { weight: 3, arbitrary: pick(...others, '*') })
  const odd = pick(
    '',
    '*',
    '?',
    'L',
    '0',
    '00',
    '05',
    '60',
    '999',
    'x',
    'mon',
    '-1',
    '/5',
    '1/',
    `${most + 1}`,
    'W',
    '#1',
  )
  const range = fc.tuple(value, value).map(([a, b]) => `${a}-${b}`)
  const stepped = fc
    .tuple(fc.oneof(value, range, fc.constant('*')), fc.oneof(number, pick('0', '5', '15', '230')))
    .map(([a, b]) => `${a}/${b}`)
  const item = fc.oneof(
    { weight: 6, arbitrary: value },
    { weight: 2, arbitrary: range },
    { weight: 2, arbitrary: stepped },
    { weight: 1, arbitrary: odd },
  )
  return fc.oneof({ weight: 4, arbitrary: fc.constant('*') }, { weight: 3, arbitrary: value }, some(item, ','))
}
const days = fc.oneof(field(1, 31, 'L'), pick('L', 'LW', '15W', '1W', '31W', '32W', '05W', 'L-3', '1W,15W'))
const weekdays = fc.oneof(
  field(1, 7, 'SUN', 'TUE', 'SAT'),
  pick('L', '6L', '8L', '3#2', 'TUE#5', 'TUE#6', 'ABC#1', '2W', 'FRIL'),
)
const on = fc.oneof(
  { weight: 9, arbitrary: fc.oneof(fc.tuple(days, fc.constant('?')), fc.tuple(fc.constant('?'), weekdays)) },
  { weight: 1, arbitrary: fc.tuple(days, weekdays) },
)
const cron = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    on,
    field(1, 12, 'JAN', 'FEB', 'DEC'),
    fc.oneof(fc.constant('*'), field(2024, 2030), pick('2199', '2200', '1969', '2026/3', '*/5')),
    fc.oneof({ weight: 15, arbitrary: fc.constant(' ') }, { weight: 1, arbitrary: pick('  ', ',', '') }),
  )
  .map(
    ([minutes, hours, on, month, year, between]) =>
      `cron(${[minutes, hours, on[0], month, on[1]].join(' ')}${between}${year})`,
  )
const rate = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 90 }).map(String), pick('0', '01', '-1', '1.5', '100000', '')),
    pick('minute', 'minutes', 'hour', 'hours', 'days', 'weeks', 'hours ', ''),
  )
  .map(([value, unit]) => `rate(${value} ${unit})`)
const at = fc
  .tuple(
    pick('2026-03-29', '2026-10-25', '2026-10-04', '2026-02-30', '2028-02-29', '2026-1-1'),
    pick('T01:30:00', 'T02:30:00', 'T24:00:00', 'T13:00', ' 13:00:00', 'T13:00:00Z'),
  )
  .map((parts) => `at(${parts.join('')})`)
const whole = pick(
  '',
  'cron()',
  'every day',
  'Cron(0 2 * * ? *)',
  'cron(0 2 * * ? *) ',
  'cron(0 2 * * ? *',
  'rate(5 minutes))',
)

const zone = pick('UTC', 'Australia/Sydney', 'Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia')
const between = (from: string, to: string) => fc.date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
/** Days on which one of the clocks is put forward or back, and days like any other. */
const time = fc.oneof(
  between('2026-03-07T12:00Z', '2026-03-08T12:00Z'),
  between('2026-03-28T12:00Z', '2026-03-29T12:00Z'),
  between('2026-04-04T06:00Z', '2026-04-05T06:00Z'),
  between('2026-10-03T06:00Z', '2026-10-04T06:00Z'),
  between('2026-10-24T12:00Z', '2026-10-25T12:00Z'),
  between('2011-12-28T00:00Z', '2011-12-31T00:00Z'),
  between('2024-01-01T00:00Z', '2029-01-01T00:00Z'),
)

function readBy<T>(parse: (text: string) => T, text: string): T | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

it("takes what the emulator's own reading takes, and comes when that does", () => {
  let taken = 0
  let refused = 0
  const expression = fc.oneof({ weight: 12, arbitrary: cron }, { weight: 2, arbitrary: rate }, at, whole)
  fc.assert(
    fc.property(expression, zone, time, fc.option(time, { nil: undefined }), (text, timezone, start, anchor) => {
      const ours = readBy(parseSchedule, text)
      const theirs = readBy(parseScheduleExpression, text)
      expect({ text, taken: theirs !== undefined }).toEqual({ text, taken: ours !== undefined })
      if (!ours || !theirs) return void refused++
      taken++
      let after: Date | undefined = start
      for (let nth = 0; nth < 3 && after; nth++) {
        const next = nextOccurrence(ours, timezone, after, anchor)
        expect({ text, after, next: nextTime(theirs, timezone, after, anchor) }).toEqual({ text, after, next })
        after = next
      }
    }),
    { numRuns: 700 },
  )
  // The property would hold of nothing at all.
  expect(Math.min(taken, refused)).toBeGreaterThan(140)
})
