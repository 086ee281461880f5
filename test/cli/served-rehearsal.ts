import { afterAll, beforeAll } from 'vitest'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { parseEstate } from '../../rehearsal/estate.ts'
import { type Rehearsal, type RehearseOptions, rehearse } from '../../rehearsal/rehearse.ts'
import { slow } from '../support/rehearsal.ts'
import { fleetFile } from './fleet-file.ts'
import { runRebake } from './run.ts'

type Of = Pick<Required<RehearseOptions>, 'releases'> & Partial<Pick<RehearseOptions, 'faults'>> & { estate?: string }

/** A rehearsal that is served while the tests of the file run, and the real command beside it. */
export function servedRehearsal(text: string, { releases, faults = [], estate: before = '{}' }: Of) {
  const { directory, fleet: file } = fleetFile(text)
  const fleet = parseFleet(text, 'fleet.yaml')
  const estate = parseEstate(fleet, before, 'estate.yaml')
  let rehearsal: Rehearsal
  beforeAll(async () => {
    rehearsal = await rehearse({ fleet, fleetFile: file, releases, seed: 1, faults, estate, serve: 0 })
  }, slow)
  afterAll(() => rehearsal?.close())
  return {
    fleet,
    /** As it is once the tests run. */
    served: () => rehearsal,
    run: (args: string[], options?: Parameters<typeof runRebake>[2]) =>
      runRebake(directory, [...args, '--endpoint-url', rehearsal.url ?? ''], options),
  }
}
