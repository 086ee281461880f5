import { Superseded } from '../../domain/errors.ts'
import { holdsLock, newerRequest } from '../../domain/locks.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import { reasonToStop } from '../../domain/planning/holds.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/**
 * A roll-out that an emergency has overtaken stops before it does anything more: no target rolls back to an older AMI. So
 * does one of an image that is held, and one of an AMI that is revoked or rolled back, or that was baked from one of those.
 *
 * @throws Superseded
 */
export async function requireRolloutLock(
  ledger: Pick<Ledger, 'fleetState' | 'locks'>,
  holder: string,
  { order, ami, parentAmi }: CampaignImageItem & { order: BakeOrder },
): Promise<void> {
  const { image, number, emergency } = order
  const stop = reasonToStop(await ledger.fleetState.read(), image, [ami, parentAmi])
  if (stop) throw new Superseded(stop)
  const locks = await ledger.locks.read()
  const stage = 'roll-out' as const
  if (holdsLock(locks, { holder, stage })) return
  const newer = newerRequest(locks, { image, stage, number, emergency })?.campaign
  throw new Superseded(newer ? `superseded by campaign ${newer}` : 'superseded by a newer campaign')
}
