import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Claim,
  type Claims,
  free,
  grant,
  holds,
  inTheWayOf,
  markTold,
  newerThan,
  noClaims,
  request,
  takesOver,
  untold,
  withdraw,
} from '../../domain/claims.ts'

const claim = (holder: string, more: Partial<Claim> = {}): Claim => ({
  holder,
  image: holder,
  stage: 'bake',
  number: 1,
  emergency: false,
  remaining: 0,
  since: '2026-01-01T00:00:00Z',
  ...more,
  campaign: `c${more.number ?? 1}`,
})
const requested = (...claims: Claim[]): Claims => claims.reduce(request, noClaims)
const holders = (claims: Claims) => claims.held.map(({ holder }) => holder)
const queued = (claims: Claims) => claims.queue.map(({ holder }) => holder)
const ended = (claims: Claims) => claims.superseded.map(({ holder, by }) => `${holder} by ${by}`)
const rollOut = { stage: 'roll-out' as const, image: 'web' }

describe('claims', () => {
  it('grants emergencies first, then the longest remaining path, then the oldest', () => {
    const claims = grant(
      requested(
        claim('short', { remaining: 1 }),
        claim('late', { remaining: 9, since: '2026-01-02T00:00:00Z' }),
        claim('early', { remaining: 9 }),
        claim('urgent', { emergency: true }),
      ),
      3,
    )
    expect(holders(claims)).toEqual(['urgent', 'early', 'late'])
    expect(queued(claims)).toEqual(['short'])
  })

  it('holds back a second bake of an image until the first is a candidate, however many slots are free', () => {
    const first = grant(requested(claim('one', { image: 'web' })), 5)
    const second = grant(request(first, claim('two', { image: 'web', number: 2 })), 5)
    expect([holders(second), queued(second)]).toEqual([['one'], ['two']])
    expect(holders(grant(free(second, { holder: 'one', stage: 'bake' }), 5))).toEqual(['two'])
  })

  it('gives a freed slot to the next image', () => {
    const full = grant(requested(claim('a', { remaining: 2 }), claim('b', { remaining: 1 })), 1)
    expect(holders(full)).toEqual(['a'])
    expect(holders(grant(free(full, { holder: 'a', stage: 'bake' }), 1))).toEqual(['b'])
  })

  it('takes no slot for a roll-out, and lets an image be baked while it is rolled out', () => {
    const claims = grant(
      requested(claim('one', rollOut), claim('two', { image: 'web' }), claim('three', { stage: 'roll-out' })),
      1,
    )
    expect(holders(claims).sort()).toEqual(['one', 'three', 'two'])
    expect(holds(claims, { holder: 'one', stage: 'roll-out' })).toBe(true)
    expect(holds(claims, { holder: 'one', stage: 'bake' })).toBe(false)
  })

  it('leaves nothing of a holder that is done or dead', () => {
    const both = [claim('a', rollOut), claim('a', { image: 'web' })]
    const claims = grant(requested(...both, claim('b', { image: 'web' })), 1)
    expect(withdraw(claims, 'a')).toEqual({ ...noClaims, queue: [claim('b', { image: 'web' })] })
  })

  it('repeats a grant until its holder was told', () => {
    const claims = grant(requested(claim('a')), 1)
    expect(untold(claims)).toHaveLength(1)
    expect(untold(markTold(claims, [claim('a')]))).toEqual([])
    expect(untold(markTold(claims, [claim('a', { stage: 'roll-out' })]))).toHaveLength(1)
  })

  it('knows a repeated request, also of a claim that is superseded and was not told', () => {
    const old = claim('old', { image: 'b' })
    const claims = grant(requested(claim('a'), old, claim('b', { number: 2 })), 1)
    for (const each of [claim('a'), claim('b', { number: 2 }), old]) expect(request(claims, each)).toBe(claims)
  })
})

describe('of two campaigns that want the same image', () => {
  const newer = { image: 'web', number: 2 }

  it('the newer takes the place of the older that waits', () => {
    const claims = requested(claim('old', { image: 'web' }), claim('new', newer), claim('other'))
    expect([queued(claims), ended(claims)]).toEqual([['new', 'other'], ['old by c2']])
  })

  it.each([[1], [0]])('the older that comes later does not wait at all, with %i slots', (slots) => {
    const first = grant(requested(claim('new', newer)), slots)
    const claims = request(first, claim('old', { image: 'web' }))
    expect([[...holders(claims), ...queued(claims)], ended(claims)]).toEqual([['new'], ['old by c2']])
  })

  it('an emergency gives way to a newer emergency alone', () => {
    const urgent = claim('urgent', { image: 'web', emergency: true })
    const ordinary = requested(urgent, claim('new', newer))
    expect([queued(ordinary), ended(ordinary)]).toEqual([['urgent', 'new'], []])
    expect(queued(requested(claim('new', newer), urgent))).toEqual(['new', 'urgent'])
    const two = requested(urgent, claim('new', { ...newer, emergency: true }))
    expect([queued(two), ended(two)]).toEqual([['new'], ['urgent by c2']])
  })

  it('an emergency takes the roll-out of the older from it, which nobody tells: it looks', () => {
    const first = grant(requested(claim('old', rollOut)), 1)
    const ordinary = grant(request(first, claim('new', { ...rollOut, number: 2 })), 1)
    expect([holders(ordinary), queued(ordinary)]).toEqual([['old'], ['new']])
    const urgent = grant(request(ordinary, claim('urgent', { ...rollOut, number: 3, emergency: true })), 1)
    expect([holders(urgent), ended(urgent)]).toEqual([['urgent'], ['new by c3']])
    expect(holds(urgent, { holder: 'old', stage: 'roll-out' })).toBe(false)
  })

  it('what is newer, and what is in the way of it, are of the same image and stage', () => {
    const first = grant(requested(claim('old', { image: 'web' }), claim('rolling', { ...rollOut, number: 4 })), 5)
    const claims = [claim('new', newer), claim('other', { number: 3 })].reduce(request, first)
    expect(newerThan(claims, claim('old', { image: 'web' }))?.holder).toBe('new')
    expect(newerThan(claims, claim('new', newer))).toBeUndefined()
    expect(newerThan(claims, claim('old', { image: 'web', emergency: true }))).toBeUndefined()
    expect(inTheWayOf(claims, claim('new', newer)).map(({ holder }) => holder)).toEqual(['old'])
    expect(inTheWayOf(claims, claim('old', { image: 'web' }))).toEqual([])
  })

  it.each([
    [2, false, 1, false, true],
    [1, false, 2, false, false],
    [1, false, 1, false, false],
    [2, true, 1, false, true],
    [2, true, 1, true, true],
    [2, false, 1, true, false],
    [1, true, 2, false, false],
  ])('number %i (emergency: %j) takes over from number %i (emergency: %j): %j', (a, urgentA, b, urgentB, is) => {
    expect(takesOver({ number: a, emergency: urgentA }, { number: b, emergency: urgentB })).toBe(is)
  })
})

