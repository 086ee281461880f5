import type { FleetState } from '../../domain/planning/fleet-state.ts'
import { type ClearDeps, clearPointers } from '../workflow/clear-pointers.ts'

/**
 * Goes on with parameters that a revocation could not clear: the account let nobody in, or the revocation died. What cannot be
 * cleared now either, the next hour tries again; people were notified when the revocation ended.
 */
export async function clearLeft(deps: ClearDeps, { pointing = [] }: FleetState): Promise<void> {
  for (const operation of pointing) {
    const record = await deps.ledger.operations.readRevocation(operation)
    // One that runs does it itself. One that never began has nothing to clear, and its command again begins another.
    if (record && record.status !== 'running') await clearPointers(deps, operation)
  }
}
