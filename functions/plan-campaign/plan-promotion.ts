import { RequestRefused } from '../../domain/errors.ts'
import { rebakeName } from '../../domain/executions.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { type BakeOrder, orderPromotion, toExecutionInput } from '../../domain/planning/bake-order.ts'
import { clearRolledBack } from '../../domain/planning/holds.ts'
import { planCampaign } from '../../domain/planning/plan.ts'
import { reasonNotToPromote } from '../../domain/planning/promotion.ts'
import type { Promotion } from '../../domain/triggers.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { readPromotion } from '../workflow/promotion-facts.ts'

interface PlanPromotionDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'releases'>
  imageBuilderArnPrefix: string
}

/**
 * Writes down what a promotion rolls out, and that every other image is left. Decided again, after a crash, what was
 * written first stays.
 *
 * @throws RequestRefused where the release cannot be rolled out
 */
export async function decidePromotion(
  { fleet, ledger, imageBuilderArnPrefix: arnPrefix }: PlanPromotionDeps,
  { campaign, trigger }: { campaign: string; trigger: Promotion },
) {
  const { image } = trigger
  const before = await ledger.campaigns.read(campaign)
  if (before.record?.status !== 'running') {
    const standing = await readPromotion(ledger, trigger)
    const { known, release } = standing
    const not = reasonNotToPromote(fleet, trigger, standing)
    if (not !== undefined || !release) throw new RequestRefused(not ?? 'no such release')
    // A caller who wants it after all takes back that it was rolled back.
    if (release.rolledBack) await ledger.releases.clearRolledBack(release)
    await ledger.fleetState.change((now) => clearRolledBack(now, release.ami))
    const newest = known.images[image]?.last?.campaign
    const ordering = { campaign, emergency: trigger.emergency ?? false, arnPrefix, newest }
    const order = orderPromotion(fleet, release, ordering)
    const { ami, version, imageArn, parentAmi } = release
    for (const plan of planCampaign(fleet, trigger).images)
      await ledger.campaigns.recordPlanned(
        campaign,
        plan.decision === 'leave'
          ? { image: plan.image, reason: plan.reason, plan, status: 'left' }
          : {
              image,
              reason: plan.reason,
              status: 'planned',
              order,
              ami,
              version,
              imageArn,
              parentAmi,
              plan: { ...plan, parentAmi },
            },
      )
  }
  return ledger.campaigns.readOrdered(campaign, image)
}

/** It starts where a bake has passed: with the AMI that is there, and the rings that it goes through. */
export const promotionRoots = ({ image, parentAmi, imageArn, ami, order }: Ordered) => [
  {
    image,
    execution: rebakeName(order.campaign, image),
    parentAmi,
    baked: { imageArn, ami, order: toExecutionInput(order) },
  },
]

type Ordered = CampaignImageItem & { order: BakeOrder }