describe('whatever happens in whatever order', () => {
  // A rebake is one image of one campaign; a campaign is an emergency or is not.
  const step = fc.record({
    what: fc.constantFrom('request', 'request', 'free', 'withdraw', 'tell'),
    image: fc.integer({ min: 0, max: 3 }),
    number: fc.integer({ min: 1, max: 5 }),
    stage: fc.constantFrom('bake' as const, 'roll-out' as const),
    remaining: fc.nat(100),
  })
  const urgency = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 })
  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
  const claimOf = (urgent: boolean[], { image, number, stage, remaining }: Step) =>
    claim(`h${image}-${number}`, {
      image: `i${image}`,
      number,
      stage,
      remaining,
      emergency: urgent[number] ?? false,
    })
  const keyOf = ({ holder, stage }: Pick<Claim, 'holder' | 'stage'>) => `${stage} ${holder}`

  /** Every state that the claims go through. */
  function* run(steps: Step[], urgent: boolean[], slots: number) {
    let claims = noClaims
    for (const each of steps) {
      const mine = claimOf(urgent, each)
      const before = claims
      if (each.what === 'request') claims = request(claims, mine)
      else if (each.what === 'free') claims = free(claims, mine)
      else if (each.what === 'withdraw') claims = withdraw(claims, mine.holder)
      else claims = markTold(claims, untold(claims))
      claims = grant(claims, slots)
      yield { before, claims, each, mine }
    }
    return claims
  }
  const always = (check: (seen: { before: Claims; claims: Claims; each: Step; mine: Claim }, slots: number) => void) =>
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        urgency,
        fc.integer({ min: 1, max: 4 }),
        (steps, urgent, slots) => {
          for (const seen of run(steps, urgent, slots)) check(seen, slots)
        },
      ),
    )

  it('no more bakes than slots, and one holder for each image and stage', () => {
    always(({ claims }, slots) => {
      const { held } = claims
      expect(held.filter(({ stage }) => stage === 'bake').length).toBeLessThanOrEqual(slots)
      const turns = held.map(({ image, stage }) => `${stage} ${image}`)
      expect(new Set(turns).size).toBe(turns.length)
    })
  })

  it('a rebake has, waits for, or has lost a turn, and never two of these', () => {
    always(({ claims }) => {
      const keys = [...claims.held, ...claims.queue, ...claims.superseded].map(keyOf)
      expect(new Set(keys).size).toBe(keys.length)
    })
  })

  it('who is superseded is so by a newer campaign, and no emergency by what is none', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), urgency, (steps, urgent) => {
        for (const { claims } of run(steps, urgent, 2))
          for (const { by, number, emergency } of claims.superseded) {
            const other = Number(by.slice(1))
            expect(takesOver({ number: other, emergency: urgent[other] ?? false }, { number, emergency })).toBe(true)
          }
      }),
    )
  })

  it('everybody who waited is told once: of the turn, or of having lost it', () => {
    always(({ before, claims, each }) => {
      if (each.what !== 'tell') return
      const news = untold(before).map(keyOf)
      expect(new Set(news).size).toBe(news.length)
      // What is granted by telling others is news of its own.
      expect(untold(claims).filter((claim) => news.includes(keyOf(claim)))).toEqual([])
      expect(claims.superseded).toEqual([])
    })
  })

  it('an emergency never waits for an older roll-out', () => {
    always(({ claims }) => {
      for (const waiting of claims.queue.filter(({ emergency, stage }) => emergency && stage === 'roll-out'))
        for (const other of claims.held)
          if (other.stage === 'roll-out' && other.image === waiting.image)
            expect(other.number).toBeGreaterThanOrEqual(waiting.number)
    })
  })

  it('nobody starves: when those who have a turn end, everybody has had one', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        urgency,
        fc.integer({ min: 1, max: 4 }),
        (steps, urgent, slots) => {
          let claims = [...run(steps, urgent, slots)].at(-1)?.claims ?? noClaims
          while (claims.held.length > 0) claims = grant(free(claims, claims.held[0] as Claim), slots)
          expect(claims.queue).toEqual([])
        },
      ),
    )
  })
})
