import { rebakeName } from '../../domain/executions.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { orderRebake } from '../../domain/planning/order.ts'
import { type PlannedImage, planCampaign } from '../../domain/planning/plan.ts'
import type { Release } from '../../domain/planning/release.ts'
import { campaignKey, imageKey } from '../shared/campaigns.ts'
import type { Ledger } from '../shared/ledger.ts'

interface Parts {
  fleet: Fleet
  ledger: Ledger
  imageBuilderArnPrefix: string
}

interface Request {
  campaign: string
  execution: string
  time: string
  trigger: Release
}

/** Writes the decision for every image, and answers with the images that can start at once. */
export async function plan(parts: Parts, { campaign, execution, time, trigger }: Request) {
  const { images } = planCampaign(parts.fleet, trigger)
  await parts.ledger.create(campaignKey(campaign), {
    campaign,
    execution,
    trigger,
    status: 'running',
    startedAt: time,
  })
  for (const planned of images)
    await parts.ledger.create(imageKey(campaign, planned.image), item(parts, campaign, planned))
  const roots = images.filter(({ decision, parent }) => decision === 'bake' && parent === trigger.upstream)
  return {
    roots: roots.map(({ image }) => ({
      image,
      execution: rebakeName(campaign, image),
      parentAmi: trigger.ami,
    })),
  }
}

function item({ fleet, imageBuilderArnPrefix }: Parts, campaign: string, plan: PlannedImage) {
  const image = fleet.images[plan.image]
  const base = { image: plan.image, reason: plan.reason, plan }
  if (plan.decision === 'leave' || !image) return { ...base, status: 'left' }
  return {
    ...base,
    status: 'planned',
    order: orderRebake(fleet, plan.image, image, campaign, imageBuilderArnPrefix),
  }
}
