import {
  grantLocks,
  type LockRequest,
  type Locks,
  markDelivered,
  type SupersededRequest,
  undelivered,
} from '../../domain/locks.ts'
import type { Outcome } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { claimWait } from '../../ledger/wait-ids.ts'
import type { Waits } from './task-waits.ts'

export interface LockDeps {
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
export async function changeLocks(
  { ledger, waits, concurrentBakes }: LockDeps,
  time: string,
  change: (locks: Locks) => Locks,
): Promise<Locks> {
  const locks = await ledger.locks.change((current) => grantLocks(change(current), concurrentBakes))
  const news = undelivered(locks)
  if (news.length === 0) return locks
  for (const claim of news) await waits.bringOutcome(claimWait(claim), newsFor(claim), time)
  return ledger.locks.change((current) => markDelivered(current, news))
}

const newsFor = (claim: LockRequest | SupersededRequest): Outcome =>
  'by' in claim ? supersededBy(claim.by) : { granted: true }
