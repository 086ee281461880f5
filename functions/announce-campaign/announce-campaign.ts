import { campaignPlanned } from '../../domain/messages/messages.ts'
import { campaignKey, readCampaign } from '../shared/campaigns.ts'
import type { Ledger } from '../shared/ledger.ts'
import type { Notify } from '../shared/notify.ts'

/** Tells people what will be rebaked, why, and until when about; a second time, nobody. */
export async function announce({ ledger, notify }: { ledger: Ledger; notify: Notify }, campaign: string) {
  const { record, images } = await readCampaign(ledger, campaign)
  if (!record) throw new Error(`campaign ${campaign} has no record`)
  if (record.announced) return {}
  const bakes = images.map(({ plan }) => plan).filter(({ decision }) => decision === 'bake')
  await notify(
    campaignPlanned({
      campaign,
      ...record.trigger,
      bakes: bakes.sort((a, b) => a.order - b.order),
      left: images.length - bakes.length,
    }),
  )
  await ledger.set(campaignKey(campaign), { announced: true })
  return {}
}
