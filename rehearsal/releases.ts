import type { Fleet } from '../domain/fleet/model.ts'
import { type ReleasedAmi, upstreamsOf } from '../domain/planning/release.ts'
import type { EventEnvelope } from './event.ts'
import { Random } from './random.ts'

const chance = (upstream: string, time: string) => new Random(`release/${upstream}/${time}`)
const amiOf = (upstream: string, time: string) => `ami-0${chance(upstream, time).fork('ami').hex(16)}`

/**
 * The event of a new AMI of an upstream, as EC2 sends it from the upstream's account. The ids follow from the
 * upstream's name and `time` (ISO 8601) alone.
 */
export function releaseEvent(fleet: Fleet, name: string, time: string): EventEnvelope {
  const upstream = fleet.upstreams[name]
  if (!upstream) throw new Error(`the fleet has no upstream ${name}`)
  const ami = amiOf(name, time)
  const { region } = fleet.build
  return {
    version: '0',
    id: chance(name, time).fork('event').uuid(),
    'detail-type': 'EC2 AMI State Change',
    source: 'aws.ec2',
    account: upstream.ami.owner,
    time,
    region,
    resources: [`arn:aws:ec2:${region}::image/${ami}`],
    detail: {
      RequestId: chance(name, time).fork('request').uuid(),
      ImageId: ami,
      State: 'available',
      ErrorMessage: '',
    },
  }
}

/**
 * What DescribeImages would say of the AMI of an event, where there is no AWS to ask: an AMI of the upstream
 * that `releaseEvent` made the event for, otherwise of the first upstream that the account owns.
 */
export function imaginedAmi(
  fleet: Fleet,
  event: EventEnvelope,
): ReleasedAmi & { upstream: string | undefined } {
  const ami = String(event.detail.ImageId)
  const owned = upstreamsOf(fleet, event.account)
  const upstream = owned.find((name) => amiOf(name, event.time) === ami) ?? owned[0]
  const expected = upstream === undefined ? undefined : fleet.upstreams[upstream]?.ami
  return {
    ami,
    ownerId: event.account,
    name: (expected?.name ?? 'unknown').replaceAll('*', event.time.slice(0, 10)).replaceAll('?', '0'),
    architecture: expected?.architecture ?? 'x86_64',
    state: 'available',
    upstream,
  }
}
