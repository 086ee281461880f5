import { rebakeName } from '../executions.ts'
import { childrenOf, remainingPath } from '../fleet/graph.ts'
import type { Fleet, Image } from '../fleet/model.ts'
import { distributionName, pointerName, resourceName, targetParameter } from '../names.ts'

export interface Target {
  account: string
  region: string
}

/** One ring as one image goes through it. */
export interface RingOrder {
  ring: string
  distributionConfigurationArn: string
  /** Seconds to wait before the next ring. */
  soak: number
  /** SSM parameter that holds the AMI id in each target. */
  parameter: string
  targets: Target[]
}

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
  checks: Image['checks']
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
    pipelineArn: `${arnPrefix}:image-pipeline/${resourceName(fleet.name, name)}`,
    parentParameter: pointerName(fleet.name, name, 'parent'),
    remaining: remainingPath(fleet, name),
    checkSeconds,
    maxChecks: Math.max(1, Math.ceil(image.timeout / checkSeconds)),
    children: childrenOf(fleet, name).map((child) => ({
      image: child,
      execution: rebakeName(ordering.campaign, child),
    })),
    rings: image.rings.map((ring) => ringOrder(fleet, name, ring, arnPrefix)),
    checks: image.checks,
  }
}

function ringOrder(fleet: Fleet, image: string, name: string, arnPrefix: string): RingOrder {
  const ring = fleet.rings[name]
  if (!ring) throw new Error(`image ${image} names ring ${name}, which the fleet does not have`)
  return {
    ring: name,
    distributionConfigurationArn: `${arnPrefix}:distribution-configuration/${distributionName(fleet.name, image, name)}`,
    soak: ring.soak,
    parameter: targetParameter(ring.parameter, { fleet: fleet.name, image, ring: name }),
    targets: ring.accounts.flatMap((account) => ring.regions.map((region) => ({ account, region }))),
  }
}
