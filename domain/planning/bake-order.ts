import type { CheckOrder } from '../check-kinds.ts'
import { rebakeName } from '../executions.ts'
import { childrenOf, remainingPath } from '../fleet/graph.ts'
import type { Fleet, Image } from '../fleet/model.ts'
import { configurationNames, networkOf } from '../fleet/network.ts'
import { pointerName, resourceName } from '../names.ts'
import type { ImageRelease } from '../releases/image-release.ts'
import { type WantedParent, wantedParent } from '../validation/parent.ts'
import { orderChecks } from './check-order.ts'
import { orderRing, type RingOrder } from './ring-order.ts'

/**
 * All that a rebake needs to know of its image, as it was when the campaign was planned: a deploy in the
 * middle of a campaign changes nothing of it.
 */
export interface BakeOrder {
  image: string
  campaign: string
  /** Of the campaign: which of two is newer. */
  number: number
  emergency: boolean
  /** `definitionOf` the image. */
  definition: string
  pipelineArn: string
  parentParameter: string
  /** What it wants of its parent's AMI. Older orders do not say. */
  wanted?: WantedParent
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
  /** Where it is baked: in the first, and in the next where EC2 has no capacity. None of a pipeline that was there before, or in the default VPC. */
  subnets?: OrderedSubnet[]
  /** The types that Image Builder tries in each subnet. */
  instanceTypes?: string[]
  /** Of a promotion, which bakes nothing. */
  promotes?: Promoted
}

interface OrderedSubnet {
  subnet: string
  /** The ARN of the infrastructure configuration that bakes there. */
  configuration: string
}

/** A release that is rolled out again. */
interface Promoted {
  /** The campaign that baked it, and so has the evidence of its checks. */
  bakedBy: string
  /** The campaign of the newest bake that had passed when it was planned: one that passes later goes before it. */
  newest?: string
}

/** What an order depends on beside the fleet. */
export interface OrderContext {
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
  { arnPrefix, ...ordering }: OrderContext,
): BakeOrder {
  // Half as long again as a bake usually takes: late enough that a healthy bake is never asked about.
  const checkSeconds = Math.min(image.timeout, Math.max(Math.ceil(image.estimate * 1.5), 900))
  return {
    image: name,
    ...ordering,
    pipelineArn: image.pipeline ?? `${arnPrefix}:image-pipeline/${resourceName(fleet.name, name)}`,
    ...(image.pipeline && { componentUpdates: image.componentUpdates ?? 'pinned' }),
    ...(image.infrastructure && placesOf(fleet, image.infrastructure, arnPrefix)),
    parentParameter: pointerName(fleet.name, name, 'parent'),
    wanted: wantedParent(fleet, name),
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

function placesOf(
  fleet: Fleet,
  infrastructure: string,
  arnPrefix: string,
): Pick<BakeOrder, 'subnets' | 'instanceTypes'> {
  const network = networkOf(fleet, infrastructure)
  if (!network) return {}
  const names = configurationNames(fleet, infrastructure)
  return {
    subnets: network.subnets.map(({ subnet }, i) => ({
      subnet,
      configuration: `${arnPrefix}:infrastructure-configuration/${names[i]}`,
    })),
    instanceTypes: fleet.infrastructure[infrastructure]?.instanceTypes ?? [],
  }
}

/**
 * The order for a release that is rolled out again. It ranks as the campaign that baked it, so that whatever was baked
 * later goes before it.
 */
export function orderPromotion(
  fleet: Fleet,
  release: ImageRelease,
  { newest, ...ordering }: Pick<OrderContext, 'campaign' | 'emergency' | 'arnPrefix'> & { newest: string | undefined },
): BakeOrder {
  const { image: name, number, definition, campaign: bakedBy } = release
  const image = fleet.images[name]
  if (!image) throw new Error(`the fleet has no image ${name}`)
  const order = orderRebake(fleet, name, image, { ...ordering, number, definition })
  return { ...order, children: [], promotes: { bakedBy, ...(newest && { newest }) } }
}

/** What the state machine itself reads of an order; the rest stays in the ledger, out of the payload. */
export const toExecutionInput = ({ checkSeconds, maxChecks, checks, children, rings, subnets = [] }: BakeOrder) => ({
  checkSeconds,
  maxChecks,
  children,
  subnets: subnets.map(({ subnet }) => subnet),
  checks: checks.map(({ check, lookAfter }) => ({ check, lookAfter })),
  rings: rings.map(({ ring, soak, approval }) => ({ ring, soak, approvalSeconds: approval?.timeout ?? 0 })),
})
