import { describe, expect, it } from 'vitest'
import { examineLifetimes, type Kept } from '../../../cli/doctor/lifetimes.ts'
import type { Bake } from '../../../domain/releases/bake.ts'
import type { ImageRelease } from '../../../domain/releases/image-release.ts'

const now = '2026-09-30T06:00:00Z'
const day = 86_400
const retirement = { keep: 1, grace: day, failed: 7 * day, schedule: '', timezone: 'UTC', dryRun: false }
const release: ImageRelease = {
  image: 'web',
  version: '1.0.0/1',
  ami: 'ami-1',
  imageArn: 'arn:1',
  parentAmi: 'ami-p',
  definition: 'd',
  campaign: 'c',
  number: 1,
  bakedAt: '2026-09-01T00:00:00Z',
  copies: { here: [{ account: '111122223333', region: 'us-east-1', ami: 'ami-copy' }] },
  distributions: { here: ['arn:2'] },
}
const bake = (version: string, at?: string): Bake => {
  const begun = { image: 'web', version, imageArn: `arn:${version}`, parentAmi: '', campaign: 'c', startedAt: now }
  return at === undefined ? begun : Object.assign(begun, { ended: { at, as: 'failed' as const, reason: 'smoke' } })
}
const ami = (ImageId: string, madeBy = '') => ({ ImageId, Tags: [{ Key: 'Ec2ImageBuilderArn', Value: madeBy }] })

const found = (kept: Partial<Kept>) => {
  const known = { campaigns: 0, upstreams: {}, images: {} }
  const all = { fleet: { retirement }, known, catalog: [release], bakes: [], amis: [], now, ...kept }
  return [...examineLifetimes(all)].map(({ outcome, found: text }) => `${outcome}: ${text}`)
}

describe('what bakes have left', () => {
  it('is counted', () => {
    const bakes = [bake('1.0.0/2', '2026-09-29T00:00:00Z'), bake('1.0.0/3')]
    expect(
      found({ bakes, amis: [ami('ami-1'), ami('ami-copy'), ami('ami-2', 'arn:1.0.0/2'), ami('ami-3', 'arn:2')] }),
    ).toEqual(['pass: 4 AMIs in the build account: 1 release, 1 failed bake'])
  })

  it('is named where nobody knows what it is of', () => {
    const amis = [1, 2, 3, 4, 5, 6, 7].map((n) => ami(`ami-old-${n}`, `arn:old-${n}`))
    expect(found({ amis })[0]).toBe(
      'warning: 7 AMIs of the build account with the tag of the fleet are of no release and of no bake that Rebake remembers: ami-old-1, ami-old-2, ami-old-3, ami-old-4, ami-old-5 and 2 more',
    )
    expect(found({ amis: amis.slice(0, 1) })[0]).toContain(
      '1 AMI of the build account with the tag of the fleet is of no',
    )
  })

  it.each([
    ['2026-09-10T00:00:00Z', []],
    ['2026-09-09T00:00:00Z', ['warning: 1 version should be gone for two weeks: web 1.0.0/2']],
  ])('is named where it is over its life for weeks: of %s', (at, expected) => {
    expect(found({ bakes: [bake('1.0.0/2', at)] }).slice(0, -1)).toEqual(expected)
  })

  it('stays for ever where the fleet has no retirement', () => {
    const bakes = [bake('1.0.0/2', '2026-01-01T00:00:00Z'), bake('1.0.0/3')]
    expect(found({ fleet: {}, bakes })[0]).toBe(
      "warning: what 1 failed bake left stays for ever: the fleet has no 'retirement'",
    )
    expect(found({ fleet: {} })).toEqual(['pass: 0 AMIs in the build account: 1 release, 0 failed bakes'])
  })
})
