import { describe, expect, it } from 'vitest'
import { type AmiFacts, checkAmi, type Expected } from '../../../domain/validation/ami.ts'

const good: AmiFacts = {
  ami: 'ami-0123456789abcdef0',
  state: 'available',
  ownerId: '111122223333',
  public: false,
  architecture: 'x86_64',
  bootMode: 'uefi-preferred',
  imdsSupport: 'v2.0',
  sourceAmi: 'ami-0fedcba9876543210',
  rootDevice: '/dev/xvda',
  volumes: [
    { device: '/dev/xvda', sizeGiB: 20, encrypted: true },
    { device: '/dev/sdb', sizeGiB: 100, encrypted: true },
  ],
  tags: { team: 'payments' },
}
const expected: Expected = {
  buildAccount: '111122223333',
  parentAmi: 'ami-0fedcba9876543210',
  checks: {
    architecture: 'x86_64',
    bootMode: 'uefi-preferred',
    imdsv2: true,
    encrypted: true,
    maxRootSize: 20,
    tags: ['team'],
  },
}
const failures = (facts: AmiFacts) =>
  checkAmi(facts, expected)
    .filter(({ passed }) => !passed)
    .map(({ check, detail }) => `${check}: ${detail}`)

describe('the checks of an AMI', () => {
  it('passes one that is as it must be, with evidence of each check', () => {
    expect(failures(good)).toEqual([])
    expect(checkAmi(good, expected)).toHaveLength(10)
  })

  it.each<[Partial<AmiFacts>, string]>([
    [{ state: 'pending' }, 'state: expected available, found pending'],
    [{ ownerId: '999999999999' }, 'owner: expected account 111122223333, found account 999999999999'],
    [{ public: true }, 'not public: expected a private AMI, found a public AMI'],
    [{ architecture: 'arm64' }, 'architecture: expected x86_64, found arm64'],
    [{ bootMode: 'legacy-bios' }, 'boot mode: expected uefi-preferred, found legacy-bios'],
    [{ bootMode: undefined }, 'boot mode: expected uefi-preferred, found none set'],
    [{ imdsSupport: undefined }, 'IMDSv2: expected IMDSv2 required, found IMDSv1 allowed'],
    [
      { volumes: [{ device: '/dev/xvda', sizeGiB: 20, encrypted: false }] },
      'encryption: expected every volume encrypted, found /dev/xvda unencrypted',
    ],
    [
      { volumes: [{ device: '/dev/xvda', sizeGiB: 21, encrypted: true }] },
      'root size: expected 20 GiB at most, found 21 GiB',
    ],
    [{ tags: {} }, 'tags: expected the tags team, found no team'],
    [{ sourceAmi: 'ami-00000000000000001' }, 'parent: expected ami-0fedcba9876543210, found ami-00000000000000001'],
  ])('%j fails as %s', (change, failure) => {
    expect(failures({ ...good, ...change })).toEqual([failure])
  })

  it('has the root that the fleet names, where it names one', () => {
    const named = (rootDevice: string) =>
      checkAmi(good, { ...expected, checks: { ...expected.checks, rootDevice } }).find(
        ({ check }) => check === 'root device',
      )
    expect(named('/dev/xvda')).toMatchObject({ passed: true })
    expect(named('/dev/sda1')).toEqual({
      check: 'root device',
      passed: false,
      detail:
        'expected /dev/sda1, as its recipe calls it: with another name it is a second volume, and the root stays as the parent has it, found /dev/xvda',
    })
  })

  it('does not look at what the fleet does not ask for', () => {
    const checks = { architecture: 'x86_64' as const, imdsv2: false, encrypted: false, tags: [] }
    const lax = { ...expected, checks }
    const plain = { ...good, imdsSupport: undefined, volumes: [], tags: {}, sourceAmi: undefined }
    expect(checkAmi(plain, lax).map(({ check }) => check)).toEqual(['state', 'owner', 'not public', 'architecture'])
  })

  it('fails an AMI without volumes rather than calling it encrypted', () => {
    expect(failures({ ...good, volumes: [] })).toHaveLength(2)
  })
})
