import { sourceIn } from '../domain/fleet/graph.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import type { Source } from '../domain/fleet/upstreams.ts'
import { readAnnouncement } from '../domain/planning/announcements.ts'
import { type ReleasedAmi, upstreamsOfKind } from '../domain/planning/release.ts'
import type { EventEnvelope } from '../emulator/index.ts'
import { derivedFrom } from './derived-ids.ts'

/** An upstream's release, at a time (ISO 8601, whole seconds). All else follows from the two, whatever the seed. */
export interface PlannedRelease {
  upstream: string
  time: string
}

/** The AMI of a release or of an event, and whose release it is; undefined where it is nobody's. */
export type ImaginedAmi = ReleasedAmi & { upstream: string | undefined }

/** Amazon Linux is this account's; other AMIs of Amazon's have other owners, and the same alias. */
const amazon = '137112412989'

const chance = (upstream: string, time: string) => derivedFrom(`release/${upstream}/${time}`)
const amiOf = (upstream: string, time: string) => `ami-0${chance(upstream, time).fork('ami').hex(16)}`

/** What DescribeImages would say of the AMI that an upstream releases, where there is no AWS to ask. */
export function amiOfRelease(fleet: Fleet, { upstream, time }: PlannedRelease): ImaginedAmi {
  const source = sourceIn(fleet, upstream)
  return {
    ami: amiOf(upstream, time),
    ...(source.owner === 'amazon' ? { ownerId: amazon, ownerAlias: 'amazon' } : { ownerId: source.owner }),
    name: nameOf(source, upstream, time),
    architecture: source.architecture,
    state: 'available',
    created: new Date(time).toISOString(),
    upstream,
  }
}

/** As the fleet expects it, with the time for what may be anything: an account has a name only once. */
function nameOf(source: Source, upstream: string, time: string): string {
  const pattern = ('amiName' in source && source.amiName) || `${upstream}-*`
  const architecture = source.architecture === 'x86_64' ? '' : `-${source.architecture}`
  const stamp = time.slice(0, 16).replace('T', '-').replace(':', '')
  return pattern.replaceAll('*', `${stamp}${architecture}`).replaceAll('?', '0')
}

/** The ARN of the Image Builder image that an upstream releases; its version is the time. */
export function imageArnOf(fleet: Fleet, image: string, time: string): string {
  const [date = '', clock = ''] = time.split('T')
  const [year, month, day] = date.split('-').map(Number)
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  const version = `${year}.${(month ?? 0) * 100 + (day ?? 0)}.${hour * 100 + minute}`
  return `arn:aws:imagebuilder:${fleet.build.region}:${fleet.build.account}:image/${image}/${version}/1`
}

/**
 * The event that announces a release; undefined for a public parameter, which tells nobody. Its ids follow from the
 * upstream's name and `time` (ISO 8601) alone.
 */
export function releaseEvent(fleet: Fleet, name: string, time: string): EventEnvelope | undefined {
  const announced = announcementOf(fleet, sourceIn(fleet, name), name, time)
  if (!announced) return undefined
  const { region } = fleet.build
  return { version: '0', id: chance(name, time).fork('event').uuid(), ...announced, time, region }
}

type Announced = Pick<EventEnvelope, 'detail-type' | 'source' | 'account' | 'resources' | 'detail'>

function announcementOf(fleet: Fleet, source: Source, name: string, time: string): Announced | undefined {
  const { region, account: own } = fleet.build
  switch (source.kind) {
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-ami-events.html
    case 'ami': {
      const ImageId = amiOf(name, time)
      const RequestId = chance(name, time).fork('request').uuid()
      return {
        'detail-type': 'EC2 AMI State Change',
        source: 'aws.ec2',
        account: source.owner,
        resources: [`arn:aws:ec2:${region}::image/${ImageId}`],
        detail: { RequestId, ImageId, State: 'available', ErrorMessage: '' },
      }
    }
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
    case 'parameter': {
      const { parameter, account } = source
      if (account === '') return undefined
      return {
        'detail-type': 'Parameter Store Change',
        source: 'aws.ssm',
        account,
        resources: [`arn:aws:ssm:${region}:${account}:parameter/${parameter.replace(/^\//, '')}`],
        detail: { operation: 'Update', name: parameter, type: 'String', description: '' },
      }
    }
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-eventbridge.html
    case 'image':
      return {
        'detail-type': 'EC2 Image Builder Image State Change',
        source: 'aws.imagebuilder',
        account: own,
        resources: [imageArnOf(fleet, source.image, time)],
        detail: { 'previous-state': { status: 'INTEGRATING' }, state: { status: 'AVAILABLE' } },
      }
    case 'event':
      return {
        'detail-type': 'SOE AMI Released',
        source: 'soe',
        account: source.account,
        resources: [],
        detail: { version: '1', upstream: name, ami: amiOf(name, time) },
      }
  }
}

/**
 * What DescribeImages would say of the AMI of an event: one that `releaseEvent` made the event for, otherwise one of
 * the first upstream that the event may be of. undefined for an event that is about no upstream's AMI.
 */
export function imaginedAmi(fleet: Fleet, event: EventEnvelope): ImaginedAmi | undefined {
  const { detail, time } = event
  const upstream = upstreamOfEvent(fleet, event)
  const isOfEc2 = event['detail-type'] === 'EC2 AMI State Change'
  const { status = 'AVAILABLE' } = (detail.state ?? {}) as { status?: string }
  if (status !== 'AVAILABLE') return undefined
  if (upstream !== undefined)
    return {
      ...amiOfRelease(fleet, { upstream, time }),
      ...(isOfEc2 && { ami: String(detail.ImageId), state: String(detail.State) }),
      ...(typeof detail.ami === 'string' && { ami: detail.ami }),
    }
  if (!isOfEc2) return undefined
  return {
    ami: String(detail.ImageId),
    ownerId: event.account,
    name: 'unknown',
    architecture: 'x86_64',
    state: String(detail.State),
    created: new Date(time).toISOString(),
    upstream,
  }
}

/** The upstream that an event is of: of an account's AMIs, the one that it was made for, or the first. */
function upstreamOfEvent(fleet: Fleet, event: EventEnvelope): string | undefined {
  if (event['detail-type'] !== 'EC2 AMI State Change') {
    const reading = readAnnouncement(fleet, event)
    const named = 'upstreams' in reading ? reading.upstreams : []
    return named.find((name) => releaseEvent(fleet, name, event.time)?.id === event.id) ?? named[0]
  }
  const owned = upstreamsOfKind(fleet, 'ami').filter((name) => sourceIn(fleet, name).owner === event.account)
  return owned.find((name) => amiOf(name, event.time) === event.detail.ImageId) ?? owned[0]
}
