import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Claim,
  type Claims,
  freeSlot,
  grant,
  markTold,
  noClaims,
  request,
  untold,
  withdraw,
} from '../../domain/claims.ts'

const claim = (holder: string, image = holder, remaining = 0, since = '2026-01-01T00:00:00Z'): Claim => ({
  holder,
  image,
  remaining,
  since,
})
const requested = (claims: Claim[]): Claims => claims.reduce(request, noClaims)
const holders = (claims: Claims) => claims.held.map(({ holder }) => holder)

describe('claims', () => {
  it('grants the longest remaining path first, then the oldest', () => {
    const claims = grant(
      requested([
        claim('short', 'a', 1),
        claim('late', 'b', 9, '2026-01-02T00:00:00Z'),
        claim('early', 'c', 9),
      ]),
      2,
    )
    expect(holders(claims)).toEqual(['early', 'late'])
    expect(claims.queue.map(({ holder }) => holder)).toEqual(['short'])
  })

  it('holds back a second claim on an image while the first is still rolling out', () => {
    const first = freeSlot(grant(requested([claim('one', 'image')]), 5), 'one')
    const second = grant(request(first, claim('two', 'image')), 5)
    expect(holders(second)).toEqual(['one'])
    expect(holders(grant(withdraw(second, 'one'), 5))).toEqual(['two'])
  })

  it('gives a freed slot to the next image', () => {
    const full = grant(requested([claim('a', 'a', 2), claim('b', 'b', 1)]), 1)
    expect(holders(full)).toEqual(['a'])
    expect(holders(grant(freeSlot(full, 'a'), 1))).toEqual(['a', 'b'])
  })

  it('repeats a grant until its holder was told', () => {
    const claims = grant(requested([claim('a')]), 1)
    expect(untold(claims)).toHaveLength(1)
    expect(untold(markTold(claims, ['a']))).toEqual([])
  })

  it('knows a repeated request', () => {
    const claims = grant(requested([claim('a'), claim('b')]), 1)
    expect(request(claims, claim('a'))).toBe(claims)
    expect(request(claims, claim('b'))).toBe(claims)
  })

  it('never exceeds the slots, never leases an image twice, and starves nobody', () => {
    const step = fc.record({
      what: fc.constantFrom('request', 'free', 'withdraw'),
      holder: fc.integer({ min: 0, max: 12 }),
      image: fc.integer({ min: 0, max: 4 }),
      remaining: fc.nat(100),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, slots) => {
        let claims = noClaims
        for (const { what, holder, image, remaining } of steps) {
          const name = `h${holder}`
          if (what === 'request') claims = request(claims, claim(name, `i${image}`, remaining))
          else claims = what === 'free' ? freeSlot(claims, name) : withdraw(claims, name)
          claims = grant(claims, slots)
          expect(claims.held.filter(({ baking }) => baking).length).toBeLessThanOrEqual(slots)
          const images = claims.held.map((held) => held.image)
          expect(new Set(images).size).toBe(images.length)
        }
        // Whoever ends lets the others on: in the end nobody waits.
        while (claims.held.length > 0) claims = grant(withdraw(claims, claims.held[0]?.holder ?? ''), slots)
        expect(claims.queue).toEqual([])
      }),
    )
  })
})
