import * as v from 'valibot'
import { amiId } from '../../domain/ami-id.ts'

/** What events and state machine inputs are made of. */
const text = v.pipe(v.string(), v.nonEmpty())
export const time = v.pipe(v.string(), v.isoTimestamp())
export const arn = v.pipe(v.string(), v.startsWith('arn:'))
export const failure = v.object({ error: text, cause: v.string() })

export const campaign = v.object({ campaign: text })
/** One image of one campaign: what every state of a rebake passes on. */
export const rebake = v.object({ campaign: text, image: text, time })
export const baked = v.object({ ...rebake.entries, parentAmi: amiId, imageArn: arn, ami: amiId })
export const inRing = v.object({ ...rebake.entries, ring: text })
export { amiId, text }
