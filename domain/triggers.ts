import * as v from 'valibot'
import { clientToken, shorten } from './executions.ts'

/** What starts a campaign, and why. Every kind has its time (ISO 8601) and its reason in words. */

const text = v.pipe(v.string(), v.nonEmpty())
export const amiId = v.pipe(v.string(), v.regex(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'expected an AMI id'))
const common = {
  /** The event's own time, the schedule's, or the person's. */
  time: v.pipe(v.string(), v.isoTimestamp()),
  reason: text,
  /** No freeze and no window holds it up, and it overtakes older roll-outs of its images. */
  emergency: v.optional(v.boolean()),
}

/** A new AMI of an upstream. */
const Release = v.object({
  kind: v.literal('release'),
  upstream: text,
  ami: amiId,
  amiName: v.string(),
  ...common,
})

/** A patch cycle's day has come; its selection is the fleet's when the campaign is planned. */
const Cycle = v.object({ kind: v.literal('cycle'), cycle: text, ...common })

/** A person: images, or all that is baked from an upstream, there from an AMI of the person's choice. */
const Manual = v.object({
  kind: v.literal('manual'),
  images: v.optional(v.pipe(v.array(text), v.minLength(1))),
  upstream: v.optional(text),
  ami: v.optional(amiId),
  ...common,
})

/** A scan has found vulnerabilities in an image's newest AMI. */
const Cve = v.object({
  kind: v.literal('cve'),
  image: text,
  /** `1.0.3/1`: the version that was scanned. */
  version: text,
  ...common,
})

/** Images that are not what the fleet says, each with the reason: new, changed, or baked from an older parent. */
const Drift = v.object({
  kind: v.literal('drift'),
  images: v.pipe(v.array(v.object({ image: text, reason: text })), v.minLength(1)),
  /** Tells this finding from any other. */
  id: text,
  ...common,
})

export const Trigger = v.variant('kind', [Release, Cycle, Manual, Cve, Drift])
export type Trigger = v.InferOutput<typeof Trigger>
export type Release = v.InferOutput<typeof Release>
export type ManualTrigger = v.InferOutput<typeof Manual>
export type DriftTrigger = v.InferOutput<typeof Drift>

/** `20260909T160000Z` */
const compact = (time: string) => new Date(time).toISOString().replace(/\.\d+|[-:]/g, '')

/** The campaign's name follows from what starts it: the same trigger, delivered again, starts nothing. */
export function campaignName(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'release':
      return shorten(`${trigger.upstream}-${trigger.ami}`)
    case 'cycle':
      return shorten(`${trigger.cycle}-${compact(trigger.time)}`)
    case 'manual':
      return shorten(['manual', compact(trigger.time), asked(trigger)].join('-'))
    case 'cve':
      return shorten(`cve-${trigger.image}-${trigger.version.replace(/[^\w-]/g, '-')}`)
    case 'drift':
      return `drift-${trigger.id}`
  }
}

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
  }
}
