import { campaignPlanned, campaignWaiting } from '../../domain/messages/campaigns.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Notify } from '../runtime/notify.ts'

/** Tells people what will be rebaked, why, and until when about, or until when it waits; each once. */
export async function announce(
  { ledger, notify }: { ledger: Pick<Ledger, 'campaigns'>; notify: Notify },
  campaign: string,
) {
  const { record, images } = await ledger.campaigns.read(campaign)
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
  await ledger.campaigns.recordAnnounced(campaign, news)
  return {}
}
