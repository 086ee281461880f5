import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import { type CloudAssemblySummary, synthesize } from '../../infra/synthesize.ts'
import { parseFault } from '../../rehearsal/faults.ts'
import { type Rehearsal, type RehearseOptions, rehearse } from '../../rehearsal/rehearse.ts'
import { exampleDirectory, exampleFile, exampleFleet } from './fleets.ts'

export const readEvent = (file: string) => JSON.parse(readFileSync(`events/${file}`, 'utf8')) as EventEnvelope

/** Loading CDK, bundling and synthesizing, on a machine that has other work. */
export const slow = 90_000

export const temporaryDirectory = () => mkdtempSync(join(tmpdir(), 'rebake-test-'))

const assemblies = new Map<string, Promise<CloudAssemblySummary>>()

/** A fleet as it deploys: synthesized once for all tests of a process that rehearse it, and theirs to read only. */
export function assemblyOf(fleet: Fleet): Promise<CloudAssemblySummary> {
  const key = JSON.stringify(fleet)
  const known = assemblies.get(key)
  if (known) return known
  // The templates' own tests check them.
  const made = synthesize({ fleet, fleetDirectory: exampleDirectory, outdir: temporaryDirectory(), validate: false })
  assemblies.set(key, made)
  return made
}

/** One synthesized fleet, to rehearse again and again. */
export async function stageFor(fleet: Fleet = exampleFleet()) {
  const assembly = await assemblyOf(fleet)
  return {
    fleet,
    assembly,
    /** Served on a free port where asked: then it is the test's to close. */
    async rehearse(
      o: Pick<RehearseOptions, 'releases' | 'start' | 'for' | 'actions' | 'readings' | 'changes' | 'estate'> & {
        events?: EventEnvelope[]
        seed?: number
        faults?: string[]
        out?: string
        serve?: boolean
        assembly?: CloudAssemblySummary
      } = {},
    ): Promise<Rehearsal> {
      const { seed = 1, faults = [], out, serve, assembly: other = assembly, ...happens } = o
      const { actions = [] } = happens
      const readings = o.readings && { readings: o.readings }
      const changes = o.changes && { changes: o.changes }
      const estate = o.estate && { estate: o.estate }
      const isGiven = [o.events, o.releases, o.for].some((each) => each !== undefined)
      const rehearsal = await rehearse({
        fleet,
        assembly: other,
        fleetFile: exampleFile,
        ...(isGiven
          ? happens
          : { events: [readEvent('ec2.ami-available.json')], actions: actions, ...readings, ...changes, ...estate }),
        seed,
        faults: faults.map(parseFault),
        ...(out && { out }),
        ...(serve && { serve: 0 }),
      })
      if (!serve) await rehearsal.close()
      return rehearsal
    },
  }
}

/** The lines of a `.jsonl` file. */
export const readLines = <T = Record<string, unknown>>(directory: string, file: string): T[] =>
  readFileSync(join(directory, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)
