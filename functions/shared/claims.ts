import { type Claims, grant, markTold, noClaims, untold } from '../../domain/claims.ts'
import { Transient } from './errors.ts'
import type { Item, Key, Ledger } from './ledger.ts'
import type { Waits } from './waits.ts'

interface ClaimsItem extends Item, Claims {
  version: number
}

const key: Key = { pk: 'CLAIMS', sk: 'CLAIMS' }
const attempts = 20

export const claimWait = (holder: string) => `claim:${holder}`

/**
 * Changes the claims, grants what can be granted then, and tells those who waited. All claims are one item
 * under optimistic locking: the change is computed again whenever somebody else was faster.
 *
 * @throws Transient when too many others change the claims at once; nothing is lost, the task is retried.
 */
export async function changeClaims(
  { ledger, waits, concurrentBakes }: { ledger: Ledger; waits: Waits; concurrentBakes: number },
  time: string,
  change: (claims: Claims) => Claims,
): Promise<void> {
  const claims = await replaceClaims(ledger, (current) => grant(change(current), concurrentBakes))
  const news = untold(claims)
  if (news.length === 0) return
  for (const { holder } of news) await waits.bringOutcome(claimWait(holder), { granted: true }, time)
  const holders = news.map(({ holder }) => holder)
  await replaceClaims(ledger, (current) => markTold(current, holders))
}

async function replaceClaims(ledger: Ledger, change: (claims: Claims) => Claims): Promise<Claims> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const read = await ledger.get<ClaimsItem>(key)
    const { held, queue } = change(read ?? noClaims)
    if (await ledger.replace(key, { held, queue }, read?.version ?? 0)) return { held, queue }
  }
  throw new Transient(`the claims changed ${attempts} times while this one was being made`)
}
