import { announcedAmi, type UpstreamDeps } from '../../aws/upstreams.ts'
import { AmiNotVisible } from '../../domain/errors.ts'
import type { Failure } from '../../domain/messages/failures.ts'
import { causeText } from '../../domain/messages/failures.ts'
import { type Announcement, readAnnouncement } from '../../domain/planning/announcements.ts'
import { refusedAs } from '../../domain/planning/refusals.ts'
import {
  acceptRelease,
  type ReleaseDeps,
  recordRefusal,
  verifyAnnouncement,
} from '../workflow/accept-upstream-release.ts'

type ReceiveReleaseDeps = ReleaseDeps & { upstreams: UpstreamDeps }

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
export async function receiveRelease(deps: ReceiveReleaseDeps, { event, failure }: Received) {
  const { account, region, time, id } = event
  const about = { account, region, time }
  if (failure)
    return recordRefusal(
      deps,
      { ...about, ...subjectOf(event) },
      refusedAs('not-received', { failure: causeText(failure.cause) || failure.error }),
    )
  const reading = readAnnouncement(deps.fleet, event)
  if ('ignored' in reading) return ignore(deps, reading)
  if ('refused' in reading) return recordRefusal(deps, { ...about, ...subjectOf(event) }, reading)
  const ami = await announcedAmi(deps.upstreams, deps.fleet, reading.look)
  if (ami === undefined) throw new AmiNotVisible(`${subjectOf(event).ami} names no AMI yet (event ${id})`)
  const { image, judgement } = await verifyAnnouncement(deps, { ...reading, ami, time })
  if ('ignored' in judgement) return ignore(deps, judgement)
  if ('unseen' in judgement || !image)
    throw new AmiNotVisible('unseen' in judgement ? judgement.unseen : `nobody can see ${ami}`)
  if ('refused' in judgement) return recordRefusal(deps, { ...about, ami }, judgement)
  const taken = []
  for (const release of judgement.releases) {
    const result = await acceptRelease(deps, release, image)
    taken.push('refused' in result ? await recordRefusal(deps, { ...about, ami }, result) : result)
  }
  return { taken }
}

function ignore({ count }: ReceiveReleaseDeps, answer: { ignored: string }) {
  count('ReleaseIgnored')
  return answer
}

/** What an event is about: its AMI; or a parameter or an image, of which there is one event after another. */
function subjectOf({ id, detail, resources }: Announcement): { ami: string; event?: string } {
  const texts = (...values: unknown[]) => values.filter((value) => typeof value === 'string')
  const [ami] = texts(detail.ImageId, detail.ami)
  return ami ? { ami } : { ami: texts(detail.name, resources[0])[0] ?? 'an AMI', event: id }
}
