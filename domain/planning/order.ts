import { rebakeName } from '../executions.ts'
import { childrenOf, remainingPath } from '../fleet/graph.ts'
import type { Fleet, Image } from '../fleet/model.ts'
import { pointerName, resourceName } from '../names.ts'
import { type CheckOrder, orderChecks } from './check-order.ts'
import { orderRing, type RingOrder } from './ring-order.ts'

/**
 * All that a rebake needs to know of its image, as it was when the campaign was planned: a deploy in the
 * middle of a campaign changes nothing of it.
 */
export interface RebakeOrder {
  image: string
  campaign: string
  /** Of the campaign: which of two is newer. */
  number: number
  emergency: boolean
  /** `definitionOf` the image. */
  definition: string
  pipelineArn: string
  parentParameter: string
  /** Seconds of the longest path from here down: the claim's priority. */
  remaining: number
  /** Seconds to wait for the event before asking Image Builder, and how often to ask at the most. */
  checkSeconds: number
  maxChecks: number
  children: { image: string; execution: string }[]
  rings: RingOrder[]
  checks: CheckOrder[]
  /** Of a pipeline that was there before: what becomes of the components that its recipe pins. */
  componentUpdates?: 'pinned' | 'latest'
}

/** What an order depends on beside the fleet. */
export interface Ordering {
  campaign: string
  number: number
  emergency: boolean
  definition: string
  /** `arn:<partition>:imagebuilder:<region>:<account>` of the build account. */
  arnPrefix: string
}

/** The order for one image. */
export function orderRebake(
  fleet: Fleet,
  name: string,
  image: Image,
  { arnPrefix, ...ordering }: Ordering,
): RebakeOrder {
  // Half as long again as a bake usually takes: late enough that a healthy bake is never asked about.
  const checkSeconds = Math.min(image.timeout, Math.max(Math.ceil(image.estimate * 1.5), 900))
  return {
    image: name,
    ...ordering,
    pipelineArn: image.pipeline ?? `${arnPrefix}:image-pipeline/${resourceName(fleet.name, name)}`,
    ...(image.pipeline && { componentUpdates: image.componentUpdates ?? 'pinned' }),
    parentParameter: pointerName(fleet.name, name, 'parent'),
    remaining: remainingPath(fleet, name),
    checkSeconds,
    maxChecks: Math.max(1, Math.ceil(image.timeout / checkSeconds)),
    children: childrenOf(fleet, name).map((child) => ({
      image: child,
      execution: rebakeName(ordering.campaign, child),
    })),
    rings: image.rings.map((ring) => orderRing(fleet, name, ring)),
    checks: orderChecks(fleet, name, image),
  }
}
