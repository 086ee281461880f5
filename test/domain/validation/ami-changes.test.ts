import { describe, expect, it } from 'vitest'
import type { AmiFacts } from '../../../domain/validation/ami.ts'
import { compareAmi } from '../../../domain/validation/ami-changes.ts'

const before: AmiFacts = {
  ami: 'ami-0b',
  state: 'available',
  ownerId: '111122223333',
  public: false,
  architecture: 'x86_64',
  bootMode: 'uefi-preferred',
  rootDevice: '/dev/xvda',
  volumes: [
    { device: '/dev/xvda', sizeGiB: 20, encrypted: true },
    { device: '/dev/sdb', sizeGiB: 100, encrypted: true },
  ],
  tags: { team: 'payments', tier: 'gold', 'rebake:campaign': 'c1', CreatedBy: 'EC2 Image Builder' },
}
const previous = { version: '1.0.3/1', ami: 'ami-0b', facts: before }
const failures = (change: Partial<AmiFacts>, maxGrowth?: number) =>
  compareAmi({ ...before, ...change }, previous, { maxGrowth })
    .filter(({ passed }) => !passed)
    .map(({ check, detail }) => `${check}: ${detail}`)

describe('an AMI beside its previous release', () => {
  it.each<[string, Partial<AmiFacts>, number | undefined, string[]]>([
    ['nothing moved', {}, 0, []],
    [
      'another architecture',
      { architecture: 'arm64' },
      undefined,
      ['same architecture: expected x86_64 as in 1.0.3/1, found arm64'],
    ],
    [
      'another boot mode',
      { bootMode: 'legacy-bios' },
      undefined,
      ['same boot mode: expected uefi-preferred as in 1.0.3/1, found legacy-bios'],
    ],
    [
      'no boot mode any more',
      { bootMode: undefined },
      undefined,
      ['same boot mode: expected uefi-preferred as in 1.0.3/1, found none set'],
    ],
    [
      'dropped tags, those of others aside',
      { tags: { added: 'x' } },
      undefined,
      ['kept tags: expected the tags of 1.0.3/1, found no team, tier'],
    ],
    ['a tag of another value', { tags: { ...before.tags, team: 'orders' } }, undefined, []],
    [
      'grown by more than is allowed, over all volumes',
      { volumes: [{ device: '/dev/xvda', sizeGiB: 131, encrypted: true }] },
      10,
      ['growth: expected 10 GiB at most, found 11 GiB more than 1.0.3/1'],
    ],
    ['grown by what is allowed', { volumes: [{ device: '/dev/xvda', sizeGiB: 130, encrypted: true }] }, 10, []],
    ['shrunk', { volumes: [{ device: '/dev/xvda', sizeGiB: 8, encrypted: true }] }, 0, []],
    ['grown where nobody minds', { volumes: [{ device: '/dev/xvda', sizeGiB: 900, encrypted: true }] }, undefined, []],
  ])('%s', (_, change, maxGrowth, failed) => {
    expect(failures(change, maxGrowth)).toEqual(failed)
  })

  it.each([
    ['is the first', undefined, 'nothing is compared: there is no previous release'],
    [
      'stands after one whose AMI is gone',
      { version: '1.0.3/1', ami: 'ami-0b' },
      'nothing is compared: ami-0b, the AMI of the previous release 1.0.3/1, is gone',
    ],
  ])('says so where it %s', (_, earlier, detail) => {
    expect(compareAmi(before, earlier, { maxGrowth: 0 })).toEqual([{ check: 'comparison', passed: true, detail }])
  })
})
