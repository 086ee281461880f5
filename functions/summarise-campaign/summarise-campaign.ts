import { campaignFinished, type Failure, outcome } from '../../domain/messages/messages.ts'
import { campaignKey, readCampaign } from '../shared/campaigns.ts'
import type { Ledger } from '../shared/ledger.ts'
import type { Notify } from '../shared/notify.ts'

interface Request {
  campaign: string
  time: string
  failure?: Failure | undefined
  as?: 'failed' | 'aborted'
}

/** The campaign's end: recorded, announced, counted. A second call tells nobody again. */
export async function summarise(
  { ledger, notify }: { ledger: Ledger; notify: Notify },
  { campaign, time, failure, as = 'failed' }: Request,
) {
  const { record, images: all } = await readCampaign(ledger, campaign)
  const images = all
    .filter(({ plan }) => plan.decision === 'bake')
    .sort((a, b) => a.plan.order - b.plan.order)
    .map(({ image, status, reason, ami = null }) => ({ image, status, reason, ami }))
  if (record?.status !== 'running' && record) return counts(images)
  await notify(
    campaignFinished({
      campaign,
      upstream: record?.trigger.upstream ?? 'an unknown upstream',
      ami: record?.trigger.ami ?? '',
      seconds: record ? (Date.parse(time) - Date.parse(record.startedAt)) / 1000 : 0,
      images,
      failure,
    }),
  )
  await ledger.set(campaignKey(campaign), { status: failure ? as : 'finished', finishedAt: time })
  return counts(images)
}

const counts = (images: { image: string; status: string; reason: string; ami: string | null }[]) => {
  const count = (status: string) => images.filter((image) => image.status === status).length
  const released = count('released')
  const skipped = count('skipped')
  return { released, skipped, failed: images.length - released - skipped, sentence: outcome(images) }
}
