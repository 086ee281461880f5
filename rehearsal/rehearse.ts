import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { type CloudAssemblySummary, synthesize } from '../infra/synthesize.ts'
import { targetAccounts } from '../infra/targets.ts'
import { summarise } from './accounts.ts'
import { VirtualClock } from './clock.ts'
import type { EventEnvelope } from './event.ts'
import { type Fault, Faults } from './faults.ts'
import { progressOf } from './live.ts'
import { patienceWith } from './patience.ts'
import type { Progress } from './progress.ts'
import { Random } from './random.ts'
import { writeRecords } from './records.ts'
import type { NotificationRecord, Summary } from './results.ts'
import { type Scenario, stage } from './scenario.ts'
import { World } from './world/world.ts'

export interface RehearseOptions {
  fleet: Fleet
  /** Component files are relative to its directory. */
  fleetFile: string
  events: EventEnvelope[]
  seed: number
  faults: Fault[]
  /** Directory for the records. */
  out?: string
  /** Port of the stand-in when it stays up afterwards; 0 is any that is free. */
  serve?: number
  onProgress?: (progress: Progress) => void
  /** Told of every event that is put on a bus of the build account. */
  onEvent?: (event: EventEnvelope) => void
  /** What to rehearse, where it is synthesized already; otherwise the rehearsal does that itself. */
  assembly?: CloudAssemblySummary
}

export interface Rehearsal {
  summary: Summary
  notifications: NotificationRecord[]
  cost: { transitions: number; lambdaInvocations: number; apiCalls: number }
  /** Resource types of the templates that do nothing here, with what that leaves out. */
  notRehearsed: string[]
  unusedPermissions: string[]
  /** Events that came to nothing, and why. */
  refused: string[]
  /** Where the stand-in is served. */
  url?: string
  close(): Promise<void>
}

/** Deploys the synthesized templates to a world of its own, and lets the events happen in virtual time. */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
  const wallStart = performance.now()
  const { fleet, fleetFile, events, seed, onProgress } = options
  const outdir = mkdtempSync(join(tmpdir(), 'rebake-'))
  const assembly =
    options.assembly ??
    (await synthesize({ fleet, fleetDirectory: dirname(fleetFile), outdir, validate: false }))
  const started = Math.min(...events.map(({ time }) => Date.parse(time)))

  const serving = new AbortController()
  let patience = () => 0
  const clock = new VirtualClock(started - 600_000, { patience: () => patience() })
  const random = new Random(seed)
  const scenario: Scenario = { fleet, events, random, faults: new Faults(options.faults) }
  const tell = () => {
    for (const progress of onProgress ? progressOf(world, fleet) : []) onProgress?.(progress)
  }
  const world: World = await World.open({
    ...{ clock, random, organization: fleet.organization, faults: scenario.faults },
    ...fleet.build,
    ...{ bundles: assembly.functions, port: options.serve ?? 0, onStep: tell, onEvent: options.onEvent },
    fate: (event) => staged.fate(event),
    before: (name, work) => staged.before(name, work),
  })
  const staged = stage(world, scenario)

  clock.at(clock.now(), () => deployAll(world, fleet, assembly))
  await clock.run({ until: started - 1 })
  await clock.run()
  tell()

  const table = resourceName(fleet.name, 'ledger')
  const summary: Summary = {
    ...(await summarise(world, table, started)),
    wallSeconds: Math.round(performance.now() - wallStart) / 1000,
  }
  const notifications = world.standIn.sns.notifications
  if (options.out) writeRecords(options.out, world, notifications, summary)
  if (options.serve !== undefined) {
    patience = patienceWith(world.stepFunctions)
    void clock.serve(serving.signal)
  }
  return {
    summary,
    notifications,
    cost: costOf(world),
    notRehearsed: [...world.notRehearsed].map(([type, why]) => `${type}: ${why}`).sort(),
    unusedPermissions: world.standIn.unusedPermissions(),
    refused: world.refused,
    ...(options.serve !== undefined && { url: world.url }),
    close: async () => {
      serving.abort()
      await world.close()
      rmSync(outdir, { recursive: true, force: true })
    },
  }
}

async function deployAll(world: World, fleet: Fleet, assembly: CloudAssemblySummary) {
  const { account, region } = fleet.build
  const deploy = ({ name, template }: CloudAssemblySummary['buildStack'], owner: string) =>
    world.deploy(template, { account: owner, region, stack: name })
  // The order of the README. The target accounts' stack has one region, and only roles.
  for (const target of targetAccounts(fleet)) await deploy(assembly.targetStack, target)
  await deploy(assembly.buildStack, account)
  const owners = new Set(Object.values(fleet.upstreams).map(({ ami }) => ami.owner))
  for (const owner of owners) await deploy(assembly.soeStack, owner)
}

function costOf({ stepFunctions, functions, standIn }: World) {
  const events = [...stepFunctions.executions.values()].flatMap(({ history }) => history.events)
  return {
    transitions: events.filter(({ type }) => type.endsWith('StateEntered')).length,
    lambdaInvocations: [...functions.invocations.values()].reduce((sum, count) => sum + count, 0),
    apiCalls: standIn.calls.length,
  }
}
