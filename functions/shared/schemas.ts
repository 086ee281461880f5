import * as v from 'valibot'

/** What events and state machine inputs are made of. */
const text = v.pipe(v.string(), v.nonEmpty())
export const time = v.pipe(v.string(), v.isoTimestamp())
export const amiId = v.pipe(v.string(), v.regex(/^ami-[0-9a-f]{8,17}$/, 'expected an AMI id'))
export const arn = v.pipe(v.string(), v.startsWith('arn:'))
export const failure = v.object({ error: text, cause: v.string() })

export const campaign = v.object({ campaign: text })
/** One image of one campaign: what every state of a rebake passes on. */
export const rebake = v.object({ campaign: text, image: text, time })
export const baked = v.object({ ...rebake.entries, parentAmi: amiId, imageArn: arn, ami: amiId })
export const inRing = v.object({ ...rebake.entries, ring: text })
export const release = v.object({
  kind: v.literal('release'),
  upstream: text,
  ami: amiId,
  amiName: v.string(),
  time,
})
export { text }
