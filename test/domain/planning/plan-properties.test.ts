import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { descendantsOf } from '../../../domain/fleet/graph.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import type { FleetState } from '../../../domain/planning/fleet-state.ts'
import { planCampaign } from '../../../domain/planning/plan.ts'
import { recordPlan } from '../../../domain/planning/transitions.ts'
import type { Trigger } from '../../../domain/triggers.ts'
import { arbitraryFleet } from '../../support/fleets.ts'
import { current, cve, cycle, drift, made, manual, next, older, release, situationOf, upstream } from './situations.ts'

describe('of any fleet, in any situation', () => {
  /** What may be known of the images of a fleet, and of its upstreams. */
  const arbitraryKnown = (among: Fleet): fc.Arbitrary<Partial<FleetState>> => {
    const parentAmi = fc.constantFrom(older, current, next)
    const definition = fc.constantFrom('d1', 'd0')
    const bake = fc.record({ parentAmi, definition }).map((more) => made(more.parentAmi, more))
    const pending = fc.record(
      { campaign: fc.constant('other'), number: fc.constant(1) },
      { requiredKeys: ['campaign', 'number'] },
    )
    const image = fc.record(
      {
        last: bake.map((found) => ({ ...found, ami: current, version: '1.0.0/1' })),
        attempt: bake.map((found) => ({ ...found, tries: 1 })),
        pending: fc.array(pending, { minLength: 1, maxLength: 1 }),
      },
      { requiredKeys: [] },
    )
    const all = <T>(names: string[], value: fc.Arbitrary<T>) =>
      fc
        .tuple(...names.map((name) => fc.option(value).map((found) => (found === null ? {} : { [name]: found }))))
        .map((parts) => Object.assign({}, ...parts) as Record<string, T>)
    return fc.record({
      upstreams: all(
        Object.keys(among.upstreams),
        parentAmi.map((ami) => upstream(ami)),
      ),
      images: all(Object.keys(among.images), image),
    })
  }
  const arbitraryTrigger = (among: Fleet): fc.Arbitrary<Trigger> => {
    const images = fc.subarray(Object.keys(among.images), { minLength: 1 })
    const one = fc.constantFrom(...Object.keys(among.images))
    return fc
      .tuple(
        fc.oneof(
          fc.constantFrom(...Object.keys(among.upstreams)).map((name) => release(current, name)),
          fc.constantFrom('all', ...Object.keys(among.patchCycles)).map((name) => cycle(name)),
          images.map((names) => manual(...names)),
          one.map((name) => cve(name)),
          images.map((names) => drift(...names)),
        ),
        fc.boolean(),
      )
      .map(([trigger, emergency]) => ({ ...trigger, emergency }))
  }
  const cases = arbitraryFleet().chain((among) =>
    fc.record({
      among: fc.constant(among),
      trigger: arbitraryTrigger(among),
      known: arbitraryKnown(among),
      later: arbitraryKnown(among),
    }),
  )
  const planOf = ({ among, trigger, known }: { among: Fleet; trigger: Trigger; known: Partial<FleetState> }) =>
    planCampaign(among, trigger, situationOf(among, known)).images

  it('everything is decided once, and what descends from a bake is baked', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const images = planOf(each)
        expect(images.map(({ image }) => image).sort()).toEqual(Object.keys(each.among.images).sort())
        const baked = images.filter(({ decision }) => decision === 'bake').map(({ image }) => image)
        for (const image of baked) expect(baked).toEqual(expect.arrayContaining(descendantsOf(each.among, image)))
      }),
    )
  })

  it('a bake starts when its parent is baked, or has an AMI to start from', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const images = planOf(each)
        const baked = images.filter(({ decision }) => decision === 'bake')
        for (const { parent, parentAmi, startsAfterSeconds, order } of baked) {
          const before = baked.find(({ image }) => image === parent)
          expect(startsAfterSeconds).toBe(before ? before.startsAfterSeconds + before.bakeSeconds : 0)
          expect(parentAmi === undefined).toBe(before !== undefined)
          expect(order).toBeGreaterThan(before?.order ?? 0)
        }
        expect(baked.map(({ order }) => order)).toEqual(baked.map((_, at) => at + 1))
        for (const { reason } of images) expect(reason).not.toMatch(/undefined|null|^$/)
      }),
    )
  })

  it('without a situation, a release bakes just what descends from its upstream', () => {
    fc.assert(
      fc.property(arbitraryFleet(), (among) => {
        for (const name of Object.keys(among.upstreams)) {
          const { images } = planCampaign(among, release(current, name))
          const baked = images.filter(({ decision }) => decision === 'bake').map(({ image }) => image)
          expect(baked.sort()).toEqual(descendantsOf(among, name).sort())
        }
      }),
    )
  })

  it('planned again, whatever has happened since, the same is baked from the same', () => {
    fc.assert(
      fc.property(cases, (each) => {
        const { among, trigger, known, later } = each
        const first = planOf(each).filter(({ decision }) => decision === 'bake')
        fc.pre(first.length > 0)
        const since = recordPlan(situationOf(among, later).known, { campaign: 'this', number: 2 }, first)
        const again = planOf({ among, trigger, known: { ...known, ...since } })
        expect(
          again.filter(({ decision }) => decision === 'bake').map(({ image, parentAmi }) => [image, parentAmi]),
        ).toEqual(first.map(({ image, parentAmi }) => [image, parentAmi]))
      }),
    )
  })
})
