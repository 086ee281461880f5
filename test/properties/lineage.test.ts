import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { upstreamOf } from '../../domain/fleet/graph.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { emptyFleetState, type FleetState } from '../../domain/planning/fleet-state.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import { ancestorsOf, descendantsOf, findRelease } from '../../domain/releases/lineage.ts'
import { planRevocation } from '../../domain/releases/revocation.ts'
import { arbitraryFleet } from '../support/fleets.ts'
import { fakeRelease } from '../support/releases.ts'

/** What a bake is from: its parent's newest, one of before, whatever another image has, or nobody knows what. */
type From = 'newest' | 'older' | 'another' | 'unknown'
interface Bake {
  pick: number
  from: From
  which: number
}

const bakes = fc.array(
  fc.record({
    pick: fc.nat(),
    from: fc.constantFrom<From>('newest', 'newest', 'newest', 'older', 'another', 'unknown'),
    which: fc.nat(),
  }),
  { maxLength: 60 },
)

/** The releases of a fleet's images, and of one that the fleet has no more, in the order of their bakes. */
function historyOf(fleet: Fleet, made: readonly Bake[]): ImageRelease[] {
  const images = [...Object.keys(fleet.images), 'gone']
  const releases: ImageRelease[] = []
  for (const [at, { pick, from, which }] of made.entries()) {
    const image = images[pick % images.length] as string
    const parent = fleet.images[image]?.parent ?? images[which % images.length]
    const parents = releases.filter((release) => release.image === parent)
    const sources: Record<From, string | undefined> = {
      newest: parents.at(-1)?.ami,
      older: parents[which % Math.max(1, parents.length)]?.ami,
      another: releases[which % Math.max(1, releases.length)]?.ami,
      unknown: `ami-unknown-${which % 5}`,
    }
    const parentAmi = sources[from] ?? `ami-of-${fleet.images[image] ? upstreamOf(fleet, image) : 'gone'}`
    releases.push(fakeRelease({ image, version: `1.0.${at}/1`, ami: `ami-${at}`, parentAmi }))
  }
  return releases
}

/** Every pair of a release and one that it comes from, by adding what follows from the pairs until nothing does. */
function pairsOf(releases: readonly ImageRelease[]): Set<string> {
  const pairs = new Set(
    releases.flatMap((child) =>
      releases.filter(({ ami }) => ami === child.parentAmi).map((parent) => `${parent.ami}>${child.ami}`),
    ),
  )
  for (let size = -1; size !== pairs.size; ) {
    size = pairs.size
    for (const { ami: a } of releases)
      for (const { ami: b } of releases)
        for (const { ami: c } of releases) if (pairs.has(`${a}>${b}`) && pairs.has(`${b}>${c}`)) pairs.add(`${a}>${c}`)
  }
  return pairs
}

const amis = (releases: readonly ImageRelease[]) => releases.map(({ ami }) => ami)
const histories = fc
  .tuple(arbitraryFleet(), bakes)
  .map(([fleet, made]) => historyOf(fleet, made))
  .chain((history) =>
    fc.record({
      history: fc.constant(history),
      // The ledger gives them image by image, not by age.
      catalog: fc.shuffledSubarray(history, { minLength: history.length }),
    }),
  )

describe('lineage', () => {
  it('is what the parent links say, both ways', () => {
    fc.assert(
      fc.property(histories, ({ catalog, history }) => {
        const pairs = pairsOf(history)
        for (const release of catalog) {
          const up = ancestorsOf(catalog, release)
          const down = descendantsOf(catalog, release)
          const expectedUp = history.filter(({ ami }) => pairs.has(`${ami}>${release.ami}`))
          const expectedDown = history.filter(({ ami }) => pairs.has(`${release.ami}>${ami}`))
          expect(amis(up).toSorted()).toEqual(amis(expectedUp).toSorted())
          expect(amis(down).toSorted()).toEqual(amis(expectedDown).toSorted())
          // The nearest parent first; below, nothing before what it was baked from.
          expect([release, ...up].slice(0, -1).map(({ parentAmi }) => parentAmi)).toEqual(amis(up))
          const before = new Set([release.ami])
          for (const each of down) {
            expect(before.has(each.parentAmi)).toBe(true)
            before.add(each.ami)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('of an AMI that is no release is all that comes from it', () => {
    fc.assert(
      fc.property(histories, ({ catalog, history }) => {
        const known = new Set(amis(history))
        const strangers = new Set(history.map(({ parentAmi }) => parentAmi).filter((ami) => !known.has(ami)))
        const found = [...strangers].flatMap((ami) => amis(descendantsOf(catalog, { ami })))
        // Each release comes from one stranger: nothing is lost, nothing is reported twice.
        expect(found.toSorted()).toEqual(amis(history).toSorted())
        for (const ami of strangers) expect(findRelease(catalog, ami)).toBeUndefined()
        expect(descendantsOf(catalog, { ami: 'ami-nobody-knows' })).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

describe('a revocation with descendants', () => {
  it('is of what the parent links say, disables each AMI once, and rolls back to none of it', () => {
    fc.assert(
      fc.property(arbitraryFleet(), bakes, fc.nat(), (fleet, made, pick) => {
        const history = historyOf(fleet, made).map((release, day) => ({
          ...release,
          bakedAt: new Date(day * 86_400_000).toISOString(),
          // Two in three went through their rings.
          ...(day % 3 > 0 && { releasedAt: 'then' }),
        }))
        fc.pre(history.length > 0)
        const { image, version, ami } = history[pick % history.length] as ImageRelease
        const pairs = pairsOf(history)
        const expected = history.filter((each) => each.ami === ami || pairs.has(`${ami}>${each.ami}`))
        const known = knownOf(history)
        const asked = { image, version, descendants: true, force: false }
        const planned = planRevocation({ fleet, known, catalog: history }, asked)
        expect(amis(planned?.releases ?? []).toSorted()).toEqual(amis(expected).toSorted())
        const disabled = planned?.withdrawals.flatMap((each) => each.amis.map((one) => one.ami)) ?? []
        expect(disabled.toSorted()).toEqual(amis(expected).toSorted())

        const revoked = new Set(amis(expected))
        const pointed = (name: string) => revoked.has(known.images[name]?.last?.ami ?? '')
        const goodOf = (name: string) =>
          history.findLast((each) => each.image === name && each.releasedAt && !revoked.has(each.ami))
        for (const name of new Set(expected.map((each) => each.image)))
          if (pointed(name)) {
            const back = planned?.goBack.find((each) => each.image === name)
            const good = name in fleet.images ? goodOf(name)?.version : undefined
            expect(back?.to).toBe(good)
            expect(planned?.stranded.includes(name)).toBe(goodOf(name) === undefined)
            expect(planned?.rebake.includes(name)).toBe(name in fleet.images)
          }
      }),
      { numRuns: 100 },
    )
  })
})

/** Every image's newest is what children bake from. */
const knownOf = (history: readonly ImageRelease[]): FleetState => ({
  ...emptyFleetState,
  images: Object.fromEntries(
    history.map(({ image, ami, version, parentAmi, definition, bakedAt: at, campaign }) => [
      image,
      { last: { ami, version, parentAmi, definition, at, campaign }, released: { ami, version } },
    ]),
  ),
})
