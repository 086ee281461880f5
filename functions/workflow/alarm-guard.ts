import { type CloudWatchFor, requireQuietAlarm } from '../../aws/alarms.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import type { RingOrder } from '../../domain/planning/ring-order.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { buildOf, publishedAt } from './distributions.ts'

/** CloudWatch may tell of a change a little later than it was. */
const overlap = 3_600_000

/**
 * Asks the alarm of a ring that has the image, and remembers that it was quiet until now: CloudWatch forgets what it does not tell in time.
 *
 * @throws AlarmFired, AlarmUnknown
 */
export async function mustHaveBeenQuiet(
  { ledger, cloudWatch }: { ledger: Pick<Ledger, 'campaigns'>; cloudWatch: CloudWatchFor },
  item: CampaignImageItem & { order: BakeOrder },
  ring: RingOrder,
  { campaign, time, imageArn }: Record<'campaign' | 'time' | 'imageArn', string>,
): Promise<void> {
  if (!ring.alarm) return
  const { account: buildAccount } = buildOf(imageArn)
  await requireQuietAlarm(cloudWatch, ring, { since: quietSince(item, ring), time, buildAccount })
  await ledger.campaigns.recordQuiet({ campaign, image: item.image, ring: ring.ring }, item, time)
}

function quietSince(item: CampaignImageItem & { order: BakeOrder }, ring: RingOrder): string | undefined {
  const published = publishedAt(item, ring)
  const asked = item.quiet?.[ring.ring]
  if (!asked || !published) return published
  return new Date(Math.max(Date.parse(published), Date.parse(asked) - overlap)).toISOString()
}
