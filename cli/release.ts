import type { Fleet } from '../domain/fleet/model.ts'
import { didYouMean } from '../domain/fleet/problems.ts'
import { judge, type Release } from '../domain/planning/release.ts'
import type { EventEnvelope } from '../rehearsal/event.ts'
import { imaginedAmi, releaseEvent } from '../rehearsal/releases.ts'
import { BadInput } from './problems.ts'
import { list } from './render/text.ts'

/** Rehearsals have no today: without an event file that says otherwise, they begin here. */
const defaultTime = '2026-09-01T06:00:00Z'

/**
 * The event that `--release` asks for.
 * @throws BadInput if the fleet has no such upstream
 */
export function releaseOf(fleet: Fleet, name: string, time = defaultTime): EventEnvelope {
  if (Object.hasOwn(fleet.upstreams, name)) return releaseEvent(fleet, name, time)
  const known = Object.keys(fleet.upstreams)
  const hint = didYouMean(name, known) || `; it has ${list(known)}`
  throw new BadInput(`--release ${name}: the fleet has no upstream '${name}'${hint}`)
}

/**
 * The release that an event would turn out to be.
 * @throws BadInput if it is not about an available AMI, or would be refused
 */
export function releaseFromEvent(fleet: Fleet, event: EventEnvelope): Release {
  const { ImageId, State } = event.detail
  if (event['detail-type'] !== 'EC2 AMI State Change' || typeof ImageId !== 'string' || State !== 'available')
    throw new BadInput('This event begins nothing: only an "EC2 AMI State Change" to "available" does.')
  const image = imaginedAmi(fleet, event)
  const judgement = judge(fleet, { ...event, detail: { ImageId, State } }, image)
  if ('unseen' in judgement) throw new BadInput(`${ImageId} would be waited for: ${judgement.unseen}.`)
  if ('refused' in judgement) throw new BadInput(`${ImageId} would be refused: ${judgement.refused}.`)
  if ('ignored' in judgement) throw new BadInput(`${ImageId} would be ignored: ${judgement.ignored}.`)
  const release = judgement.releases.find(({ upstream }) => upstream === image.upstream)
  if (!release) throw new Error(`${ImageId} is no release of ${image.upstream}`)
  return release
}
