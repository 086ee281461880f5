import { ApprovalNeeded } from '../../domain/errors.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import type { RingOrder } from '../../domain/planning/ring-order.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/**
 * An emergency needs it as well: freezes and windows are about when, an approval is about what.
 *
 * @throws ApprovalNeeded unless the ring asks for none, or somebody has approved
 */
export async function requireApproval(
  ledger: Pick<Ledger, 'campaigns'>,
  { campaign, image }: Pick<BakeOrder, 'campaign' | 'image'>,
  { ring, approval }: Pick<RingOrder, 'ring' | 'approval'>,
): Promise<void> {
  if (!approval) return
  const item = await ledger.campaigns.readApproval({ campaign, image, ring })
  if (item?.answer?.as !== 'approved')
    throw new ApprovalNeeded(`ring ${ring} takes ${image} only when somebody has approved`)
}
