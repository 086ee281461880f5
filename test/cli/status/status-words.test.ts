import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bar, statusCounts, statuses, statusOrder } from '../../../cli/status/status-words.ts'
import type { ShownStatus } from '../../../domain/image-status.ts'

describe('status', () => {
  it.each([
    [0, '', '░░░░'],
    [0.5, '██', '░░'],
    [0.53, '██▏', '░'],
    [1, '████', ''],
    [1.7, '████', ''],
    [-1, '', '░░░░'],
  ])('fills a bar to %d', (done, filled, rest) => expect(bar(done, 4)).toEqual({ filled, rest }))

  it('keeps a bar as wide as asked, and never shrinks it as more is done', () => {
    const done = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(done, done, fc.nat(60), (a, b, width) => {
        const [low, high] = [bar(Math.min(a, b), width), bar(Math.max(a, b), width)]
        expect(low.filled.length + low.rest.length).toBe(width)
        expect(low.filled.length).toBeLessThanOrEqual(high.filled.length)
      }),
    )
  })

  it('counts only what there is', () => {
    const of = (...statuses: ShownStatus[]) => statuses.map((status) => ({ status }))
    expect(statusCounts(of('failed', 'released', 'running', 'released'))).toBe('2 released, 1 running, 1 failed')
    expect(statusCounts(statusOrder.map((status) => ({ status })))).toBe(
      '1 released, 1 running, 1 waiting, 1 failed, 1 skipped, 1 aborted, 1 superseded',
    )
    expect(statusCounts([])).toBe('')
  })

  it('does not show what was overtaken as a failure', () => {
    expect(statuses.superseded.style).toBe('dim')
    expect(statusOrder.filter((status) => statuses[status].icon === statuses.superseded.icon)).toEqual(['superseded'])
  })
})
