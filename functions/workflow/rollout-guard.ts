import { holds, newerThan } from '../../domain/claims.ts'
import { Superseded } from '../../domain/errors.ts'
import { stopOf } from '../../domain/planning/holds.ts'
import type { RebakeOrder } from '../../domain/planning/order.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/**
 * A roll-out that an emergency has overtaken stops before it does anything more: no target goes back to an older AMI. So
 * does one of an image that is held, and one of an AMI that is revoked or rolled back, or that was baked from such a one.
 *
 * @throws Superseded
 */
export async function mustHoldRollOut(
  ledger: Pick<Ledger, 'fleetState' | 'locks'>,
  holder: string,
  { order, ami, parentAmi }: CampaignImageItem & { order: RebakeOrder },
): Promise<void> {
  const { image, number, emergency } = order
  const stop = stopOf(await ledger.fleetState.read(), image, [ami, parentAmi])
  if (stop) throw new Superseded(stop)
  const claims = await ledger.locks.read()
  const stage = 'roll-out' as const
  if (holds(claims, { holder, stage })) return
  const newer = newerThan(claims, { image, stage, number, emergency })?.campaign
  throw new Superseded(newer ? `superseded by campaign ${newer}` : 'superseded by a newer campaign')
}
