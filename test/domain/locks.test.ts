import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blockingBakes,
  grantLocks,
  holdsLock,
  type LockRequest,
  type Locks,
  markDelivered,
  newerRequest,
  noLocks,
  releaseLock,
  removeExecution,
  requestLock,
  supersedes,
  undelivered,
} from '../../domain/locks.ts'

const claim = (holder: string, more: Partial<LockRequest> = {}): LockRequest => ({
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
const requested = (...claims: LockRequest[]): Locks => claims.reduce(requestLock, noLocks)
const holders = (locks: Locks) => locks.held.map(({ holder }) => holder)
const queued = (locks: Locks) => locks.queue.map(({ holder }) => holder)
const ended = (locks: Locks) => locks.superseded.map(({ holder, by }) => `${holder} by ${by}`)
const rollOut = { stage: 'roll-out' as const, image: 'web' }

describe('claims', () => {
  it('grants emergencies first, then the longest remaining path, then the oldest', () => {
    const locks = grantLocks(
      requested(
        claim('short', { remaining: 1 }),
        claim('late', { remaining: 9, since: '2026-01-02T00:00:00Z' }),
        claim('early', { remaining: 9 }),
        claim('urgent', { emergency: true }),
      ),
      3,
    )
    expect(holders(locks)).toEqual(['urgent', 'early', 'late'])
    expect(queued(locks)).toEqual(['short'])
  })

  it('holds back a second bake of an image until the first is a candidate, however many slots are free', () => {
    const first = grantLocks(requested(claim('one', { image: 'web' })), 5)
    const second = grantLocks(requestLock(first, claim('two', { image: 'web', number: 2 })), 5)
    expect([holders(second), queued(second)]).toEqual([['one'], ['two']])
    expect(holders(grantLocks(releaseLock(second, { holder: 'one', stage: 'bake' }), 5))).toEqual(['two'])
  })

  it('gives a freed slot to the next image', () => {
    const full = grantLocks(requested(claim('a', { remaining: 2 }), claim('b', { remaining: 1 })), 1)
    expect(holders(full)).toEqual(['a'])
    expect(holders(grantLocks(releaseLock(full, { holder: 'a', stage: 'bake' }), 1))).toEqual(['b'])
  })

  it('takes no slot for a roll-out, and lets an image be baked while it is rolled out', () => {
    const locks = grantLocks(
      requested(claim('one', rollOut), claim('two', { image: 'web' }), claim('three', { stage: 'roll-out' })),
      1,
    )
    expect(holders(locks).sort()).toEqual(['one', 'three', 'two'])
    expect(holdsLock(locks, { holder: 'one', stage: 'roll-out' })).toBe(true)
    expect(holdsLock(locks, { holder: 'one', stage: 'bake' })).toBe(false)
  })

  it('leaves nothing of a holder that is done or dead', () => {
    const both = [claim('a', rollOut), claim('a', { image: 'web' })]
    const locks = grantLocks(requested(...both, claim('b', { image: 'web' })), 1)
    expect(removeExecution(locks, 'a')).toEqual({ ...noLocks, queue: [claim('b', { image: 'web' })] })
  })

  it('repeats a grant until its holder was notified', () => {
    const locks = grantLocks(requested(claim('a')), 1)
    expect(undelivered(locks)).toHaveLength(1)
    expect(undelivered(markDelivered(locks, [claim('a')]))).toEqual([])
    expect(undelivered(markDelivered(locks, [claim('a', { stage: 'roll-out' })]))).toHaveLength(1)
  })

  it('knows a repeated request, also of a claim that is superseded and was not reported', () => {
    const old = claim('old', { image: 'b' })
    const locks = grantLocks(requested(claim('a'), old, claim('b', { number: 2 })), 1)
    for (const each of [claim('a'), claim('b', { number: 2 }), old]) expect(requestLock(locks, each)).toBe(locks)
  })
})

describe('of two campaigns that want the same image', () => {
  const newer = { image: 'web', number: 2 }

  it('the newer takes the place of the older that waits', () => {
    const locks = requested(claim('old', { image: 'web' }), claim('new', newer), claim('other'))
    expect([queued(locks), ended(locks)]).toEqual([['new', 'other'], ['old by c2']])
  })

  it.each([[1], [0]])('the older that comes later does not wait at all, with %i slots', (slots) => {
    const first = grantLocks(requested(claim('new', newer)), slots)
    const locks = requestLock(first, claim('old', { image: 'web' }))
    expect([[...holders(locks), ...queued(locks)], ended(locks)]).toEqual([['new'], ['old by c2']])
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
    const first = grantLocks(requested(claim('old', rollOut)), 1)
    const ordinary = grantLocks(requestLock(first, claim('new', { ...rollOut, number: 2 })), 1)
    expect([holders(ordinary), queued(ordinary)]).toEqual([['old'], ['new']])
    const urgent = grantLocks(requestLock(ordinary, claim('urgent', { ...rollOut, number: 3, emergency: true })), 1)
    expect([holders(urgent), ended(urgent)]).toEqual([['urgent'], ['new by c3']])
    expect(holdsLock(urgent, { holder: 'old', stage: 'roll-out' })).toBe(false)
  })

  it('what is newer, and what is in the way of it, are of the same image and stage', () => {
    const first = grantLocks(requested(claim('old', { image: 'web' }), claim('rolling', { ...rollOut, number: 4 })), 5)
    const locks = [claim('new', newer), claim('other', { number: 3 })].reduce(requestLock, first)
    expect(newerRequest(locks, claim('old', { image: 'web' }))?.holder).toBe('new')
    expect(newerRequest(locks, claim('new', newer))).toBeUndefined()
    expect(newerRequest(locks, claim('old', { image: 'web', emergency: true }))).toBeUndefined()
    expect(blockingBakes(locks, claim('new', newer)).map(({ holder }) => holder)).toEqual(['old'])
    expect(blockingBakes(locks, claim('old', { image: 'web' }))).toEqual([])
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
    expect(supersedes({ number: a, emergency: urgentA }, { number: b, emergency: urgentB })).toBe(is)
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
  const keyOf = ({ holder, stage }: Pick<LockRequest, 'holder' | 'stage'>) => `${stage} ${holder}`

  /** Every state that the claims go through. */
  function* run(steps: Step[], urgent: boolean[], slots: number) {
    let locks = noLocks
    for (const each of steps) {
      const mine = claimOf(urgent, each)
      const before = locks
      if (each.what === 'request') locks = requestLock(locks, mine)
      else if (each.what === 'free') locks = releaseLock(locks, mine)
      else if (each.what === 'withdraw') locks = removeExecution(locks, mine.holder)
      else locks = markDelivered(locks, undelivered(locks))
      locks = grantLocks(locks, slots)
      yield { before, claims: locks, each, mine }
    }
    return locks
  }
  const always = (
    check: (seen: { before: Locks; claims: Locks; each: Step; mine: LockRequest }, slots: number) => void,
  ) =>
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
    always(({ claims: locks }, slots) => {
      const { held } = locks
      expect(held.filter(({ stage }) => stage === 'bake').length).toBeLessThanOrEqual(slots)
      const turns = held.map(({ image, stage }) => `${stage} ${image}`)
      expect(new Set(turns).size).toBe(turns.length)
    })
  })

  it('a rebake has, waits for, or has lost a lock, and never two of these', () => {
    always(({ claims: locks }) => {
      const keys = [...locks.held, ...locks.queue, ...locks.superseded].map(keyOf)
      expect(new Set(keys).size).toBe(keys.length)
    })
  })

  it('who is superseded is so by a newer campaign, and no emergency by what is none', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), urgency, (steps, urgent) => {
        for (const { claims: locks } of run(steps, urgent, 2))
          for (const { by, number, emergency } of locks.superseded) {
            const other = Number(by.slice(1))
            expect(supersedes({ number: other, emergency: urgent[other] ?? false }, { number, emergency })).toBe(true)
          }
      }),
    )
  })

  it('everybody who waited is reported once: of the lock, or of having lost it', () => {
    always(({ before, claims: locks, each }) => {
      if (each.what !== 'tell') return
      const news = undelivered(before).map(keyOf)
      expect(new Set(news).size).toBe(news.length)
      // What is granted by telling others is news of its own.
      expect(undelivered(locks).filter((claim) => news.includes(keyOf(claim)))).toEqual([])
      expect(locks.superseded).toEqual([])
    })
  })

  it('an emergency never waits for an older roll-out', () => {
    always(({ claims: locks }) => {
      for (const waiting of locks.queue.filter(({ emergency, stage }) => emergency && stage === 'roll-out'))
        for (const other of locks.held)
          if (other.stage === 'roll-out' && other.image === waiting.image)
            expect(other.number).toBeGreaterThanOrEqual(waiting.number)
    })
  })

  it('nobody starves: when those who have a lock end, everybody has had one', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        urgency,
        fc.integer({ min: 1, max: 4 }),
        (steps, urgent, slots) => {
          let locks = [...run(steps, urgent, slots)].at(-1)?.claims ?? noLocks
          while (locks.held.length > 0) locks = grantLocks(releaseLock(locks, locks.held[0] as LockRequest), slots)
          expect(locks.queue).toEqual([])
        },
      ),
    )
  })
})
