import { clientToken, compactTime, shorten } from './executions.ts'
import type { ManualTrigger, Trigger } from './triggers.ts'

/**
 * What campaigns are called. Beside the triggers, whose schemas only those who read them need: a bundle that tells of a
 * campaign has none of them.
 */

/** The campaign's name follows from what starts it: the same trigger, delivered again, starts nothing. */
export function campaignName(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'release':
      return shorten(`${trigger.upstream}-${trigger.ami}`)
    case 'cycle':
      return shorten(`${trigger.cycle}-${compactTime(trigger.time)}`)
    case 'manual':
      return shorten(['manual', compactTime(trigger.time), asked(trigger)].join('-'))
    case 'cve':
      return shorten(`cve-${trigger.image}-${dashed(trigger.version)}`)
    case 'drift':
      return `drift-${trigger.id}`
    case 'promote':
      return shorten(`promote-${trigger.image}-${dashed(trigger.version)}-${compactTime(trigger.time)}`)
  }
}

/** `1-0-3-1` */
const dashed = (version: string) => version.replace(/[^\w-]/g, '-')

/** What a person asked for: no name of a fleet has an underscore. */
const asked = ({ images, upstream, ami }: ManualTrigger) =>
  images?.join('_') ?? [upstream, ami].filter(Boolean).join('-')

/** An id of a finding that is the same when it is found again. */
export const findingId = (...facts: string[]) => clientToken(...facts).slice(0, 16)

/** What a list shows of a trigger: `al2023-soe ami-0a1b`, `patch cycle monthly`. */
export function titleOf(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'release':
      return `${trigger.upstream} ${trigger.ami}`
    case 'cycle':
      return `patch cycle ${trigger.cycle}`
    case 'manual':
      return `by hand: ${trigger.images?.join(', ') ?? trigger.upstream ?? ''}`
    case 'cve':
      return `vulnerabilities in ${trigger.image}`
    case 'drift':
      return `not as the fleet says: ${trigger.images.map(({ image }) => image).join(', ')}`
    case 'promote':
      return `promotion of ${trigger.image} ${trigger.version}`
  }
}
