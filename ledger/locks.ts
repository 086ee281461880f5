import { type Claim, type Claims, grant, markTold, noClaims, type Superseded, untold } from '../domain/claims.ts'
import type { Key, Ledger } from './table.ts'
import { changeDocument, readDocument } from './versioned-item.ts'
import type { Outcome, Waits } from './waits.ts'

const key: Key = { pk: 'CLAIMS', sk: 'CLAIMS' }

/** Of one entry into the state that claims: an execution may claim, give back, and claim again. */
export const claimWait = ({ stage, holder, since }: Pick<Claim, 'stage' | 'holder' | 'since'>) =>
  `claim:${stage}:${holder}:${since}`

export const supersededBy = (by: string): Outcome => ({
  error: 'Superseded',
  cause: `superseded by campaign ${by}`,
})

export const readClaims = (ledger: Ledger) => readDocument<Claims>(ledger, key, noClaims)

/**
 * Changes the claims, grants what can be granted then, and tells those who waited.
 *
 * @throws Transient
 */
export async function changeClaims(
  { ledger, waits, concurrentBakes }: { ledger: Ledger; waits: Waits; concurrentBakes: number },
  time: string,
  change: (claims: Claims) => Claims,
): Promise<Claims> {
  const claims = await changeDocument<Claims>(ledger, key, noClaims, (current) =>
    grant(change(current), concurrentBakes),
  )
  const news = untold(claims)
  if (news.length === 0) return claims
  for (const claim of news) await waits.bringOutcome(claimWait(claim), newsFor(claim), time)
  return changeDocument<Claims>(ledger, key, noClaims, (current) => markTold(current, news))
}

const newsFor = (claim: Claim | Superseded): Outcome => ('by' in claim ? supersededBy(claim.by) : { granted: true })
