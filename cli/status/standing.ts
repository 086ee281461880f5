import type { LockRequest } from '../../domain/locks.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/** How an image stands: what is known of it, what was released, and who bakes it or rolls it out. */
export interface Standing {
  known: FleetState
  /** The newest first. */
  releases: ImageRelease[]
  underWay: (LockRequest & { waits: boolean })[]
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
