import { describe, expect, it } from 'vitest'
import {
  judgeParent,
  type NamedVolume,
  type ParentFacts,
  parentText,
  type WantedParent,
  wantedParent,
} from '../../../domain/validation/parent.ts'
import { oneImage } from '../../support/one-image.ts'

const root = { device: '/dev/xvda', sizeGiB: 8, encrypted: true }
const second = { device: '/dev/sdb', sizeGiB: 20, encrypted: false }

const facts = (more: Partial<ParentFacts> = {}): ParentFacts => ({
  ami: 'ami-1',
  ownerId: '444455556666',
  state: 'available',
  architecture: 'x86_64',
  bootMode: 'uefi-preferred',
  rootDevice: '/dev/xvda',
  rootType: 'ebs',
  volumes: [root],
  snapshots: {},
  defaults: { encrypts: false, key: 'aws' },
  ...more,
})
const named = (device: string, more: Partial<NamedVolume> = {}): NamedVolume => ({ device, encryption: 'key', ...more })
const wanted = (more: Partial<WantedParent> = {}): WantedParent => ({
  image: 'web',
  parent: 'soe',
  upstream: 'soe',
  volumes: [named('/dev/xvda')],
  adopted: false,
  rootDevice: '/dev/xvda',
  leaves: true,
  encrypted: true,
  architecture: 'x86_64',
  ...more,
})
const twoVolumes = facts({ volumes: [root, second] })
const withSecond = (more: Partial<NamedVolume> = {}) =>
  wanted({ volumes: [named('/dev/xvda'), named('/dev/sdb', more)] })
const adopted = (...volumes: NamedVolume[]): WantedParent => {
  const { rootDevice: _, ...others } = wanted({ adopted: true, volumes })
  return others
}

const toName =
  "add { device: /dev/sdb } to images.web.volumes, which encrypts it with the fleet's key, or { device: /dev/sdb, omit: true }, which leaves it out"

describe('a parent that an image cannot be baked on', () => {
  const cases: [what: string, facts: ParentFacts, wanted: WantedParent, findings: string[]][] = [
    [
      'has a second volume that nobody encrypts',
      twoVolumes,
      wanted(),
      [`its volume /dev/sdb (20 GiB) is not encrypted, and stays so: ${toName}`],
    ],
    [
      'has a second volume that the account encrypts with a key of AWS',
      facts({ volumes: [root, second], defaults: { encrypts: true, key: 'aws' } }),
      wanted(),
      [
        `its volume /dev/sdb (20 GiB) is encrypted with a key that AWS manages, alias/aws/ebs, in the AMI of web, which then reaches no other account: ${toName}`,
      ],
    ],
    [
      'is shared, and has an encrypted second volume: it gets the default key',
      facts({ volumes: [root, { ...second, encrypted: true }] }),
      wanted(),
      [expect.stringContaining('its volume /dev/sdb (20 GiB) is encrypted with a key that AWS manages')],
    ],
    [
      'is of the account, and has a volume with a key of AWS',
      facts({
        volumes: [root, { ...second, encrypted: true, key: 'aws' }],
        defaults: { encrypts: false, key: 'customer' },
      }),
      wanted(),
      [expect.stringContaining('is encrypted with a key that AWS manages')],
    ],
    [
      'has another root than the recipe names',
      facts({ rootDevice: '/dev/sda1', volumes: [{ ...root, device: '/dev/sda1' }] }),
      wanted(),
      [
        'its root device is /dev/sda1, and the recipe of web calls it /dev/xvda, which would be a second volume: write rootDevice: /dev/sda1 in upstreams.soe, and what it is as root in images.web',
      ],
    ],
    [
      'would have a second root',
      facts(),
      wanted({ volumes: [named('/dev/xvda'), named('/dev/sda1', { size: 40 })] }),
      [
        'its root device is /dev/xvda, and /dev/sda1 of web would be a second root: write root in images.web in place of that volume',
      ],
    ],
    [
      'has a root that no recipe names',
      facts({ volumes: [{ ...root, encrypted: false }] }),
      wanted({ volumes: [named('/dev/sdf', { size: 8 })] }),
      [
        'its volume /dev/xvda (8 GiB) is not encrypted, and stays so: write rootDevice: /dev/xvda in upstreams.soe, and root: {} in images.web',
      ],
    ],
    [
      'has larger volumes',
      twoVolumes,
      withSecond({ size: 10 }),
      ['/dev/sdb has 20 GiB in it, and EC2 makes no volume smaller: write size: 20, or more, for it in images.web'],
    ],
    [
      'has volumes too small for their type',
      twoVolumes,
      withSecond({ type: 'st1' }),
      ['/dev/sdb has 20 GiB, and EC2 expects 125 to 16,000 GiB of type st1: give it a size in images.web'],
    ],
    [
      'has no such volume to have the size from',
      facts(),
      withSecond(),
      ['it has no volume /dev/sdb, so the one of web is a new one: give it a size'],
    ],
    [
      'has no such volume to leave out',
      facts(),
      withSecond({ omit: true }),
      ['it has no volume /dev/sdb that images.web could omit: take that out of its volumes'],
    ],
    [
      'is asked for a snapshot that is not there',
      twoVolumes,
      withSecond({ snapshot: 'snap-1' }),
      ['there is no snapshot snap-1 for the volume /dev/sdb of web: correct it in its volumes'],
    ],
    [
      'is asked for a snapshot that is larger',
      facts({ snapshots: { 'snap-1': { sizeGiB: 50 } } }),
      withSecond({ snapshot: 'snap-1', size: 40 }),
      ['/dev/sdb has 50 GiB in snap-1, and EC2 makes no volume smaller: write size: 50, or more, for it in images.web'],
    ],
    [
      'boots another way',
      facts({ bootMode: undefined }),
      wanted({ bootMode: 'uefi' }),
      [
        'its boot mode is not set, which no bake changes, and images.web.checks.ami.bootMode demands uefi: correct one of them',
      ],
    ],
    [
      'is of another architecture',
      facts({ architecture: 'arm64' }),
      wanted(),
      ['it is arm64, and the instances of web are x86_64: correct the architecture of upstreams.soe'],
    ],
    [
      'is not available',
      facts({ state: 'disabled' }),
      wanted(),
      ['it is disabled, so nothing can be launched from it'],
    ],
    [
      'has its root on an instance store',
      facts({ rootType: 'instance-store', volumes: [] }),
      wanted(),
      ['its root is on an instance store, which Image Builder makes no AMI of: ask its owner for one on EBS'],
    ],
    [
      'gets nothing from the recipe of an adopted pipeline',
      facts({ volumes: [root, second], defaults: { encrypts: true, key: 'aws' } }),
      adopted(named('/dev/xvda', { encryption: 'default' })),
      [
        expect.stringMatching(
          /\/dev\/sdb .*: give \/dev\/sdb a kmsKeyId in the blockDeviceMappings of the recipe of web$/,
        ),
        expect.stringMatching(/\/dev\/xvda .*: give \/dev\/xvda a kmsKeyId in the blockDeviceMappings/),
      ],
    ],
    [
      'gets a key of AWS from the recipe of an adopted pipeline',
      facts(),
      adopted(named('/dev/xvda', { encryption: 'key of AWS' })),
      [expect.stringContaining('is encrypted with a key that AWS manages')],
    ],
    [
      'gets a new volume with a key of AWS from the recipe of an adopted pipeline',
      facts(),
      adopted(named('/dev/xvda'), named('/dev/sdf', { size: 8, encryption: 'default' })),
      [expect.stringMatching(/its volume \/dev\/sdf \(8 GiB\) is encrypted with a key that AWS manages/)],
    ],
  ]
  it.each(cases)('%s', (_, of, asked, findings) => expect(judgeParent(of, asked)).toEqual(findings))
})

