import { createHash } from 'node:crypto'
import type { Fleet } from '../domain/fleet/model.ts'
import { judge, type Release, type ReleasedAmi, upstreamsOf } from '../domain/planning/release.ts'
import type { EventEnvelope } from './events.ts'
import { BadInput } from './problems.ts'
import { list } from './render/text.ts'

/** Rehearsals have no today: without an event file that says otherwise, they begin here. */
const defaultTime = '2026-09-01T06:00:00Z'

const digestOf = (upstream: string, time: string) =>
  createHash('sha256').update(`${upstream} ${time}`).digest('hex')
const amiOf = (upstream: string, time: string) => `ami-0${digestOf(upstream, time).slice(0, 16)}`

/**
 * The event of a new AMI of an upstream, as EC2 sends it from the upstream's account. The AMI's id and the
 * event's follow from the upstream's name and `time` (ISO 8601) alone.
 * @throws BadInput if the fleet has no such upstream
 */
export function releaseEvent(fleet: Fleet, name: string, time = defaultTime): EventEnvelope {
  const upstream = Object.hasOwn(fleet.upstreams, name) ? fleet.upstreams[name] : undefined
  if (!upstream) {
    const known = list(Object.keys(fleet.upstreams))
    throw new BadInput(`--release ${name}: the fleet has no upstream '${name}'; it has ${known}.`)
  }
  const digest = digestOf(name, time)
  const ami = amiOf(name, time)
  const { region } = fleet.build
  return {
    version: '0',
    id: digest.slice(32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5'),
    'detail-type': 'EC2 AMI State Change',
    source: 'aws.ec2',
    account: upstream.ami.owner,
    time,
    region,
    resources: [`arn:aws:ec2:${region}::image/${ami}`],
    detail: { RequestId: digest.slice(0, 32), ImageId: ami, State: 'available', ErrorMessage: '' },
  }
}

/**
 * What DescribeImages would say of the AMI of an event, where there is no AWS to ask: an AMI of the upstream that
 * `releaseEvent` made the event for, otherwise of the first upstream that the account owns.
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

/**
 * The release that an event would turn out to be.
 * @throws BadInput if it is not about an available AMI, or would be refused
 */
export function releaseFromEvent(fleet: Fleet, event: EventEnvelope): Release {
  const { ImageId, State } = event.detail
  if (event['detail-type'] !== 'EC2 AMI State Change' || typeof ImageId !== 'string' || State !== 'available')
    throw new BadInput(`This event begins nothing: only an "EC2 AMI State Change" to "available" does.`)
  const image = imaginedAmi(fleet, event)
  const judgement = judge(fleet, { ...event, detail: { ImageId, State } }, image)
  if ('refused' in judgement) throw new BadInput(`${ImageId} would be refused: ${judgement.refused}.`)
  const release = judgement.releases.find(({ upstream }) => upstream === image.upstream)
  if (!release) throw new Error(`${ImageId} is no release of ${image.upstream}`)
  return release
}
