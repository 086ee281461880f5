import type { SFNClient } from '@aws-sdk/client-sfn'
import { command } from '../../domain/command-text.ts'
import { RequestRefused, Transient } from '../../domain/errors.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { Hold } from '../../domain/planning/holds.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { isUnderWay } from './operation-status.ts'

/** @throws RequestRefused where the operation that holds the image is under way */
export async function refuseUnderWay(
  deps: { ledger: Pick<Ledger, 'operations'>; stepFunctions: SFNClient },
  image: string,
  held: Hold | undefined,
): Promise<void> {
  if (held?.operation && (await isUnderWay(deps, held.operation)))
    throw new RequestRefused(
      `${held.operation} has ${image} and is still under way, for ${held.by}: wait for it to end (${command('status')} shows it), then give the same command again`,
    )
}

/** @throws Transient where the image is not held as it was before: another try sees by whom */
export function requireHold(known: FleetState, image: string, before: Hold | undefined): void {
  const now = known.images[image]?.held
  if (now?.at !== before?.at || now?.operation !== before?.operation)
    throw new Transient(`${image} was held or let go by somebody else in the meantime`)
}