describe('a parent that an image can be baked on', () => {
  const cases: [what: string, facts: ParentFacts, wanted: WantedParent][] = [
    ['has volumes that the image names', twoVolumes, withSecond()],
    ['has a volume that the image leaves out', twoVolumes, withSecond({ omit: true })],
    ['has none of the image’s further volumes', facts(), withSecond({ size: 10 })],
    [
      'gets one from a snapshot',
      facts({ snapshots: { 'snap-1': { sizeGiB: 50 } } }),
      withSecond({ snapshot: 'snap-1' }),
    ],
    [
      'is encrypted with a key of its owner, who is the account',
      facts({ volumes: [root, { ...second, encrypted: true, key: 'customer' }] }),
      wanted(),
    ],
    [
      'gets the default key, which is a customer’s',
      facts({ volumes: [root, second], defaults: { encrypts: true, key: 'customer' } }),
      wanted(),
    ],
    [
      'has a key of AWS, in the account',
      facts({ volumes: [root, second], defaults: { encrypts: true, key: 'aws' } }),
      wanted({ leaves: false }),
    ],
    ['need not be encrypted', twoVolumes, wanted({ encrypted: false })],
    [
      'has its volumes encrypted by an adopted recipe',
      twoVolumes,
      adopted(named('/dev/xvda'), named('/dev/sdb', { size: 30 })),
    ],
    ['boots as the check demands', facts(), wanted({ bootMode: 'uefi-preferred' })],
  ]
  it.each(cases)('%s', (_, of, asked) => expect(judgeParent(of, asked)).toEqual([]))
})

it('says in one sentence which AMI, why and what to do', () =>
  expect(parentText('ami-1', wanted(), ['it is one', 'it is another'])).toBe(
    'ami-1, the AMI of soe: it is one; it is another. Nothing was baked',
  ))

describe('what an image wants of its parent', () => {
  const of = (...changes: [string, string][]) => wantedParent(oneImage(...changes), 'web')
  const volumes = 'volumes: [{ device: /dev/xvda, size: 20 }]'

  it('is its volumes, and that its check passes', () => {
    expect(of()).toEqual({
      image: 'web',
      parent: 'soe',
      upstream: 'soe',
      volumes: [{ device: '/dev/xvda', size: 20, type: 'gp3', encryption: 'key' }],
      adopted: false,
      rootDevice: '/dev/xvda',
      leaves: true,
      encrypted: true,
      architecture: 'x86_64',
    })
  })

  it('is no more than its rings and its check demand', () => {
    const checks = `${volumes}\n    checks: { ami: { mode: advisory, bootMode: uefi } }`
    expect(of([volumes, checks], ['222233334444', '111122223333'])).toMatchObject({ leaves: false, encrypted: false })
    expect(of([volumes, checks])).not.toHaveProperty('bootMode')
    expect(of([volumes, `${volumes}\n    checks: { ami: { bootMode: uefi } }`])).toHaveProperty('bootMode', 'uefi')
  })

  it('is decided by the recipe of a pipeline that was there before', () => {
    const arn = 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/web'
    const adopting = of(
      [`    infrastructure: linux\n    components: [hello]\n    ${volumes}`, `    pipeline: ${arn}`],
      ['platform: Linux, ami', 'platform: Linux, rootDevice: /dev/xvda, ami'],
    )
    expect(adopting).toMatchObject({ adopted: true, volumes: [] })
    expect(adopting).not.toHaveProperty('rootDevice')
  })
})
