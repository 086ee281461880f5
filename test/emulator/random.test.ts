import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../emulator/random.ts'

const seed = fc.oneof(fc.integer(), fc.string())
const label = fc.string({ minLength: 1 })
const draws = (random: Random, count = 5) => Array.from({ length: count }, () => random.hex(16))

describe('a fork', () => {
  it('does not depend on what its parent or its siblings drew, before or after', () => {
    fc.assert(
      fc.property(seed, label, label, fc.nat(20), fc.nat(20), (seed, mine, other, before, after) => {
        const parent = new Random(seed)
        draws(parent, before)
        draws(parent.fork(other), before)
        const fork = parent.fork(mine)
        const first = fork.hex(16)
        draws(parent, after)
        draws(parent.fork(mine), after)
        expect([first, ...draws(fork, 4)]).toEqual(draws(new Random(seed).fork(mine)))
      }),
    )
  })

  it('moves nothing of its parent', () => {
    fc.assert(
      fc.property(seed, label, (seed, label) => {
        const parent = new Random(seed)
        draws(parent.fork(label))
        expect(draws(parent)).toEqual(draws(new Random(seed)))
      }),
    )
  })

  it('is another stream than its parent, than one of another label and than one of another seed', () => {
    fc.assert(
      fc.property(seed, label, label, (seed, one, two) => {
        fc.pre(one !== two)
        const parent = new Random(seed)
        const streams = [parent, parent.fork(one), parent.fork(two), new Random(`${seed}'`).fork(one)]
        expect(new Set(streams.map((stream) => stream.hex(32))).size).toBe(streams.length)
      }),
    )
  })
})

it('gives a number and its text the same stream', () => {
  expect(draws(new Random(7))).toEqual(draws(new Random('7')))
})

describe('a draw', () => {
  it('in [0, 1) is there, and not the same each time', () => {
    fc.assert(
      fc.property(seed, (seed) => {
        const random = new Random(seed)
        const values = Array.from({ length: 20 }, () => random.next())
        for (const value of values) expect(value >= 0 && value < 1).toBe(true)
        expect(new Set(values).size).toBe(20)
      }),
    )
  })

  it('of an integer keeps to its bounds, both of them included', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 3 }), (seed, min, width) => {
        const random = new Random(seed)
        const seen = new Set(Array.from({ length: 200 }, () => random.integer(min, min + width)))
        expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: width + 1 }, (_, at) => min + at))
      }),
    )
  })

  it.each([1, 12, 17, 64])('of %i hexadecimal digits has them', (digits) => {
    expect(new Random(1).hex(digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`))
  })

  it('of a UUID has the shape of version 4', () => {
    fc.assert(
      fc.property(seed, (seed) => {
        const random = new Random(seed)
        const [one, two] = [random.uuid(), random.uuid()]
        expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(two).not.toBe(one)
      }),
    )
  })
})
