import type { Fleet } from '../domain/fleet/model.ts'
import type { ReleasedAmi } from '../domain/planning/upstream-release.ts'
import { kindAnnouncedBy, type Source, sourceIn, type UpstreamKind } from '../domain/upstream-kinds.ts'
import type { EventEnvelope } from '../emulator/index.ts'
import { amiOf, announced, chance, eventsOf, type PlannedRelease } from './upstream-kinds.ts'

export type { PlannedRelease } from './upstream-kinds.ts'

/** The AMI of a release or of an event, and whose release it is; undefined where it is nobody's. */
export type SimulatedAmi = ReleasedAmi & { upstream: string | undefined }

/** Amazon Linux is this account's; other AMIs of Amazon's have other owners, and the same alias. */
const amazon = '137112412989'

/** What DescribeImages would say of the AMI that an upstream releases, where there is no AWS to ask. */
export function amiOfRelease(fleet: Fleet, release: PlannedRelease): SimulatedAmi {
  const { upstream, time } = release
  const source = sourceIn(fleet, upstream)
  return {
    ami: amiOf(release),
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
  const pattern = source.amiName || `${upstream}-*`
  const architecture = source.architecture === 'x86_64' ? '' : `-${source.architecture}`
  const stamp = time.slice(0, 16).replace('T', '-').replace(':', '')
  return pattern.replaceAll('*', `${stamp}${architecture}`).replaceAll('?', '0')
}

/**
 * The event that announces a release; undefined for a public parameter, which tells nobody. Its ids follow from the
 * upstream's name and `time` (ISO 8601) alone.
 */
export function releaseEvent(fleet: Fleet, upstream: string, time: string): EventEnvelope | undefined {
  const release = { upstream, time }
  const reported = announced(fleet, release)
  if (!reported) return undefined
  const { region } = fleet.build
  return { version: '0', id: chance(release).fork('event').uuid(), ...reported, time, region }
}

/**
 * What DescribeImages would say of the AMI of an event: one that `releaseEvent` made the event for, otherwise one of
 * the first upstream that the event may be of. undefined for an event that is about no upstream's AMI.
 */
export function simulatedAmi(fleet: Fleet, event: EventEnvelope): SimulatedAmi | undefined {
  const kind = kindAnnouncedBy(event['detail-type'])
  const reported = kind && eventsOf(kind).tells(event)
  if (!reported) return undefined
  const { time } = event
  const upstream = upstreamOfEvent(fleet, kind, event)
  if (upstream !== undefined) return { ...amiOfRelease(fleet, { upstream, time }), ...reported }
  if (!eventsOf(kind).isAboutAny) return undefined
  return {
    ami: '',
    ownerId: event.account,
    name: 'unknown',
    architecture: 'x86_64',
    state: 'available',
    created: new Date(time).toISOString(),
    upstream,
    ...reported,
  }
}

/** The upstream that an event is of: the one that it was made for, or the first that it may be of. */
function upstreamOfEvent(fleet: Fleet, kind: UpstreamKind, event: EventEnvelope): string | undefined {
  const { upstreamsOf, isMadeFor } = eventsOf(kind)
  const { time, id } = event
  const may = upstreamsOf(fleet, event)
  const isMade = (upstream: string) =>
    isMadeFor ? isMadeFor(event, { upstream, time }) : releaseEvent(fleet, upstream, time)?.id === id
  return may.find(isMade) ?? may[0]
}
