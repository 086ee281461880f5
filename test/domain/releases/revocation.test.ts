import { describe, expect, it } from 'vitest'
import type { FleetState } from '../../../domain/planning/fleet-state.ts'
import type { ImageRelease } from '../../../domain/releases/image-release.ts'
import { planRevocation } from '../../../domain/releases/revocation.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { fakeRelease } from '../../support/releases.ts'

const fleet = exampleFleet()
const { build } = fleet
const base = 'al2023-hardened'
const child = 'al2023-java'
const leaf = 'payments-api'
const at = '2026-09-08T09:00:00Z'
const early = { account: '222233334444', region: 'us-west-2' }
const late = { account: '555566667777', region: 'us-west-2' }
const bakedAt = (day: number) => `2026-09-${String(day).padStart(2, '0')}T00:00:00Z`

/** Two generations of three images: the base of the second is bad. */
const [oldBase, oldChild, oldLeaf] = generation(1, {})
const [badBase, badChild, badLeaf] = generation(2, {
  copies: { early: [{ ...early, ami: 'ami-copy' }], everyone: [] },
  distributed: { early: [{ ...early, ami: 'ami-copy' }] },
})
const catalog = [badBase, badChild, badLeaf, oldBase, oldChild, oldLeaf]

function generation(day: number, where: Partial<ImageRelease>): [ImageRelease, ImageRelease, ImageRelease] {
  const version = `1.0.${day}/1`
  const good = { releasedAt: at, bakedAt: bakedAt(day), ...where }
  const first = fakeRelease({ image: base, version, ...good })
  const second = fakeRelease({ image: child, version, ...good, parentAmi: first.ami })
  return [first, second, fakeRelease({ image: leaf, version, ...good, parentAmi: second.ami })]
}

const knownOf = (...releases: ImageRelease[]): FleetState => ({
  campaigns: 2,
  upstreams: {},
  images: Object.fromEntries(
    releases.map(({ image, ami, version, parentAmi }) => [
      image,
      {
        last: { ami, version, parentAmi, definition: 'd1', at, campaign: 'c2' },
        released: { ami, version },
      },
    ]),
  ),
})
const known = knownOf(badBase, badChild, badLeaf)
const asked = { image: base, version: badBase.version, descendants: true, force: false }
const planned = (more: Partial<typeof asked> = {}, of = { known, catalog }) =>
  planRevocation({ fleet, ...of }, { ...asked, ...more })

describe('what a revocation does', () => {
  it('takes the descendants along, parents first, and rolls back to the last good release of each', () => {
    const { releases, goBack, rebake, stranded, spared } = planned() ?? {}
    expect(releases).toEqual([badBase, badChild, badLeaf])
    expect(goBack).toEqual([base, child, leaf].map((image) => ({ image, to: '1.0.1/1' })))
    expect(rebake).toEqual([base, child, leaf])
    expect([stranded, spared]).toEqual([[], []])
  })

  it('of one release alone says what is spared', () => {
    const { releases, goBack, spared } = planned({ descendants: false }) ?? {}
    expect(releases).toEqual([badBase])
    expect(goBack?.map(({ image }) => image)).toEqual([base])
    expect(spared).toEqual([badChild, badLeaf])
  })

  it('of a release that nothing has any more only disables', () => {
    const { goBack, rebake, stranded, withdrawals } = planned({ version: oldBase.version, descendants: false }) ?? {}
    expect([goBack, rebake, stranded]).toEqual([[], [], []])
    expect(withdrawals).toHaveLength(1)
  })

  it('goes back where a release is in its first ring only', () => {
    const now = knownOf(oldBase, oldChild, oldLeaf)
    expect(planned({ descendants: false }, { known: now, catalog })?.goBack).toEqual([{ image: base, to: '1.0.1/1' }])
  })

  it.each<[string, Partial<ImageRelease>]>([
    ['never released', { releasedAt: undefined } as never],
    ['revoked itself', { revoked: { at, by: 'ada', reason: 'bad', operation: 'o' } }],
    ['gone', { retired: { deprecatedAt: at, removedAt: at } }],
  ])('does not roll back to what was %s: the image is stranded', (_, more) => {
    const before = [{ ...oldBase, ...more }, oldChild, oldLeaf]
    const { goBack, stranded } = planned({}, { known, catalog: [badBase, badChild, badLeaf, ...before] }) ?? {}
    expect(goBack?.map(({ image }) => image)).toEqual([child, leaf])
    expect(stranded).toEqual([base])
  })

  it('disables the AMI of the build account and every copy, one batch for each owner', () => {
    const { withdrawals = [] } = planned({ descendants: false, force: true }) ?? {}
    expect(withdrawals).toEqual([
      {
        ...build,
        users: [build],
        protects: ['auto-scaling-group', 'instance'],
        otherwise: 'deprecate',
        force: true,
        amis: [{ image: base, version: '1.0.2/1', ami: badBase.ami, action: 'disable' }],
      },
      expect.objectContaining({
        ...early,
        users: [early],
        amis: [expect.objectContaining({ ami: 'ami-copy' })],
      }),
    ])
  })

  it('asks the accounts that it is shared with whether they use it', () => {
    const shared = fakeRelease({
      image: leaf,
      version: '1.0.3/1',
      copies: { early: [{ ...build, ami: 'ami-shared' }] },
      distributed: { early: [early, late].map((target) => ({ ...target, ami: 'ami-shared' })) },
    })
    const of = { known, catalog: [shared] }
    const { withdrawals } = planned({ image: leaf, version: '1.0.3/1' }, of) ?? {}
    expect(withdrawals?.map(({ users }) => users)).toEqual([[build, early, late]])
  })

  it('has nothing left to disable where all is gone, and knows no release that there is not', () => {
    const retired = { deprecatedAt: at, removedAt: at }
    const gone = { known, catalog: catalog.map((each) => ({ ...each, retired })) }
    expect(planned({}, gone)?.withdrawals).toEqual([])
    expect(planned({ version: '9.9.9/1' })).toBeUndefined()
  })

  it('says nothing of images that the fleet has no more but that their AMIs go', () => {
    const foreign = { ...badLeaf, image: 'forgotten' }
    const of = {
      known: knownOf(badBase, badChild, foreign),
      catalog: [badBase, badChild, foreign, oldBase, oldChild],
    }
    const { releases, goBack, rebake, withdrawals } = planned({}, of) ?? {}
    expect(releases).toContain(foreign)
    expect(goBack?.map(({ image }) => image)).toEqual([base, child])
    expect(rebake).toEqual([base, child])
    expect(withdrawals?.[0]?.amis.map(({ image }) => image)).toContain('forgotten')
  })
})
