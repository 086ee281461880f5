import { isOpen } from '../../domain/campaign-status.ts'
import { type ImageStatus, imageStatuses } from '../../domain/image-status.ts'
import { campaignFinished, outcome } from '../../domain/messages/campaigns.ts'
import type { Failure } from '../../domain/messages/failures.ts'
import { recordCampaignClosed } from '../../domain/planning/transitions.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Count } from '../runtime/handler.ts'
import type { Notify } from '../runtime/notify.ts'
import { isUnknown } from '../workflow/is-unknown-failure.ts'

interface SummariseCampaignInput {
  campaign: string
  time: string
  failure?: Failure | undefined
  as?: 'failed' | 'aborted'
}

/** The campaign's end: recorded, announced, counted. A second call tells nobody again. */
export async function summarise(
  { ledger, notify, count }: { ledger: Pick<Ledger, 'campaigns' | 'fleetState'>; notify: Notify; count: Count },
  { campaign, time, failure, as = 'failed' }: SummariseCampaignInput,
) {
  const { record, images: all } = await ledger.campaigns.read(campaign)
  const images = all
    .filter(({ plan }) => plan.decision === 'bake')
    .sort((a, b) => a.plan.order - b.plan.order)
    .map(({ image, status, reason, ami = null }) => ({ image, status, reason, ami }))
  if (record && !isOpen(record)) return counts(images)
  await notify(
    campaignFinished({
      campaign,
      images,
      failure,
      left: reasonsToLeave(all),
      trigger: record?.trigger,
      execution: record?.execution,
      seconds: record ? (Date.parse(time) - Date.parse(record.startedAt)) / 1000 : 0,
    }),
  )
  await ledger.fleetState.change((known) => recordCampaignClosed(known, campaign))
  await ledger.campaigns.recordFinished(campaign, failure ? as : 'finished', time)
  if (failure && as === 'failed' && isUnknown(failure)) count('FailureUnknown')
  return counts(images)
}

/** One line for each reason: `  payments-api, orders-api: baked from ami-0abc 3d ago`. */
const reasonsToLeave = (images: CampaignImageItem[]): string[] =>
  Object.entries(Object.groupBy(images, ({ reason }) => reason)).map(
    ([reason, left = []]) => `  ${left.map(({ image }) => image).join(', ')}: ${reason}`,
  )

const counts = (images: { image: string; status: ImageStatus; reason: string; ami: string | null }[]) => {
  const number = { released: 0, skipped: 0, superseded: 0, failed: 0 }
  for (const { status } of images) number[imageStatuses[status].countedAs]++
  return { ...number, sentence: outcome(images) }
}
