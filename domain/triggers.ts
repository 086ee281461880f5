import * as v from 'valibot'
import { amiId } from './ami-id.ts'

export { amiId } from './ami-id.ts'
export { campaignName, findingId, titleOf } from './trigger-kinds.ts'

/** What starts a campaign, and why. Every kind has its time (ISO 8601) and its reason in words. */

const text = v.pipe(v.string(), v.nonEmpty())
const common = {
  /** The event's own time, the schedule's, or the person's. */
  time: v.pipe(v.string(), v.isoTimestamp()),
  reason: text,
  /** No freeze and no window holds it up, and it overtakes older roll-outs of its images. */
  emergency: v.optional(v.boolean()),
}

/** A new AMI of an upstream. */
const UpstreamRelease = v.object({
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

/** A person rolls out a release that passed its checks, through all rings, without baking it again. */
const Promotion = v.object({
  kind: v.literal('promote'),
  image: text,
  /** `1.0.3/1` */
  version: text,
  ...common,
})

export const Trigger = v.variant('kind', [UpstreamRelease, Cycle, Manual, Cve, Drift, Promotion])
export type Trigger = v.InferOutput<typeof Trigger>
export type UpstreamRelease = v.InferOutput<typeof UpstreamRelease>
export type ManualTrigger = v.InferOutput<typeof Manual>
export type DriftTrigger = v.InferOutput<typeof Drift>
export type Promotion = v.InferOutput<typeof Promotion>
