import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { releaseStream } from '../../rehearsal/release-stream.ts'
import { everySource } from './sources.ts'

const fleet = everySource()
const start = Date.parse('2026-09-01T06:00:00Z')
const day = 86_400
const seed = fc.integer({ min: 0, max: 1_000_000 })
const days = fc.integer({ min: 1, max: 200 })

describe('a stream of releases', () => {
  it('lies within its time, in order, and is the same for the same seed', () => {
    fc.assert(
      fc.property(seed, days, (one, length) => {
        const stream = releaseStream(fleet, one, start, length * day)
        const times = stream.map(({ time }) => Date.parse(time))
        expect(times).toEqual([...times].sort((a, b) => a - b))
        for (const at of times) {
          expect(at).toBeGreaterThanOrEqual(start)
          expect(at).toBeLessThan(start + length * day * 1000)
        }
        expect(releaseStream(structuredClone(fleet), one, start, length * day)).toEqual(stream)
        for (const { time } of stream) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      }),
    )
  })

  it('has something of each upstream every one to three weeks, from within the first three', () => {
    fc.assert(
      fc.property(seed, (one) => {
        const stream = releaseStream(fleet, one, start, 200 * day)
        for (const upstream of Object.keys(fleet.upstreams)) {
          const times = stream.flatMap((each) => (each.upstream === upstream ? Date.parse(each.time) : []))
          expect(times[0]).toBeLessThan(start + 21 * day * 1000)
          for (const [nth, at] of times.slice(1).entries()) {
            const gap = (at - (times[nth] ?? 0)) / 1000
            expect(gap).toBeGreaterThanOrEqual(7 * day)
            expect(gap).toBeLessThanOrEqual(21 * day)
          }
        }
      }),
    )
  })

  it('that is longer begins with the shorter one', () => {
    fc.assert(
      fc.property(seed, days, days, (one, a, b) => {
        const [short, long] = [a, b].sort((x, y) => x - y).map((n) => releaseStream(fleet, one, start, n * day))
        expect(long?.slice(0, short?.length)).toEqual(short)
      }),
    )
  })

  it('is another for another seed, at any time of the day', () => {
    const streams = [1, 2, 3, 4].map((one) => JSON.stringify(releaseStream(fleet, one, start, 31 * day)))
    expect(new Set(streams).size).toBe(4)
    const hours = releaseStream(fleet, 1, start, 400 * day).map(({ time }) => time.slice(11, 13))
    expect(new Set(hours).size).toBeGreaterThan(18)
  })
})
