import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clock, instant, integer, seconds, wholeSeconds } from '../../../cli/options/parsers.ts'

describe('options', () => {
  it.each([
    { text: '2026-12-20T03:00:00Z', time: '2026-12-20T03:00:00Z' },
    { text: '2026-12-20T03:00Z', time: '2026-12-20T03:00:00Z' },
    { text: '2026-12-20 03:00:00.5+11:00', time: '2026-12-19T16:00:00Z' },
    { text: '2026-12-20', time: '2026-12-20T00:00:00Z' },
  ])('reads the time $text as $time', ({ text, time }) => expect(instant(text)).toBe(time))

  it.each(['', 'now', '2026-12-20T03:00:00', '2026-13-01', '2026-02-30', '2026-12-20T25:00Z', '20261220T030000Z'])(
    'refuses %j: when that is depends on who says it, or is never',
    (text) => expect(() => instant(text)).toThrow('Expected a time with its offset'),
  )

  it('reads back what it has written', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
        const time = wholeSeconds(date)
        expect(instant(time)).toBe(time)
      }),
    )
  })

  it('has a clock of whole seconds', () => {
    const now = clock()
    expect(instant(now)).toBe(now)
  })

  it.each([
    { text: '31d', value: 2_678_400 },
    { text: '36h', value: 129_600 },
    { text: '90m', value: 5_400 },
  ])('reads the duration $text', ({ text, value }) => expect(seconds('1m', '400d')(text)).toBe(value))

  it.each([
    { text: '31', message: "Expected a duration such as '45m'" },
    { text: '31 days', message: "Expected a duration such as '45m'" },
    { text: '401d', message: 'Expected a duration from 1m to 400d.' },
    { text: '0m', message: 'Expected a duration from 1m to 400d.' },
  ])('refuses the duration $text', ({ text, message }) => {
    expect(() => seconds('1m', '400d')(text)).toThrow(message)
  })

  it('reads whole numbers up to a highest', () => {
    expect(integer(10)('10')).toBe(10)
    for (const text of ['11', '-1', '1.5', 'x']) expect(() => integer(10)(text)).toThrow('from 0 to 10')
  })
})
