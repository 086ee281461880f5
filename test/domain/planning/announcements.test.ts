import { describe, expect, it } from 'vitest'
import { type Announcement, readAnnouncement } from '../../../domain/planning/announcements.ts'
import type { Refused } from '../../../domain/planning/refusals.ts'
import { announcedAmi as ami, announcements, everyKind, own, soe, team } from './every-kind.ts'

const fleet = everyKind()
type Kind = keyof typeof announcements
type Change = Partial<Announcement>
const read = (kind: Kind, { detail, ...change }: Change = {}, among = fleet) =>
  readAnnouncement(among, {
    ...announcements[kind],
    ...change,
    detail: { ...announcements[kind].detail, ...detail },
  })
const amis = ['al2023-soe', 'ubuntu-soe', 'windows-soe']
const suse = 'arn:aws:imagebuilder:us-west-2:111122223333:image/soe-suse'

describe('an event is read as a release', () => {
  it.each<[string, Kind, Change, object]>([
    ['an AMI that is available', 'ami', {}, { upstreams: amis, look: { ami } }],
    // Whose AMI it is, EC2 says: the account of the event is only who forwarded it.
    ['an AMI, anybody who forwards it', 'ami', { account: team }, { upstreams: amis, look: { ami } }],
    ['a parameter of another account', 'parameter', {}, { upstreams: ['rhel-soe'], look: { newestOf: 'rhel-soe' } }],
    [
      'a parameter that was created',
      'parameter',
      { detail: { operation: 'Create' } },
      { upstreams: ['rhel-soe'], look: { newestOf: 'rhel-soe' } },
    ],
    [
      'a parameter of the build account',
      'parameter',
      { account: own, detail: { name: '/soe/debian12' } },
      { upstreams: ['debian-soe'], look: { newestOf: 'debian-soe' } },
    ],
    ['an Image Builder image', 'image', {}, { upstreams: ['suse-soe'], look: { imageArn: `${suse}/1.2.0/3` } }],
    ['an announcement', 'event', {}, { upstreams: ['graviton-soe'], look: { ami } }],
    [
      'an announcement with everything',
      'event',
      { detail: { emergency: true, reason: 'CVE-2026-1234' } },
      { upstreams: ['graviton-soe'], look: { ami }, emergency: true, reason: 'CVE-2026-1234' },
    ],
    // What an upstream may not say of itself, the judgement takes from it.
    [
      'an announcement that may not call an emergency',
      'event',
      { detail: { upstream: 'sap-soe', emergency: true } },
      { upstreams: ['sap-soe'], look: { ami }, emergency: true },
    ],
  ])('%s', (_, kind, change, expected) => {
    expect(read(kind, change)).toEqual(expected)
  })

  it('of every upstream that has the parameter', () => {
    const { 'rhel-soe': rhel } = fleet.upstreams
    const both = { ...fleet, upstreams: { ...fleet.upstreams, 'rhel-arm': rhel } } as typeof fleet
    expect(read('parameter', {}, both)).toMatchObject({ upstreams: ['rhel-soe', 'rhel-arm'] })
  })
})

describe('an event is refused, for somebody must look', () => {
  it.each<[string, Kind, Change, Refused]>([
    [
      'an AMI of another region',
      'ami',
      { region: 'eu-west-1' },
      {
        code: 'other-region',
        refused: 'it is in eu-west-1, and the fleet bakes in us-west-2; copy it there and share that copy',
      },
    ],
    [
      'a parameter that was deleted',
      'parameter',
      { detail: { operation: 'Delete' } },
      { code: 'parameter-deleted', refused: 'the parameter /soe/rhel9 was deleted' },
    ],
    [
      'an announcement of an upstream that is none',
      'event',
      { detail: { upstream: 'gravitn-soe' } },
      {
        code: 'unknown-upstream',
        upstream: 'gravitn-soe',
        refused: "the fleet has no upstream 'gravitn-soe' that announces its own releases",
      },
    ],
    [
      'an announcement of an upstream of another kind',
      'event',
      { detail: { upstream: 'al2023-soe' } },
      {
        code: 'unknown-upstream',
        upstream: 'al2023-soe',
        refused: "the fleet has no upstream 'al2023-soe' that announces its own releases",
      },
    ],
    [
      'an announcement of what every object has',
      'event',
      { detail: { upstream: 'constructor' } },
      {
        code: 'unknown-upstream',
        upstream: 'constructor',
        refused: "the fleet has no upstream 'constructor' that announces its own releases",
      },
    ],
    [
      'an announcement by another account',
      'event',
      { account: soe },
      {
        code: 'wrong-announcer',
        upstream: 'graviton-soe',
        refused: `account ${soe} announced it, and graviton-soe is announced by ${team}`,
      },
    ],
    [
      'an announcement in another version',
      'event',
      { detail: { version: '2' } },
      {
        code: 'malformed',
        refused:
          'its detail is not what docs/soe-ami-released.schema.json says: version: Invalid type: Expected "1" but received "2"',
      },
    ],
  ])('%s', (_, kind, change, refused) => {
    expect(read(kind, change)).toEqual(refused)
  })
})

describe('an event is ignored, for it is about something else', () => {
  const { 'suse-soe': _, ...upstreams } = fleet.upstreams
  it.each<[string, Kind, Change, string]>([
    ['an AMI that failed', 'ami', { detail: { State: 'failed' } }, 'it is failed, not available'],
    [
      'another parameter',
      'parameter',
      { detail: { name: '/soe/rhel8' } },
      `no upstream is the parameter /soe/rhel8 of account ${soe} in us-west-2`,
    ],
    [
      'the parameter in another account',
      'parameter',
      { account: team },
      `no upstream is the parameter /soe/rhel9 of account ${team} in us-west-2`,
    ],
    [
      'the parameter in another region',
      'parameter',
      { region: 'eu-west-1' },
      `no upstream is the parameter /soe/rhel9 of account ${soe} in eu-west-1`,
    ],
    [
      'an image whose name only begins like it',
      'image',
      { resources: [`${suse}-next/1.0.0/1`] },
      `no upstream is the image ${suse}-next/1.0.0/1`,
    ],
    ['no image at all', 'image', { resources: [] }, 'no upstream is the image '],
    [
      'another event',
      'ami',
      { 'detail-type': 'EC2 Instance State-change Notification' },
      "'EC2 Instance State-change Notification' announces no release",
    ],
  ])('%s', (_, kind, change, ignored) => {
    expect(read(kind, change)).toEqual({ ignored })
  })

  it.each<[Kind, string]>([
    ['ami', `no upstream is the AMIs of account ${soe}`],
    ['parameter', `no upstream is the parameter /soe/rhel9 of account ${soe} in us-west-2`],
    ['image', `no upstream is the image ${suse}/1.2.0/3`],
  ])('of the kind %s, where no upstream is of that kind', (kind, ignored) => {
    const other = { upstreams: { 'graviton-soe': upstreams['graviton-soe'] } }
    expect(read(kind, {}, { ...fleet, ...other } as typeof fleet)).toEqual({ ignored })
  })
})
