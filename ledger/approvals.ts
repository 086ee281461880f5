import type { Approval } from '../domain/approvals.ts'
import { ApprovalNeeded } from '../domain/errors.ts'
import { isRollingOut } from '../domain/image-status.ts'
import type { RebakeOrder } from '../domain/planning/order.ts'
import type { RingOrder } from '../domain/planning/ring-order.ts'
import { type CampaignImage, imageKey } from './campaigns.ts'
import { readClaims } from './locks.ts'
import type { Item, Key, Ledger } from './table.ts'

/** What was asked about one image and one ring, and the answer. A campaign bakes an image once: it is about one AMI. */
export interface ApprovalItem extends Approval, Item {
  campaign: string
  image: string
  /** People know of it. */
  told?: true
  /** People know that it will soon be over. */
  reminded?: true
}

export const approvalKey = (campaign: string, image: string, ring: string): Key => ({
  pk: `CAMPAIGN#${campaign}`,
  sk: `APPROVAL#${image}#${ring}`,
})

/** The id of the wait that ends with the answer. */
export const approvalWait = (campaign: string, image: string, ring: string) => `approval/${campaign}/${image}/${ring}`

/**
 * An emergency needs it as well: freezes and windows are about when, an approval is about what.
 *
 * @throws ApprovalNeeded unless the ring asks for none, or somebody has approved
 */
export async function mustBeApproved(
  ledger: Ledger,
  { campaign, image }: Pick<RebakeOrder, 'campaign' | 'image'>,
  { ring, approval }: Pick<RingOrder, 'ring' | 'approval'>,
): Promise<void> {
  if (!approval) return
  const item = await ledger.get<ApprovalItem>(approvalKey(campaign, image, ring))
  if (item?.answer?.as !== 'approved')
    throw new ApprovalNeeded(`ring ${ring} takes ${image} only when somebody has approved`)
}

/** What was asked about an image in a campaign, answered or not, in the order of its rings. */
export async function approvalsOf(ledger: Ledger, campaign: string, image: string): Promise<ApprovalItem[]> {
  const item = await ledger.get<CampaignImage>(imageKey(campaign, image))
  const asking = item?.order?.rings.filter(({ approval }) => approval) ?? []
  const keys = asking.map(({ ring }) => approvalKey(campaign, image, ring))
  const items = await Promise.all(keys.map((key) => ledger.get<ApprovalItem>(key)))
  return items.filter((each) => each !== undefined)
}

/** All that waits for an answer now, and what it is about. Only whoever has its turn to roll out can wait for one. */
export async function openApprovals(ledger: Ledger): Promise<(ApprovalItem & { version: string; ami: string })[]> {
  const { held } = await readClaims(ledger)
  const turns = held.filter(({ stage }) => stage === 'roll-out')
  const found = await Promise.all(
    turns.map(async ({ campaign, image }) => {
      const item = await ledger.get<CampaignImage>(imageKey(campaign, image))
      if (!item || !isRollingOut(item)) return []
      const approvals = await approvalsOf(ledger, campaign, image)
      const { version = '', ami = '' } = item ?? {}
      return approvals.filter(({ answer }) => !answer).map((each) => ({ ...each, version, ami }))
    }),
  )
  return found.flat()
}
