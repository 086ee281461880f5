import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RefusalCode } from '../../../domain/planning/refusals.ts'
import {
  type Announcement,
  compareWithNewest,
  type ReleasedAmi,
  verifyRelease,
} from '../../../domain/planning/upstream-release.ts'
import { sourcesOfKind } from '../../../domain/upstream-kinds.ts'
import { announcedAmi as ami, everyKind, own, soe, team } from './every-kind.ts'

const fleet = everyKind()
const time = '2026-09-08T09:00:00Z'
const image: ReleasedAmi = {
  ami,
  ownerId: soe,
  name: 'soe-al2023-2026.09.1',
  architecture: 'x86_64',
  state: 'available',
  created: '2026-09-08T08:00:00.000Z',
}
const amis = ['al2023-soe', 'ubuntu-soe', 'windows-soe']
const judged = (upstreams: string[], seen: Partial<ReleasedAmi> = {}, said: Partial<Announcement> = {}) =>
  verifyRelease(fleet, { upstreams, ami, time, ...said }, { ...image, ...seen })

describe('a release', () => {
  it('is believed when owner, name and architecture are as the fleet expects', () => {
    expect(judged(amis)).toEqual({
      releases: [
        {
          kind: 'release',
          upstream: 'al2023-soe',
          ami,
          amiName: image.name,
          time,
          reason: `al2023-soe released ${ami}`,
        },
      ],
    })
  })

  const amazon = { ownerId: '137112412989', ownerAlias: 'amazon', name: 'al2023-ami-2023.1' }
  it.each<[string, string, Partial<ReleasedAmi>]>([
    ['AMIs of an account', 'ubuntu-soe', { name: 'soe-ubuntu-2404-7' }],
    ["Amazon's, which a public parameter names", 'amazon-linux', amazon],
    ["the parameter's account's, with the name", 'rhel-soe', { name: 'soe-rhel9-2' }],
    ['of any name, where none is expected', 'debian-soe', { name: 'whatever' }],
    ['an image of the build account', 'suse-soe', { ownerId: own, name: 'soe-suse 2026-09-08' }],
    ["the announcing team's", 'graviton-soe', { ownerId: team, architecture: 'arm64' }],
    ["another account's, where the fleet says so", 'sap-soe', { name: 'soe-sap-3' }],
  ])('is believed of every kind of upstream: %s', (_, upstream, seen) => {
    expect(judged([upstream], seen)).toMatchObject({ releases: [{ upstream }] })
  })

  it.each<[string, string[], Partial<ReleasedAmi>, RefusalCode, string]>([
    ['is not available', amis, { state: 'pending' }, 'not-available', 'it is pending, not available'],
    [
      'has another owner',
      amis,
      { ownerId: '999999999999' },
      'wrong-owner',
      'its owner is account 999999999999, and no upstream of the fleet names that account as its owner',
    ],
    [
      'has another owner than the one that is named',
      ['sap-soe'],
      { ownerId: team, name: 'soe-sap-3' },
      'wrong-owner',
      `its owner is account ${team}, and sap-soe expects ${soe}`,
    ],
    [
      "is not Amazon's, though it has its name",
      ['amazon-linux'],
      { ...amazon, ownerAlias: undefined },
      'wrong-owner',
      'its owner is account 137112412989, and amazon-linux expects amazon',
    ],
    [
      'is of the marketplace',
      ['amazon-linux'],
      { ...amazon, ownerAlias: 'aws-marketplace' },
      'wrong-owner',
      'its owner is account 137112412989, and amazon-linux expects amazon',
    ],
    [
      'is of another architecture: the AMI that a parameter names',
      ['rhel-soe'],
      { architecture: 'arm64', name: 'soe-rhel9-1' },
      'wrong-architecture',
      'its architecture is arm64, and rhel-soe expects another',
    ],
    [
      'is of another architecture: an image',
      ['suse-soe'],
      { architecture: 'arm64', ownerId: own },
      'wrong-architecture',
      'its architecture is arm64, and suse-soe expects another',
    ],
    [
      'is of another architecture: an announcement',
      ['sap-soe'],
      { architecture: 'arm64', name: 'soe-sap-3' },
      'wrong-architecture',
      'its architecture is arm64, and sap-soe expects another',
    ],
    [
      'has another name than its parameter may name',
      ['rhel-soe'],
      { name: 'soe-rhel8-1' },
      'wrong-name',
      "its name is 'soe-rhel8-1', and the fleet expects 'soe-rhel9-*' (rhel-soe)",
    ],
    [
      'has another name than its team may announce',
      ['sap-soe'],
      { name: 'soe-rhel9-1' },
      'wrong-name',
      "its name is 'soe-rhel9-1', and the fleet expects 'soe-sap-*' (sap-soe)",
    ],
    [
      'is a product of this fleet',
      ['suse-soe'],
      { ownerId: own, bakedAs: 'web-frontend' },
      'own-image',
      'it was baked by this fleet, as web-frontend: an image would be its own upstream, and never come to rest',
    ],
  ])('is refused when it %s', (_, upstreams, seen, code, refused) => {
    expect(judged(upstreams, seen)).toEqual({ code, refused })
  })

  it('is not there yet when the build account cannot see it', () => {
    expect(verifyRelease(fleet, { upstreams: amis, ami, time }, undefined)).toEqual({
      unseen: `the build account ${own} cannot see it; share the AMI and its KMS key with that account`,
    })
  })

  it('is ignored under a name that no upstream of its owner expects: an account has many AMIs', () => {
    expect(judged(amis, { name: 'test' })).toEqual({
      ignored: `its name is 'test', and the upstreams of account ${soe} expect 'soe-al2023-*' (al2023-soe), 'soe-ubuntu-2404-*' (ubuntu-soe), 'soe-windows-2022-*' (windows-soe)`,
    })
  })

  it('is ignored where an account publishes another architecture under the same names', () => {
    expect(judged(amis, { architecture: 'arm64' })).toEqual({
      ignored: 'its architecture is arm64, and al2023-soe expects another',
    })
  })
})

