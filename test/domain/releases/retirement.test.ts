import { describe, expect, it } from 'vitest'
import type { FleetState } from '../../../domain/planning/fleet-state.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import type { ImageRelease } from '../../../domain/releases/image-release.ts'
import { planRetirement, retiredOf, retirementName } from '../../../domain/releases/retirement.ts'

const day = 86_400
const time = '2026-09-20T06:00:00Z'
const policy = { keep: 2, grace: 14 * day, failed: 7 * day }

/** Releases of `web`, the oldest first, one a week; each was through its last ring unless it says otherwise. */
const releases = (...more: Partial<ImageRelease>[]): ImageRelease[] =>
  more.map((each, at) => ({
    image: 'web',
    version: `1.0.${at}/1`,
    ami: `ami-${at}`,
    imageArn: 'arn',
    parentAmi: 'ami-p',
    definition: 'd',
    campaign: 'c',
    number: at,
    bakedAt: `2026-0${at + 1}-01T00:00:00Z`,
    releasedAt: `2026-0${at + 1}-02T00:00:00Z`,
    ...each,
  }))

const pointing = (last: number, stable: number, held?: object): FleetState => ({
  ...emptyFleetState,
  images: {
    web: {
      last: { ami: `ami-${last}`, version: '', parentAmi: '', definition: '', at: '', campaign: '' },
      released: { ami: `ami-${stable}`, version: '' },
      ...(held && { held }),
    } as FleetState['images'][string],
  },
})

const draws = (catalog: ImageRelease[], known: FleetState, of = policy) =>
  Object.fromEntries(
    planRetirement({ catalog, known, policy: of, time }).map(({ version, action, reason }) => [
      version,
      `${action}: ${reason}`,
    ]),
  )

const never = { releasedAt: undefined } as unknown as Partial<ImageRelease>
const deprecated = (at: string) => ({ retired: { deprecatedAt: at } })
const revoked = { revoked: { at: '', by: '', reason: 'CVE-2026-1', operation: '' } }

describe('what becomes of releases', () => {
  it('keeps the last, what pointers have, and what they roll back to', () => {
    expect(draws(releases({}, {}, {}, {}, {}), pointing(4, 1))).toEqual({
      '1.0.4/1': 'keep: the candidate',
      '1.0.3/1': 'keep: one of the last 2',
      '1.0.2/1': 'deprecate: older than the last 2',
      '1.0.1/1': 'keep: the stable one',
      '1.0.0/1': 'keep: the one before the stable one',
    })
  })

  it('keeps the last that went through all rings, however many came after them and did not', () => {
    expect(draws(releases({}, {}, {}, never, never, never), pointing(5, 2), { ...policy, keep: 1 })).toEqual({
      '1.0.5/1': 'keep: the candidate',
      '1.0.4/1': 'deprecate: older than the last 1',
      '1.0.3/1': 'deprecate: older than the last 1',
      '1.0.2/1': 'keep: the stable one',
      '1.0.1/1': 'keep: the one before the stable one',
      '1.0.0/1': 'deprecate: older than the last 1',
    })
  })

  it.each([
    ['2026-09-06T06:00:00Z', 'remove: older than the last 2, and deprecated since 2026-09-06T06:00:00Z'],
    ['2026-09-06T06:00:01Z', 'wait: older than the last 2, and deprecated since 2026-09-06T06:00:01Z'],
  ])('removes what is deprecated for the whole of its grace: since %s', (since, action) => {
    const catalog = releases(deprecated(since), {}, {}, {})
    expect(draws(catalog, pointing(3, 3))['1.0.0/1']).toBe(action)
  })

  it('says when it will be removed', () => {
    const catalog = releases(deprecated('2026-09-13T06:00:00Z'), {}, {}, {})
    const plan = planRetirement({ catalog, known: pointing(3, 3), policy, time })
    expect(plan.at(-1)).toMatchObject({ action: 'wait', removeAt: '2026-09-27T06:00:00.000Z' })
  })

  it('keeps all of an image that is held, and what is deprecated of it already', () => {
    const held = { at: time, by: 'arn', reason: 'incident' }
    const catalog = releases(deprecated('2026-01-01T00:00:00Z'), {}, {}, {})
    expect(draws(catalog, pointing(3, 3, held))['1.0.0/1']).toBe('keep: the image is held')
  })

  it('retires what was revoked, however new, and though its image is held', () => {
    const held = { at: time, by: 'arn', reason: 'incident' }
    const catalog = releases({}, {}, {}, revoked)
    expect(draws(catalog, pointing(3, 3, held))).toMatchObject({
      '1.0.3/1': 'deprecate: revoked: CVE-2026-1',
      '1.0.2/1': 'keep: one of the last 2',
      '1.0.1/1': 'keep: one of the last 2',
    })
  })

  it('says nothing of what is gone', () => {
    const gone = { retired: { deprecatedAt: '2026-01-01T00:00:00Z', removedAt: '2026-02-01T00:00:00Z' } }
    expect(draws(releases(gone, {}, {}), pointing(2, 2))).not.toHaveProperty(['1.0.0/1'])
  })

  it('goes image by image, and keeps the last of one that the fleet has no more', () => {
    const other = releases({}, {}, {}).map((release) => ({ ...release, image: 'gone' }))
    expect(
      planRetirement({ catalog: [...other, ...releases({})], known: pointing(0, 0), policy, time }).map(
        ({ image, action }) => `${image} ${action}`,
      ),
    ).toEqual(['gone keep', 'gone keep', 'gone deprecate', 'web keep'])
  })
})

it.each([
  [undefined, 'deprecate', { deprecatedAt: time }],
  [{ deprecatedAt: 'before' }, 'deprecate', { deprecatedAt: 'before' }],
  [{ deprecatedAt: 'before' }, 'remove', { deprecatedAt: 'before', removedAt: time }],
] as const)('remembers when it was: %j, then %s', (retired, action, now) => {
  expect(retiredOf(retired ? { retired } : {}, action, time)).toEqual(now)
})

it('names a run after its time', () => {
  expect(retirementName(time)).toBe('retire-20260920T060000Z')
})
