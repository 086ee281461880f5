import { describe, expect, it } from 'vitest'
import { emptyFleetState, type FleetState } from '../../../domain/planning/fleet-state.ts'
import type { ImageRelease, Placement } from '../../../domain/releases/image-release.ts'
import {
  planRollback,
  type RollbackPlan,
  type RollbackRequest,
  rebakedBecauseOf,
  wentBack,
} from '../../../domain/releases/rollback.ts'
import { fleetOf } from '../../rehearsal/ring-rehearsal.ts'

const small = fleetOf({
  early: { accounts: ['200000000001'], regions: ['us-west-2'], launchTemplates: ['{image}-web'] },
  everyone: { accounts: ['200000000002'], regions: ['us-west-2', 'us-east-1'] },
})
const child = { ...small.images.base, parent: 'base' } as (typeof small.images)[string]
const fleet = { ...small, images: { ...small.images, child } }

const place = (account: string, region: string, n: number): Placement => ({
  account,
  region,
  ami: `ami-${account.at(-1)}${region}-${n}`,
})
const early = (n: number) => ({ early: [place('200000000001', 'us-west-2', n)] })
const everywhere = (n: number) => ({
  ...early(n),
  everyone: ['us-west-2', 'us-east-1'].map((region) => place('200000000002', region, n)),
})

const release = (n: number, more: Partial<ImageRelease> = {}): ImageRelease => ({
  image: 'base',
  version: `1.0.${n}/1`,
  ami: `ami-${n}`,
  imageArn: `arn:${n}`,
  parentAmi: `ami-soe-${n}`,
  definition: 'd',
  campaign: `c${n}`,
  number: n,
  bakedAt: `2026-09-0${n}T00:00:00Z`,
  releasedAt: `2026-09-0${n}T12:00:00Z`,
  distributed: everywhere(n),
  ...more,
})
const asked = { at: '2026-09-09T00:00:00Z', by: 'me', reason: 'it crashes', operation: 'rollback-base' }
const { releasedAt: _, ...neverReleased } = release(3)
const halfWay = { ...neverReleased, distributed: early(3) }

/** The newest first. */
const plan = (releases: ImageRelease[], more: Partial<RollbackRequest> = {}) =>
  planRollback(fleet, releases.toReversed(), { image: 'base', ...more })
const planned = (...asked: Parameters<typeof plan>) => plan(...asked) as RollbackPlan
const versions = ({ from, to, previous, leaves }: RollbackPlan) => [
  from.version,
  to.version,
  previous?.version,
  leaves.map(({ version }) => version),
]
const v = (n: number) => `1.0.${n}/1`

describe('what an image rolls back to', () => {
  it.each<[string, ImageRelease[], Partial<RollbackRequest>, unknown[]]>([
    [
      'the newest good one before what targets have',
      [release(1), release(2), release(3)],
      {},
      [v(3), v(2), v(1), [v(3)]],
    ],
    ['nothing is before the first', [release(1), release(2)], {}, [v(2), v(1), undefined, [v(2)]]],
    [
      'from what is on its way, though it is not stable',
      [release(1), release(2), halfWay],
      {},
      [v(3), v(2), v(1), [v(3)]],
    ],
    [
      'not from a candidate that no target has',
      [release(1), release(2), { ...neverReleased, distributed: {} }],
      {},
      [v(2), v(1), undefined, [v(2)]],
    ],
    [
      'not to one that was revoked',
      [release(1), release(2, { revoked: asked }), release(3)],
      {},
      [v(3), v(1), undefined, [v(3), v(2)]],
    ],
    [
      'not to one whose AMIs are gone',
      [release(1), release(2, { retired: { deprecatedAt: 'then', removedAt: 'now' } }), release(3)],
      {},
      [v(3), v(1), undefined, [v(3), v(2)]],
    ],
    [
      'to one whose AMIs are deprecated: they still launch',
      [release(2, { retired: { deprecatedAt: 'then' } }), release(3)],
      {},
      [v(3), v(2), undefined, [v(3)]],
    ],
    [
      'the same when it is asked for again',
      [release(1), release(2), release(3, { rolledBack: asked })],
      {},
      [v(3), v(2), v(1), [v(3)]],
    ],
    [
      'not to one that it went back from before',
      [release(1), release(2, { rolledBack: asked }), release(3)],
      {},
      [v(3), v(1), undefined, [v(3), v(2)]],
    ],
    [
      'to that all the same where somebody names it',
      [release(1), release(2, { rolledBack: asked }), release(3)],
      { to: v(2) },
      [v(3), v(2), v(1), [v(3)]],
    ],
    [
      'to what it is: pointers that somebody moved are put right',
      [release(1), release(2)],
      { to: v(2) },
      [v(2), v(2), v(1), []],
    ],
    [
      'in one ring: from what that ring has',
      [release(1), release(2), halfWay],
      { ring: 'everyone' },
      [v(2), v(1), undefined, [v(2)]],
    ],
  ])('%s', (_, releases, more, expected) => {
    expect(versions(planned(releases, more))).toEqual(expected)
  })

  it.each<[string, ImageRelease[], Partial<RollbackRequest>]>([
    ['the fleet has no image other', [], { image: 'other' }],
    ['base does not go to a ring late: its rings are early, everyone', [], { ring: 'late' }],
    ['no target has ever had a release of base', [{ ...neverReleased, distributed: {} }], {}],
    ['no target of ring everyone has ever had a release of base', [halfWay], { ring: 'everyone' }],
    ['there is no good release of base before 1.0.1/1; good ones are 1.0.1/1', [release(1)], {}],
    ['there is no release 9 of base; good ones are 1.0.2/1, 1.0.1/1', [release(1), release(2)], { to: '9' }],
    [
      'base 1.0.1/1 was revoked: it crashes; good ones are 1.0.2/1',
      [release(1, { revoked: asked }), release(2)],
      { to: v(1) },
    ],
    [
      'the AMIs of base 1.0.1/1 are gone since now; good ones are 1.0.2/1',
      [release(1, { retired: { deprecatedAt: 'then', removedAt: 'now' } }), release(2)],
      { to: v(1) },
    ],
    ['base 1.0.3/1 was never through its last ring', [halfWay], { to: v(3) }],
  ])('is refused: %s', (refused, releases, more) => {
    expect(plan(releases, more)).toEqual({ refused })
  })
})

