import type { Claim } from '../../domain/claims.ts'
import type { Known } from '../../domain/planning/known.ts'
import type { Release } from '../../domain/releases/release.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/** How an image stands: what is known of it, what was released, and who bakes it or rolls it out. */
export interface Standing {
  known: Known
  /** The newest first. */
  releases: Release[]
  underWay: (Claim & { waits: boolean })[]
}

export async function standingOf(
  ledger: Pick<Ledger, 'fleetState' | 'locks' | 'releases'>,
  image: string,
): Promise<Standing> {
  const [known, releases, { held, queue }] = await Promise.all([
    ledger.fleetState.read(),
    ledger.releases.readAll(image),
    ledger.locks.read(),
  ])
  const all = [
    ...held.map((claim) => ({ ...claim, waits: false })),
    ...queue.map((claim) => ({ ...claim, waits: true })),
  ]
  return { known, releases, underWay: all.filter((claim) => claim.image === image) }
}
