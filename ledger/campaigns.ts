import type { CampaignStatus } from '../domain/campaign-status.ts'
import type { ImageStatus } from '../domain/image-status.ts'
import type { RebakeOrder } from '../domain/planning/order.ts'
import type { PlannedImage } from '../domain/planning/plan.ts'
import type { Target } from '../domain/planning/ring-order.ts'
import type { Trigger } from '../domain/triggers.ts'
import type { Item, Key, Ledger } from './table.ts'

/** Until when something waits, and why. */
interface Waiting {
  /** ISO 8601. */
  until: string
  reasons: string[]
}

/** The campaign's own record. */
export interface CampaignItem extends Item {
  campaign: string
  execution: string
  trigger: Trigger
  status: CampaignStatus
  waiting?: Waiting
  startedAt: string
  finishedAt?: string
  /** What people were told last. */
  announced?: string
}

/** One image in one campaign: the decision, the order, and what came of it. */
export interface CampaignImage extends Item {
  image: string
  status: ImageStatus
  reason: string
  plan: PlannedImage
  order?: RebakeOrder
  execution?: string
  startedAt?: string
  finishedAt?: string
  /** What it waits for, or last waited for: a freeze or a window. */
  waiting?: Waiting
  parentAmi?: string
  imageArn?: string
  ami?: string
  version?: string
  /** By ring: the AMI of each target, once it is verified. */
  distributed?: Record<string, (Target & { ami: string })[]>
}

const partition = (campaign: string) => `CAMPAIGN#${campaign}`
export const campaignKey = (campaign: string): Key => ({ pk: partition(campaign), sk: 'CAMPAIGN' })
export const imageKey = (campaign: string, image: string): Key => ({
  pk: partition(campaign),
  sk: `IMAGE#${image}`,
})
/** The image across campaigns: its releases, and which one is stable. */
export const releaseKey = (image: string, version: string): Key => ({
  pk: `IMAGE#${image}`,
  sk: `RELEASE#${version}`,
})

export async function readCampaign(ledger: Ledger, campaign: string) {
  const items = await ledger.all<Item & Key>(partition(campaign))
  return {
    record: items.find(({ sk }) => sk === 'CAMPAIGN') as (CampaignItem & Key) | undefined,
    images: items.filter(({ sk }) => sk.startsWith('IMAGE#')) as unknown as CampaignImage[],
  }
}

/** @throws when the plan has no order for this image: an execution that no campaign started. */
export async function readOrdered(ledger: Ledger, campaign: string, image: string) {
  const item = await ledger.get<CampaignImage>(imageKey(campaign, image))
  if (!item?.order)
    throw new Error(`campaign ${campaign} has no order for image ${image}: start a campaign, not a rebake`)
  return item as CampaignImage & { order: RebakeOrder }
}