describe('where', () => {
  it('has, for each target, the AMI that it had, and what is previous there', () => {
    const { rings, problems } = planned([release(1), release(2), release(3)])
    expect(problems).toEqual([])
    expect(rings).toEqual([
      {
        ring: 'early',
        parameter: '/golden-images/base',
        launchTemplates: [{ name: 'base-web', default: true }],
        targets: early(2).early.map((target, i) => ({ ...target, previous: early(1).early[i]?.ami })),
      },
      {
        ring: 'everyone',
        parameter: '/golden-images/base',
        launchTemplates: [],
        targets: everywhere(2).everyone.map((target, i) => ({
          ...target,
          previous: everywhere(1).everyone[i]?.ami,
        })),
      },
    ])
  })

  it('names targets that never had it, and does not guess', () => {
    const { rings, problems } = planned([release(1, { distributed: early(1) }), release(2)])
    expect(rings.map(({ ring, targets }) => [ring, targets.length])).toEqual([
      ['early', 1],
      ['everyone', 0],
    ])
    expect(problems).toEqual(['ring everyone: 200000000002 us-west-2, 200000000002 us-east-1: never had 1.0.1/1'])
  })

  it('names a ring that the image does not go to any more', () => {
    const gone = { ...everywhere(2), gone: [place('200000000009', 'us-west-2', 2)] }
    const releases = [release(1), release(2, { distributed: gone })]
    expect(planned(releases).problems).toEqual([
      'ring gone: base does not go there any more, and its targets keep what they have',
    ])
    expect(planned(releases, { ring: 'early' }).problems).toEqual([])
  })

  it('leaves a previous as it is where the one before never was', () => {
    const { rings } = planned([release(1, { distributed: early(1) }), release(2), release(3)])
    expect(rings.map(({ targets }) => targets.every(({ previous }) => previous === undefined))).toEqual([false, true])
  })
})

describe('what is known then', () => {
  const last = (parentAmi: string) => ({
    ami: 'a',
    version: '1',
    parentAmi,
    definition: 'd',
    at: 't',
    campaign: 'c',
  })
  const known: FleetState = {
    ...emptyFleetState,
    images: {
      base: { last: last('ami-soe-3'), released: { ami: 'ami-3', version: v(3) } },
      child: { last: last('ami-3') },
    },
  }

  it('is that children are baked from it', () => {
    const after = wentBack(known, release(2, { emergency: true }), 'now')
    expect(after.images.base).toEqual({
      last: {
        ami: 'ami-2',
        version: v(2),
        parentAmi: 'ami-soe-2',
        definition: 'd',
        campaign: 'c2',
        number: 2,
        at: '2026-09-02T00:00:00Z',
        emergency: true,
      },
      released: { ami: 'ami-2', version: v(2), at: 'now' },
    })
    expect(after.images.child).toBe(known.images.child)
  })

  it.each([
    ['was baked from something newer', {}, ['child']],
    ['was baked from it', { last: last('ami-2') }, []],
    ['was never baked', { last: undefined }, []],
    ['is held itself', { held: { at: 't', by: 'me', reason: 'mine' } }, []],
  ])('is that a child is rebaked that %s: %j', (_, more, expected) => {
    const now = { ...known, images: { ...known.images, child: { ...known.images.child, ...more } } } as FleetState
    expect(rebakedBecauseOf(fleet, now, release(2))).toEqual(expected)
  })
})
