import { type Claim, type Claims, grant, markTold, type Superseded, untold } from '../../domain/claims.ts'
import type { Outcome } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { claimWait } from '../../ledger/wait-ids.ts'
import type { Waits } from './task-waits.ts'

export interface ClaimingParts {
  ledger: Pick<Ledger, 'locks'>
  waits: Waits
  concurrentBakes: number
}

export const supersededBy = (by: string): Outcome => ({
  error: 'Superseded',
  cause: `superseded by campaign ${by}`,
})

/**
 * Changes the claims, grants what can be granted then, and tells those who waited.
 *
 * @throws Transient
 */
export async function changeClaims(
  { ledger, waits, concurrentBakes }: ClaimingParts,
  time: string,
  change: (claims: Claims) => Claims,
): Promise<Claims> {
  const claims = await ledger.locks.change((current) => grant(change(current), concurrentBakes))
  const news = untold(claims)
  if (news.length === 0) return claims
  for (const claim of news) await waits.bringOutcome(claimWait(claim), newsFor(claim), time)
  return ledger.locks.change((current) => markTold(current, news))
}

const newsFor = (claim: Claim | Superseded): Outcome => ('by' in claim ? supersededBy(claim.by) : { granted: true })
