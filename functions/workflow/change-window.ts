import { OutsideChangeWindow } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { campaignWaiting } from '../../domain/messages/campaigns.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import { nextChangeWindow, type Scope } from '../../domain/planning/change-windows.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Notify } from '../runtime/notify.ts'

export interface WindowDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'campaigns'>
  notify: Notify
}

interface Passing {
  time: string
  /** Seconds after which it asks again, closed or not. Default: when it opens. */
  longest?: number
  beforeWaiting?: () => Promise<unknown>
}

/**
 * Lets a change pass only while no freeze forbids it and its windows are open. Emergencies pass. What may not pass
 * yet is recorded, and reported once for all of a campaign that wait until the same time.
 *
 * @throws OutsideChangeWindow
 */
export async function requireOpenWindow(
  { fleet, ledger, notify }: WindowDeps,
  { campaign, image, emergency }: BakeOrder,
  scope: Scope,
  { time, longest = Number.POSITIVE_INFINITY, beforeWaiting = async () => {} }: Passing,
): Promise<void> {
  const opening = emergency ? undefined : nextChangeWindow(fleet, scope, new Date(time))
  if (!opening) return
  const until = opening.opensAt.toISOString()
  const { reasons } = opening
  await beforeWaiting()
  const { ring } = scope
  await ledger.campaigns.recordWindowClosed(campaign, image, { waiting: { until, reasons }, ring })
  if (!(await ledger.campaigns.isWaitAnnounced(campaign, until))) {
    await notify(campaignWaiting({ campaign, image, ring, until, reasons }))
    await ledger.campaigns.recordWaitAnnounced(campaign, { image, ring, until, reasons })
  }
  const again = Math.min(opening.opensAt.getTime(), Date.parse(time) + longest * 1000)
  throw new OutsideChangeWindow({ opensAt: new Date(again).toISOString(), reasons })
}
