import { afterAll, beforeAll } from 'vitest'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { type Rehearsal, type RehearseOptions, rehearse } from '../../rehearsal/rehearse.ts'
import { slow } from '../support/rehearsal.ts'
import { fleetFile } from './fleet-file.ts'
import { runRebake } from './run.ts'

type Of = Pick<Required<RehearseOptions>, 'releases'> & Partial<Pick<RehearseOptions, 'faults'>>

/** A rehearsal that is served while the tests of the file run, and the real command beside it. */
export function servedRehearsal(text: string, { releases, faults = [] }: Of) {
  const { directory, fleet: file } = fleetFile(text)
  const fleet = parseFleet(text, 'fleet.yaml')
  let rehearsal: Rehearsal
  beforeAll(async () => {
    rehearsal = await rehearse({ fleet, fleetFile: file, releases, seed: 1, faults, serve: 0 })
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
