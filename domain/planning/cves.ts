import type { Cves, Fleet } from '../fleet/model.ts'
import { plural } from '../messages/message.ts'
import { isNewer } from '../releases/image-release.ts'
import type { Trigger } from '../triggers.ts'
import type { FleetState, ImageState } from './fleet-state.ts'

export type SeverityCounts = Partial<Record<'critical' | 'high' | 'medium', number | undefined>>

/** What becomes of a scan's findings in one version of an image. */
export type CveVerdict =
  | { rebake: string }
  /** They ask for a rebake, which may not be before `every` has passed since then. */
  | { later: string; since: string }
  | { ignored: string }

const severities = ['critical', 'high', 'medium'] as const

/** Whether findings are so many that the image is to be rebaked, and may be: once in `every`, and only its newest. */
export function selectFindings(
  fleet: Fleet,
  known: FleetState,
  { image, version, counts, time }: { image: string; version: string; counts: SeverityCounts; time: string },
): CveVerdict {
  const over = fleet.cves ? overThreshold(fleet.cves, counts) : undefined
  if (!fleet.cves || !over) return { ignored: 'below every threshold of the fleet' }
  const { last, cve } = known.images[image] ?? {}
  const reason = `a scan of ${image} ${version} found ${over}`
  // Inspector scans the instance that tests a bake: mostly it is no candidate yet. Baking it again at once fixes nothing.
  // https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-inspector.html
  if (isNewer(version, last?.version)) return { later: reason, since: time }
  if (last?.version !== version) return { ignored: `${image} is ${last?.version} now` }
  if (cve?.version === version) return { ignored: `${version} is rebaked for them already` }
  return cve && tooSoon(fleet.cves, cve, time) ? { later: reason, since: cve.at } : { rebake: reason }
}

const tooSoon = ({ every }: Cves, cve: ImageState['cve'], time: string): boolean =>
  cve !== undefined && Date.parse(time) < Date.parse(cve.at) + every * 1000

/** Findings that had to wait because their image was rebaked for others not long before, and need not any more. */
export const findingsDue = ({ cves, images }: Fleet, known: FleetState, time: string) =>
  Object.keys(images).flatMap((image) => {
    const { cve, last } = known.images[image] ?? {}
    const waiting = cve?.waiting
    if (!cves || !waiting || waiting.version !== last?.version || tooSoon(cves, cve, time)) return []
    return [{ kind: 'cve', image, ...waiting, time } satisfies Trigger]
  })

/** `3 critical and 12 high findings`, where any of them reaches its threshold. */
function overThreshold(thresholds: Cves, counts: SeverityCounts): string | undefined {
  const over = severities.filter((name) => (counts[name] ?? 0) >= (thresholds[name] ?? Number.POSITIVE_INFINITY))
  if (over.length === 0) return undefined
  const total = over.reduce((sum, name) => sum + (counts[name] ?? 0), 0)
  return `${over.map((name) => `${counts[name]} ${name}`).join(' and ')} ${plural(total, 'finding').split(' ')[1]}`
}
