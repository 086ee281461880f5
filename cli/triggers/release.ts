import type { Fleet } from '../../domain/fleet/model.ts'
import { readAnnouncement } from '../../domain/planning/announcements.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import { recordUpstreamRelease } from '../../domain/planning/transitions.ts'
import {
  type Announcement,
  compareWithNewest,
  type ReleaseVerdict,
  verifyRelease,
} from '../../domain/planning/upstream-release.ts'
import type { UpstreamRelease } from '../../domain/triggers.ts'
import { amiOfRelease, simulatedAmi } from '../../rehearsal/releases.ts'
import type { Live } from '../deployment/live.ts'
import type { EventEnvelope } from '../events.ts'
import { checkName } from '../options/names.ts'
import { BadInput } from '../problems.ts'
import type { Cause } from './cause.ts'

/**
 * The release that would be the upstream's next; its AMI is simulated.
 * @throws BadInput if the fleet has no such upstream
 */
export function causeOfUpstream(fleet: Fleet, upstream: string, time: string, live: Live | undefined): Cause {
  checkName('--release', 'upstream', upstream, Object.keys(fleet.upstreams))
  const { ami, name, created } = amiOfRelease(fleet, { upstream, time })
  const reason = `${upstream} released ${ami}`
  const trigger: UpstreamRelease = { kind: 'release', upstream, ami, amiName: name, time, reason }
  return { trigger, ...(live && { known: recordUpstreamRelease(live.known, trigger, created) }) }
}

/**
 * The release that an event would turn out to be: by EC2's word, or as if EC2 said what the fleet expects.
 * @param time when it happens, ISO 8601; the event's own decides which AMI is simulated
 * @throws BadInput if it is not about an available AMI, or would be refused
 */
export async function causeOfEvent(
  fleet: Fleet,
  event: EventEnvelope,
  time: string,
  live: Live | undefined,
): Promise<Cause> {
  const reading = readAnnouncement(fleet, event)
  if ('ignored' in reading) throw new BadInput(`This event would be ignored: ${reading.ignored}.`)
  if ('refused' in reading) throw new BadInput(`This event would be refused: ${reading.refused}.`)
  const simulated = simulatedAmi(fleet, event)
  const ami = live ? await live.find(reading.look) : simulated?.ami
  if (ami === undefined) throw new BadInput('This event names no AMI yet: it would be looked at again.')
  const claim: Announcement = { ...reading, ami, time }
  const { judgement, created } = live
    ? await live.judge(claim)
    : { judgement: verifyRelease(fleet, claim, simulated), created: simulated?.created ?? time }
  const trigger = releaseIn(judgement, ami, simulated?.upstream)
  return { trigger, ...(live && { known: withRelease(live.known, trigger, created) }) }
}

/** An AMI that is a release of several upstreams starts a campaign of each: the likeliest is shown. */
function releaseIn(judgement: ReleaseVerdict, ami: string, likeliest: string | undefined): UpstreamRelease {
  if ('unseen' in judgement) throw new BadInput(`${ami} would be waited for: ${judgement.unseen}.`)
  if ('refused' in judgement) throw new BadInput(`${ami} would be refused: ${judgement.refused}.`)
  if ('ignored' in judgement) throw new BadInput(`${ami} would be ignored: ${judgement.ignored}.`)
  const { releases } = judgement
  const release = releases.find(({ upstream }) => upstream === likeliest) ?? releases[0]
  if (!release) throw new Error(`${ami} is a release of no upstream`)
  return release
}

/** A release is remembered before its campaign is planned; an older one than is known starts none. */
function withRelease(known: FleetState, release: UpstreamRelease, created: string): FleetState {
  const { upstream, ami } = release
  const before = known.upstreams[upstream]
  const standing = compareWithNewest(before, { ami, created })
  if (standing === 'older')
    throw new BadInput(
      `${ami} would be refused: it was made ${created}, and ${upstream} has released ${before?.newest.ami} since.`,
    )
  return standing === 'newer' ? recordUpstreamRelease(known, release, created) : known
}
