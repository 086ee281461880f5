import { holds, newerThan } from '../../domain/claims.ts'
import type { RebakeOrder } from '../../domain/planning/order.ts'
import { readClaims } from './claims.ts'
import { Superseded } from './errors.ts'
import type { Ledger } from './ledger.ts'

/**
 * A roll-out that an emergency has overtaken stops before it does anything more: no target goes back to an older AMI.
 *
 * @throws Superseded
 */
export async function mustHoldRollOut(
  ledger: Ledger,
  holder: string,
  { image, number, emergency }: RebakeOrder,
): Promise<void> {
  const claims = await readClaims(ledger)
  const stage = 'roll-out' as const
  if (holds(claims, { holder, stage })) return
  const newer = newerThan(claims, { image, stage, number, emergency })?.campaign
  throw new Superseded(newer ? `superseded by campaign ${newer}` : 'superseded by a newer campaign')
}
