import * as v from 'valibot'
import { localText } from '../../domain/calendar/local-time.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { imageOfArn, versionOfArn } from '../../domain/names.ts'
import { selectFindings } from '../../domain/planning/cves.ts'
import type { Live } from '../deployment/live.ts'
import type { EventEnvelope } from '../events.ts'
import { BadInput } from '../problems.ts'
import type { Cause } from './cause.ts'

export const cveDetected = 'EC2 Image Builder CVE Detected'

const count = v.optional(v.number())
const Counts = v.object({ critical: count, high: count, medium: count })

/**
 * The rebake that a scan's findings would lead to.
 * @throws BadInput when they lead to none, and why
 */
export function causeOfFindings(
  fleet: Fleet,
  { resources, detail, time }: EventEnvelope,
  live: Live | undefined,
): Cause {
  if (!live)
    throw new BadInput(
      'What becomes of a scan depends on which version of the image is the newest: --live asks the ledger.',
    )
  const arn = resources.find((resource) => resource.includes(':image/')) ?? ''
  const image = imageOfArn(fleet.name, arn)
  if (image === undefined || !Object.hasOwn(fleet.images, image))
    throw new BadInput(`This scan would be ignored: it is of ${arn || 'no image'}, which is none of this fleet.`)
  const counts = v.safeParse(Counts, detail['finding-severity-counts'])
  if (!counts.success) throw new BadInput('This scan would fail: it has no "finding-severity-counts".')
  const version = versionOfArn(arn)
  const verdict = selectFindings(fleet, live.known, { image, version, counts: counts.output, time })
  if ('ignored' in verdict) throw new BadInput(`This scan would be ignored: ${verdict.ignored}.`)
  if ('later' in verdict) {
    const earliest = new Date(Date.parse(verdict.since) + (fleet.cves?.every ?? 0) * 1000)
    throw new BadInput(`${verdict.later}: it would be rebaked for that, not before ${localText(earliest, 'UTC')}.`)
  }
  const trigger = { kind: 'cve', image, version, time, reason: verdict.rebake } as const
  return { trigger, known: live.known }
}
