import { expect, it } from 'vitest'
import type { ImageState } from '../../../domain/planning/fleet-state.ts'
import { channelsOf } from '../../../domain/releases/channels.ts'
import { fakeRelease } from '../../support/releases.ts'

const releases = [1, 2, 3, 4].map((day) =>
  fakeRelease({ ami: `ami-${day}`, version: `1.0.${day}/1`, releasedAt: `2026-09-0${day}T09:00:00Z` }),
)
const [one, two, three, four] = releases as [Release, Release, Release, Release]
type Release = (typeof releases)[number]
const bake = { parentAmi: 'ami-soe', definition: 'd1', at: '2026-09-01T06:00:00Z', campaign: 'c' }
const known = (last?: string, released?: string): ImageState => ({
  ...(last && { last: { ami: last, version: '1', ...bake } }),
  ...(released && { released: { ami: released, version: '1' } }),
})
const revoked = { at: '2026-09-05T06:00:00Z', by: 'alice', reason: 'CVE', operation: 'o' }
const retired = { deprecatedAt: '2026-09-05T06:00:00Z', removedAt: '2026-09-06T06:00:00Z' }
const candidate: Release = { ...four, releasedAt: undefined } as never

it.each<[string, ImageState, Release[], Record<string, string[]>]>([
  ['nothing', {}, [one], {}],
  ['a first candidate', known('ami-1'), [one], { 'ami-1': ['candidate'] }],
  [
    'a candidate beside what targets have',
    known('ami-4', 'ami-3'),
    [candidate, three, two],
    { 'ami-4': ['candidate'], 'ami-3': ['stable'], 'ami-2': ['previous'] },
  ],
  ['one for both', known('ami-1', 'ami-1'), [one], { 'ami-1': ['candidate', 'stable'] }],
  [
    'what was stable, after a promotion of an older one',
    known('ami-3', 'ami-2'),
    [three, two, one],
    { 'ami-3': ['candidate', 'previous'], 'ami-2': ['stable'] },
  ],
  [
    'after a rollback, the good one before it',
    known('ami-2', 'ami-2'),
    [{ ...three, rolledBack: revoked }, two, one],
    { 'ami-2': ['candidate', 'stable'], 'ami-1': ['previous'] },
  ],
  [
    'not one that was revoked, or is gone',
    known('ami-4', 'ami-4'),
    [four, { ...three, revoked }, { ...two, retired }, one],
    { 'ami-4': ['candidate', 'stable'], 'ami-1': ['previous'] },
  ],
])('points to %s', (_, state, all, expected) => {
  expect(Object.fromEntries(channelsOf(state, all))).toEqual(expected)
})
