import type { Fleet } from '../../domain/fleet/model.ts'
import { partitionOf } from '../../domain/fleet/regions.ts'
import { LimitsExceeded } from '../../domain/limits.ts'
import type { Rehearsal, rehearse } from '../../rehearsal/rehearse.ts'
import { waitsForApproval } from '../approve/render.ts'
import { loadFleet } from '../fleet.ts'
import { makeDirectory } from '../make-directory.ts'
import { BadInput, fileProblem } from '../problems.ts'
import { somethingFailed } from '../render/closing.ts'
import { painterFor } from '../render/text.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import type { RehearseOptions } from './command.ts'
import { startDisplay } from './display.ts'
import { readEstate } from './estate-option.ts'
import { scenarioOf } from './event-options.ts'
import { readFaults } from './fault-options.ts'
import { readLenient } from './lenient-options.ts'
import { type Outcome, reportLines } from './report.ts'
import { serveLines } from './serve.ts'
import { readSystems } from './system-options.ts'
import { readThen } from './then-options.ts'

// The CDK and the SDK take a second to load: not before it is known that they are needed.
const lazily: typeof rehearse = async (options) => (await import('../../rehearsal/rehearse.ts')).rehearse(options)

/** Rehearses, reports, and with --serve stays until Ctrl-C; the exit code is 1 if something failed. */
export async function rehearseFleet(options: RehearseOptions, run = lazily): Promise<void> {
  const fleet = loadFleet(options.fleet)
  refuseOtherPartitions(options.fleet, fleet)
  const scenarioEvents = scenarioOf(fleet, options)
  const faults = readFaults(fleet, options.fault ?? [])
  const readings = readLenient(options.lenient ?? [])
  const changes = readThen(fleet, options.then ?? [])
  const systems = readSystems(fleet, options.os ?? [])
  const estate = options.estate === undefined ? undefined : readEstate(fleet, options.estate)
  prepareOut(options.out)
  const display = startDisplay(fleet.name, options.json ?? false, options.for)
  const rehearsal = await run({
    fleet,
    fleetFile: options.fleet,
    ...scenarioEvents,
    seed: options.seed,
    faults,
    readings,
    changes,
    systems,
    encryptByDefault: options.encryptByDefault,
    estate,
    onProgress: display.progress,
    ...(options.out === undefined ? {} : { out: options.out }),
    ...(options.serve === undefined ? {} : { serve: options.serve === true ? 0 : options.serve }),
  })
    .catch((error: unknown) => Promise.reject(limitProblem(error, options.fleet) ?? portProblem(error, options.serve)))
    .finally(display.close)
  conclude(fleet, rehearsal, options)
  if (somethingFailed(rehearsal)) process.exitCode = 1
  if (options.serve !== undefined) await interrupted()
  await rehearsal.close()
}

function refuseOtherPartitions(file: string, { build }: Fleet): void {
  const partition = partitionOf(build.region)
  if (partition !== 'aws')
    throw new BadInput(
      `${file}: build.region: the emulator emulates the partition aws alone, and ${build.region} is in ${partition}. Rehearse a copy of the fleet with regions of the partition aws: nothing else differs.`,
    )
}

function prepareOut(out: string | undefined): void {
  if (out === undefined) return
  try {
    makeDirectory(out)
  } catch (error) {
    throw fileProblem(error, out, 'Name a directory that can be written to with --out DIRECTORY.')
  }
}

/** What AWS would not take of a fleet is for its author to change. */
const limitProblem = (error: unknown, file: string): BadInput | undefined =>
  error instanceof LimitsExceeded
    ? new BadInput(error.message.replaceAll(/^/gm, `${file}: `), { cause: error })
    : undefined

function portProblem(error: unknown, serve: RehearseOptions['serve']): unknown {
  const taken = error instanceof Error && 'code' in error && ['EADDRINUSE', 'EACCES'].includes(String(error.code))
  if (!taken || typeof serve !== 'number') return error
  return new BadInput(`--serve ${serve}: this port cannot be used. Choose another, or leave it out for any free one.`)
}

function conclude(fleet: Fleet, rehearsal: Rehearsal, { json, out }: RehearseOptions): void {
  const { summary, notifications, cost, notRehearsed, unusedPermissions, refused, url } = rehearsal
  const outcome: Outcome = { summary, notifications, cost, notRehearsed, unusedPermissions, refused }
  if (json) {
    printJson({ ...outcome, ...(url === undefined ? {} : { url }) })
    return
  }
  const parents = Object.fromEntries(Object.entries(fleet.images).map(([name, image]) => [name, image.parent]))
  print(reportLines(outcome, parents, printed()))
  if (out !== undefined) print([`Every call, execution and notification is in ${out}.`])
  if (url === undefined) return
  const served = { url, region: fleet.build.region, fleet: fleet.name }
  const waiting = summary.images.some(waitsForApproval)
  print(serveLines({ ...served, waiting }, painterFor(process.stdout)))
}

const interrupted = () =>
  new Promise<void>((resolve) => {
    const signals = ['SIGINT', 'SIGTERM'] as const
    const end = () => {
      for (const signal of signals) process.removeListener(signal, end)
      resolve()
    }
    for (const signal of signals) process.on(signal, end)
  })