describe('an emergency', () => {
  const arm = { ownerId: team, architecture: 'arm64' }
  it.each<[string, string, Partial<ReleasedAmi>, Partial<Announcement>, object]>([
    [
      'counts where the fleet allows it',
      'graviton-soe',
      arm,
      { emergency: true },
      { emergency: true, reason: `graviton-soe released ${ami}` },
    ],
    [
      'is a release like others where it does not, and says so',
      'sap-soe',
      { name: 'soe-sap-3' },
      { emergency: true, reason: 'CVE-2026-1' },
      {
        reason: `sap-soe released ${ami}: CVE-2026-1 (called an emergency, which the fleet does not let it do)`,
      },
    ],
    [
      'is not what is not called one',
      'graviton-soe',
      arm,
      { emergency: false, reason: 'monthly' },
      { reason: `graviton-soe released ${ami}: monthly` },
    ],
  ])('%s', (_, upstream, seen, said, expected) => {
    const judgement = judged([upstream], seen, said) as { releases: object[] }
    const base = { kind: 'release', upstream, ami, amiName: seen.name ?? image.name, time }
    expect(judgement.releases).toEqual([{ ...base, ...expected }])
  })
})

describe('where a release stands', () => {
  const newest = { ami: 'ami-0000000b', created: '2026-09-08T08:00:00.000Z' }
  const known = { ami: newest.ami, newest }
  it.each<[string, Parameters<typeof compareWithNewest>[0], string, string, string]>([
    ['the first', undefined, 'ami-0000000a', '2020-01-01T00:00:00.000Z', 'newer'],
    ['a later one', known, 'ami-0000000a', '2026-09-08T08:00:01.000Z', 'newer'],
    ['one of the same second, by its id', known, 'ami-0000000c', newest.created, 'newer'],
    ['one of the same second, before it', known, 'ami-0000000a', newest.created, 'older'],
    ['an earlier one', known, 'ami-0000000c', '2026-09-08T07:59:59.000Z', 'older'],
    ['itself', known, newest.ami, newest.created, 'known'],
    ['itself, where a person went back from it', { ami: 'ami-0000000a', newest }, newest.ami, newest.created, 'known'],
    [
      'what a person rolled back to',
      { ami: 'ami-0000000a', newest },
      'ami-0000000a',
      '2026-09-01T08:00:00.000Z',
      'known',
    ],
  ])('%s', (_, before, id, created, standing) => {
    expect(compareWithNewest(before, { ami: id, created })).toBe(standing)
  })

  it('is one order: of two releases the one is newer, and the other older', () => {
    const one = fc.record({
      ami: fc.constantFrom('ami-0000000a', 'ami-0000000b', 'ami-0000000c'),
      created: fc.constantFrom('2026-09-08T08:00:00.000Z', '2026-09-08T08:00:01.000Z'),
    })
    fc.assert(
      fc.property(one, one, (a, b) => {
        fc.pre(a.ami !== b.ami)
        const standing = (before: typeof a, after: typeof a) =>
          compareWithNewest({ ami: before.ami, newest: before }, after)
        expect([standing(a, b), standing(b, a)].sort()).toEqual(['newer', 'older'])
      }),
    )
  })
})

it.each([
  ['ami' as const, amis],
  ['parameter' as const, ['amazon-linux', 'rhel-soe', 'debian-soe']],
])('finds the upstreams of the kind %s, in the order of the fleet', (kind, upstreams) => {
  expect(sourcesOfKind(fleet, kind).map(([name]) => name)).toEqual(upstreams)
})
