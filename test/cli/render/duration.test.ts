import { describe, expect, it } from 'vitest'
import { duration, instant, minute, secondsBetween } from '../../../cli/render/duration.ts'

describe('duration', () => {
  it.each([
    [-5, '0s'],
    [0, '0s'],
    [45.4, '45s'],
    [59.4, '59s'],
    [59.6, '1m'],
    [2400, '40m'],
    [3599, '1h'],
    [7500, '2h 05m'],
    [86_399, '1d'],
    [93_900, '1d 2h 05m'],
    [31 * 86_400, '31d'],
  ])('says %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text))

  it('says an instant in UTC', () => {
    expect(instant(Date.UTC(2026, 8, 1, 6, 45, 12, 999))).toBe('2026-09-01 06:45:12')
    expect(minute('2026-09-01T08:45:12+02:00')).toBe('2026-09-01 06:45')
  })

  it('measures between two times that are both known', () => {
    expect(secondsBetween('2026-09-01T06:00:00.000Z', '2026-09-01T07:00:30.500Z')).toBe(3630.5)
    expect(secondsBetween('2026-09-01T06:00:00.000Z', null)).toBeUndefined()
    expect(secondsBetween(null, null)).toBeUndefined()
  })
})
