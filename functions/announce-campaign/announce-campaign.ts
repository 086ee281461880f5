import { campaignPlanned, campaignWaiting } from '../../domain/messages/campaigns.ts'
import { campaignKey, readCampaign } from '../../ledger/campaigns.ts'
import type { Ledger } from '../../ledger/table.ts'
import type { Notify } from '../runtime/notify.ts'

/** Tells people what will be rebaked, why, and until when about, or until when it waits; each once. */
export async function announce({ ledger, notify }: { ledger: Ledger; notify: Notify }, campaign: string) {
  const { record, images } = await readCampaign(ledger, campaign)
  if (!record) throw new Error(`campaign ${campaign} has no record`)
  const { trigger, status, waiting } = record
  const waits = status === 'waiting' && waiting ? waiting : undefined
  const news = waits ? `waiting until ${waits.until}` : 'planned'
  if (record.announced === news) return {}
  const bakes = images.map(({ plan }) => plan).filter(({ decision }) => decision === 'bake')
  await notify(
    waits
      ? campaignWaiting({ campaign, trigger, ...waits })
      : campaignPlanned({
          campaign,
          trigger,
          execution: record.execution,
          left: images.length - bakes.length,
          bakes: bakes.sort((a, b) => a.order - b.order),
        }),
  )
  await ledger.set(campaignKey(campaign), { announced: news })
  return {}
}
