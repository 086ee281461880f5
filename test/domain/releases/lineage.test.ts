import { describe, expect, it } from 'vitest'
import { ancestorsOf, descendantsOf, findRelease, placesOf } from '../../../domain/releases/lineage.ts'
import { fakeRelease, placed } from '../../support/releases.ts'

const revoked = { at: '2026-09-04T06:00:00Z', by: 'alice', reason: 'CVE', operation: 'o' }
const base = fakeRelease({ image: 'base', ami: 'ami-1', bakedAt: '2026-09-01T06:00:00Z' })
const java = fakeRelease({ image: 'java', ami: 'ami-2', parentAmi: 'ami-1' })
const web = [
  ['1.0.0/1', 'ami-3', { releasedAt: '2026-09-01T09:00:00Z' }],
  ['1.0.1/1', 'ami-4', { releasedAt: '2026-09-02T09:00:00Z' }],
  ['1.0.2/1', 'ami-5', { releasedAt: '2026-09-03T09:00:00Z', revoked }],
  ['1.0.3/1', 'ami-6', {}],
].map(([version, ami, more], at) =>
  fakeRelease({
    image: 'web',
    parentAmi: 'ami-2',
    version: String(version),
    ami: String(ami),
    bakedAt: `2026-09-0${at + 1}T07:00:00Z`,
    ...(more as object),
  }),
)
const [first] = web
const shipped = fakeRelease({
  image: 'api',
  ami: 'ami-7',
  copies: { canary: [placed('ami-8')] },
  distributed: { canary: [placed('ami-8')], everyone: [placed('ami-9', '234567890123')] },
})
const catalog = [base, java, ...web, shipped]

describe('a release is found', () => {
  it.each<[string, [string, string?], string | undefined]>([
    ['by its AMI', ['ami-2'], 'ami-2'],
    ['by a copy of it', ['ami-9'], 'ami-7'],
    ['not by an AMI that nobody knows', ['ami-0'], undefined],
    ['by its image and version', ['web', '1.0.2/1'], 'ami-5'],
    ['not by a version that its image does not have', ['web', '2.0.0/1'], undefined],
    ['by its image: the newest that is good', ['web'], 'ami-4'],
    ['by its image where none is good: the newest', ['java'], 'ami-2'],
    ['not by an image that nobody knows', ['nobody'], undefined],
  ])('%s', (_, asked, ami) => expect(findRelease(catalog, ...asked)?.ami).toBe(ami))
})

it('is in each place once, whether made there or verified', () => {
  expect(placesOf(shipped)).toEqual([
    { ring: 'canary', ...placed('ami-8') },
    { ring: 'everyone', ...placed('ami-9', '234567890123') },
  ])
})

it('goes up to what was baked from an upstream, and down to everything', () => {
  expect(ancestorsOf(catalog, first as typeof base)).toEqual([java, base])
  expect(ancestorsOf(catalog, base)).toEqual([])
  expect(descendantsOf(catalog, base)).toEqual([java, ...web])
  expect(descendantsOf(catalog, { ami: 'ami-soe' })).toEqual([base, shipped, java, ...web])
})
