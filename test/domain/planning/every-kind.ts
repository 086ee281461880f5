import type { Fleet } from '../../../domain/fleet/model.ts'
import type { Announcement } from '../../../domain/planning/announcements.ts'
import { exampleFleet } from '../../support/fleets.ts'

/** The build account and region of the example fleet. */
export const own = '111122223333'
const region = 'us-west-2'
/** Accounts of upstreams. */
export const soe = '444455556666'
export const team = '777788889999'
export const publicParameter = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'

/** The example fleet with upstreams of every kind; an image stands on each of the new ones. */
export function everyKind(): Fleet {
  const fleet = exampleFleet()
  const architecture = 'x86_64'
  const upstreams: Fleet['upstreams'] = {
    'amazon-linux': { parameter: { name: publicParameter, architecture } },
    'rhel-soe': { parameter: { name: '/soe/rhel9', account: soe, amiName: 'soe-rhel9-*', architecture } },
    'debian-soe': { parameter: { name: '/soe/debian12', owner: soe, architecture } },
    'suse-soe': { image: { name: 'soe-suse', architecture } },
    'graviton-soe': { event: { account: team, architecture: 'arm64', emergencies: true } },
    'sap-soe': {
      event: { account: team, owner: soe, amiName: 'soe-sap-*', architecture, emergencies: false },
    },
  }
  const image = fleet.images['web-frontend'] as Fleet['images'][string]
  const images = Object.keys(upstreams).map((upstream) => [
    `${upstream.split('-')[0]}-base`,
    { ...image, parent: upstream },
  ])
  return {
    ...fleet,
    upstreams: { ...fleet.upstreams, ...upstreams },
    images: { ...fleet.images, ...Object.fromEntries(images) },
  }
}

const envelope = { id: 'c1', account: soe, time: '2026-09-08T09:00:00Z', region, resources: [] }
export const announcedAmi = 'ami-0a1b2c3d4e5f67890'

/** For each kind of event one that is accepted. */
export const announcements: Record<'ami' | 'parameter' | 'image' | 'event', Announcement> = {
  ami: {
    ...envelope,
    'detail-type': 'EC2 AMI State Change',
    detail: { ImageId: announcedAmi, State: 'available' },
  },
  parameter: {
    ...envelope,
    'detail-type': 'Parameter Store Change',
    detail: { operation: 'Update', name: '/soe/rhel9', type: 'String' },
  },
  image: {
    ...envelope,
    'detail-type': 'EC2 Image Builder Image State Change',
    account: own,
    resources: [`arn:aws:imagebuilder:${region}:${own}:image/soe-suse/1.2.0/3`],
    detail: { state: { status: 'AVAILABLE' } },
  },
  event: {
    ...envelope,
    'detail-type': 'SOE AMI Released',
    account: team,
    detail: { version: '1', upstream: 'graviton-soe', ami: announcedAmi },
  },
}
