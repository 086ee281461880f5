import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyFleetState, type FleetState } from '../../../domain/planning/fleet-state.ts'
import * as learn from '../../../domain/planning/transitions.ts'

describe('whatever happens in whatever order', () => {
  const names = ['web', 'api']
  const step = fc.record({
    what: fc.constantFrom('planned', 'begun', 'passed', 'failed', 'ended', 'closed', 'gaveUp' as const),
    image: fc.constantFrom(...names),
    number: fc.integer({ min: 1, max: 4 }),
    parentAmi: fc.constantFrom('ami-0000000a', 'ami-0000000b'),
    definition: fc.constantFrom('d1', 'd2'),
  })
  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

  const apply = (known: FleetState, { what, image, number, ...made }: Step, minute: number): FleetState => {
    const at = new Date(Date.parse('2026-09-08T09:00:00Z') + minute * 60_000).toISOString()
    const bake = { ...made, at, campaign: `c${number}` }
    if (what === 'planned')
      return learn.recordPlan(
        known,
        bakeOf(number),
        names.map((each) => ({ image: each })),
      )
    if (what === 'begun') return learn.recordBakeStarted(known, image, bake)
    if (what === 'passed') return learn.recordCandidate(known, image, { ...bake, ami: 'ami-1', version: '1.0.0/1' })
    if (what === 'failed') return learn.recordBakeFailed(known, image, { ...bake, failed: 'why', failedAt: at })
    if (what === 'ended') return learn.removePending(known, image, bake.campaign)
    return what === 'closed' ? learn.recordCampaignClosed(known, bake.campaign) : learn.recordGivenUp(known, image)
  }
  const bakeOf = (number: number) => ({ campaign: `c${number}`, number })
  const always = (check: (before: FleetState, after: FleetState, step: Step) => void) =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let known = emptyFleetState
        steps.forEach((each, minute) => {
          const after = apply(known, each, minute)
          check(known, after, each)
          known = after
        })
      }),
    )
  const pendingOf = (known: FleetState, image: string) => known.images[image]?.pending ?? []

  it('a campaign is pending once for an image, and an older before a newer', () => {
    always((_, after) => {
      for (const image of names) {
        const numbers = pendingOf(after, image).map(({ number }) => number)
        expect(numbers).toEqual([...new Set(numbers)].sort())
      }
    })
  })

  it('what passed, failed or ended is pending no more, and nothing else changes of who is', () => {
    always((before, after, { what, image, number }) => {
      if (!['passed', 'failed', 'ended'].includes(what)) return
      const others = pendingOf(before, image).filter(({ campaign }) => campaign !== `c${number}`)
      expect(pendingOf(after, image)).toEqual(others)
    })
  })

  it('a closed campaign leaves nothing, and takes nothing of others', () => {
    always((before, after, { what, number }) => {
      if (what !== 'closed') return
      for (const image of names) {
        const { pending = [], ...rest } = before.images[image] ?? {}
        const { pending: left = [], ...same } = after.images[image] ?? {}
        expect(left).toEqual(pending.filter(({ campaign }) => campaign !== `c${number}`))
        expect(same).toEqual(rest)
      }
    })
  })

  it('what fails again is counted, and what is tried again starts from one', () => {
    always((before, after, { image }) => {
      const [one, two] = [before.images[image]?.attempt, after.images[image]?.attempt]
      if (!one || !two || one.campaign === two.campaign) return
      const same = one.parentAmi === two.parentAmi && one.definition === two.definition
      expect(two.tries).toBe(same && one.failed !== undefined ? one.tries + 1 : 1)
    })
  })

  it('what is known of a bake that was begun later is not lost to one that was begun before', () => {
    always((before, after, { image }) => {
      const [one, two] = [before.images[image]?.attempt, after.images[image]?.attempt]
      if (one) expect((two?.at ?? '') >= one.at).toBe(true)
    })
  })

  it('one image has no effect on another', () => {
    always((before, after, { what, image }) => {
      if (what === 'planned' || what === 'closed') return
      const other = names.find((name) => name !== image) as string
      expect(after.images[other]).toEqual(before.images[other])
    })
  })
})
