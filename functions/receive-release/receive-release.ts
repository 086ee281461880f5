import { announcedAmi, type UpstreamParts } from '../../aws/upstreams.ts'
import { AmiNotVisible } from '../../domain/errors.ts'
import type { Failure } from '../../domain/messages/failures.ts'
import { causeText } from '../../domain/messages/failures.ts'
import { type Announcement, readAnnouncement } from '../../domain/planning/announcements.ts'
import { refusedAs } from '../../domain/planning/refusals.ts'
import { judgeClaim, type ReleaseParts, refuse, takeRelease } from '../workflow/accept-upstream-release.ts'

type Parts = ReleaseParts & { upstreams: UpstreamParts }

interface Received {
  event: Announcement
  /** Why receiving it was given up: then it is refused. */
  failure?: Failure | undefined
}

/**
 * Turns a believed release into a campaign, and an unbelievable one into one message. A redelivered event
 * finds the release, or its refusal, on record.
 *
 * @throws AmiNotVisible when the build account cannot see the AMI: worth another look.
 */
export async function receiveRelease(parts: Parts, { event, failure }: Received) {
  const { account, region, time, id } = event
  const about = { account, region, time }
  if (failure)
    return refuse(
      parts,
      { ...about, ...subjectOf(event) },
      refusedAs('not-received', { failure: causeText(failure.cause) || failure.error }),
    )
  const reading = readAnnouncement(parts.fleet, event)
  if ('ignored' in reading) return ignore(parts, reading)
  if ('refused' in reading) return refuse(parts, { ...about, ...subjectOf(event) }, reading)
  const ami = await announcedAmi(parts.upstreams, parts.fleet, reading.look)
  if (ami === undefined) throw new AmiNotVisible(`${subjectOf(event).ami} names no AMI yet (event ${id})`)
  const { image, judgement } = await judgeClaim(parts, { ...reading, ami, time })
  if ('ignored' in judgement) return ignore(parts, judgement)
  if ('unseen' in judgement || !image)
    throw new AmiNotVisible('unseen' in judgement ? judgement.unseen : `nobody can see ${ami}`)
  if ('refused' in judgement) return refuse(parts, { ...about, ami }, judgement)
  const taken = []
  for (const release of judgement.releases) {
    const result = await takeRelease(parts, release, image)
    taken.push('refused' in result ? await refuse(parts, { ...about, ami }, result) : result)
  }
  return { taken }
}

function ignore({ count }: Parts, answer: { ignored: string }) {
  count('ReleaseIgnored')
  return answer
}

/** What an event is about: its AMI; or a parameter or an image, of which there is one event after another. */
function subjectOf({ id, detail, resources }: Announcement): { ami: string; event?: string } {
  const texts = (...values: unknown[]) => values.filter((value) => typeof value === 'string')
  const [ami] = texts(detail.ImageId, detail.ami)
  return ami ? { ami } : { ami: texts(detail.name, resources[0])[0] ?? 'an AMI', event: id }
}
