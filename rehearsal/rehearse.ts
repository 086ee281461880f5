import { dirname, join } from 'node:path'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { createWorld, type EventEnvelope, Random, type Readings, VirtualClock, type World } from '../emulator/index.ts'
import { type CloudAssemblySummary, synthesize } from '../infra/synthesize.ts'
import { targetAccounts, upstreamAccounts } from '../infra/targets.ts'
import { temporaryDirectory } from '../infra/temporary-directory.ts'
import { summarise } from './accounts.ts'
import { become, type ChangedFleet, notTheSame } from './changed-fleet.ts'
import { type Estate, soundEstate } from './estate.ts'
import { type Fault, Faults, impossible } from './faults.ts'
import { Live } from './live.ts'
import { simulatedTargets } from './organization.ts'
import { approvalsEnd, patienceWith } from './patience.ts'
import type { Progress } from './progress.ts'
import { writeRecords } from './records.ts'
import { refusalOf } from './refusals.ts'
import { releaseStream } from './release-stream.ts'
import type { PlannedRelease } from './releases.ts'
import type { NotificationRecord, Summary } from './results.ts'
import { type Action, stage } from './scenario.ts'
import { seedWorld } from './seed-world.ts'
import { type Post, Slack } from './slack.ts'
import { addStandingReleases, type Systems } from './upstream-accounts.ts'
import { workIn } from './work.ts'

export interface RehearseOptions {
  fleet: Fleet
  /** Component files are relative to its directory. */
  fleetFile: string
  /** Each happens at its own time, with all that it implies. */
  events?: EventEnvelope[]
  /** Each is announced as its upstream's kind has it, if at all. */
  releases?: PlannedRelease[]
  /** What people do, each at its own time. */
  actions?: Action[]
  /** Fleets that are deployed while things happen, each in the place of the one before. */
  changes?: ChangedFleet[]
  /** When it begins, ISO 8601. Default: with the first event, release or action, or on 1 September 2026. */
  start?: string
  /**
   * Seconds in which schedules come, from when they are deployed. Without it no time passes but that of what happens;
   * with it and neither events nor releases, the upstreams release things as the seed has it.
   */
  for?: number
  seed: number
  faults: Fault[]
  /** Questions that AWS leaves open and that are not to be read strictly. */
  readings?: Readings | undefined
  /** The operating systems of upstreams whose names do not tell: what says nothing is Amazon Linux. */
  systems?: Systems | undefined
  /** Whether every account encrypts its volumes by default. Default: none does. */
  encryptByDefault?: boolean | undefined
  /** What the build account had before the fleet. Default: sound pipelines. */
  estate?: Estate | undefined
  /** Directory for the records. */
  out?: string
  /** Port of the emulator when it stays up afterwards; 0 is any that is free. */
  serve?: number
  onProgress?: (progress: Progress) => void
  /** Called for every event that is put on a bus of the build account. */
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
  /** Events that had no effect, and why. */
  refused: string[]
  /** Alarms of the fleet that were in ALARM at some time. */
  alarms: string[]
  /** What is to be seen in its Slack channels. */
  slack: Post[]
  /** Everything as it ended up; still there to read when the rehearsal is closed. */
  world: World
  /** Where the emulator is served. */
  url?: string
  close(): Promise<void>
}

/** What a fleet has some types of resources for, where the emulator can only say what they are. */
const leftOut: Record<string, string> = {
  'AWS::EC2::VPCEndpoint': 'the network of build instances',
  'AWS::IAM::ManagedPolicy': 'what people may do from chat channels',
  'AWS::S3::Bucket': 'build logs',
  'AWS::S3::BucketPolicy': 'access to build logs',
  'AWS::SQS::QueuePolicy': 'who may send to the dead letters',
  'AWS::Scheduler::Schedule': 'schedules: no time passes but that of the events; --for lets them come',
}

/** Rehearsals have no today: where nothing else says when, they begin here. */
export const defaultStart = '2026-09-01T06:00:00Z'

/**
 * Deploys the synthesized templates to a world of its own, and lets things happen in virtual time.
 *
 * @throws Error for a fault that cannot happen in this fleet, and for what happens before the start
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
  const wallStart = performance.now()
  const { fleetFile, seed, onProgress, actions = [] } = options
  // What happens is of the fleet that is deployed when it does.
  const fleet = Object.assign({}, options.fleet)
  const { started, events, releases } = scenarioOf(options)
  const { directory: outdir, remove } = temporaryDirectory()
  const assembly =
    options.assembly ?? (await synthesize({ fleet, fleetDirectory: dirname(fleetFile), outdir, validate: false }))
  const changes = await synthesizeAll(options.changes ?? [], outdir)

  const serving = new AbortController()
  let patience = (_next: number) => 0
  const clock = new VirtualClock(started - 600_000, { patience: (next) => patience(next) })
  const random = new Random(seed)
  const faults = new Faults(options.faults)
  const world: World = await createWorld({
    name: 'rehearsal',
    clock,
    random,
    organization: fleet.organization,
    readings: options.readings,
    account: fleet.build.account,
    region: fleet.build.region,
    bundles: assembly.functions,
    port: options.serve,
    schedulesUntil: options.for === undefined ? undefined : started + options.for * 1000,
    labelOf: workIn,
    environment: (fn) => slack.environmentOf(fn),
    onStep: (executionArn) => {
      const progress = onProgress && live.at(executionArn)
      if (progress) onProgress?.(progress)
    },
    onEvent: (event) => {
      staged.heard(event)
      options.onEvent?.(event)
    },
    onNotification: (notification) => staged.read(notification),
    eventDelays: (event) => staged.eventDelays(event),
    beforeInvoke: (name, work) => staged.before(name, work),
    invocationOutcome: (name) => faults.invocationOutcome(name),
    refuse: (call) => refusalOf(faults, call),
  })
  const slack = await Slack.open(() => clock.now())
  const live = new Live(world, fleet)
  const { encryptByDefault = false, estate = soundEstate } = options
  const others = { faults, slack, encryptByDefault, estate }
  const staged = stage(world, {
    fleet,
    started,
    events,
    releases,
    actions,
    random,
    faults,
    systems: options.systems ?? {},
  })

  clock.at(clock.now(), () => {
    seedWorld(world, fleet, { ...others, standing: staged.standing })
    return deployAll(world, fleet, assembly)
  })
  for (const change of changes)
    clock.at(started + change.after * 1000, async () => {
      const before = Object.assign({}, fleet)
      const upstreams = Object.entries(change.fleet.upstreams).filter(([name]) => !(name in before.upstreams))
      const isNew = Object.assign({}, change.fleet, { upstreams: Object.fromEntries(upstreams) })
      const added = addStandingReleases(world, { fleet: isNew, faults, systems: options.systems ?? {} }, started)
      const standing = new Map([...staged.standing, ...added])
      seedWorld(world, change.fleet, { ...others, standing, before })
      become(fleet, change.fleet)
      await deployAll(world, change.fleet, change.assembly)
    })
  await clock.run({ until: started - 1 })
  // Anybody who serves it can answer what the people of the rehearsal do not.
  const isServed = options.serve !== undefined
  await clock.run({ done: (next) => isServed && next >= approvalsEnd(world.stepFunctions) })
  for (const progress of onProgress ? live.all() : []) onProgress?.(progress)

  const table = resourceName(fleet.name, 'ledger')
  const summary: Summary = {
    ...(await summarise(world, table, started, started + (options.for ?? 0) * 1000)),
    wallSeconds: Math.round(performance.now() - wallStart) / 1000,
  }
  const notifications = world.aws.sns.notifications
  if (options.out) writeRecords(options.out, world, notifications, summary)
  if (isServed) {
    patience = patienceWith(world.stepFunctions, (role) => world.aws.iam.role(role) !== undefined)
    void clock.serve(serving.signal)
  }
  return {
    summary,
    notifications,
    cost: costOf(world),
    notRehearsed: [...world.notEmulated].map(([type, why]) => `${type}: ${leftOut[type] ?? why}`).sort(),
    unusedPermissions: world.aws.unusedPermissions(),
    refused: world.refused,
    alarms: world.metrics.fired(started, clock.now()),
    slack: slack.posts,
    world,
    ...(isServed && { url: world.url }),
    close: async () => {
      serving.abort()
      await Promise.all([world.close(), slack.close()])
      remove()
    },
  }
}

/** What happens and from when on; refused where it cannot be. */
function scenarioOf(o: RehearseOptions) {
  const { fleet, seed, events = [], releases = [] } = o
  for (const { fleet: other } of o.changes ?? []) {
    const why = notTheSame(fleet, other)
    if (why) throw new Error(`the changed fleet cannot be deployed in the place of this one: ${why}`)
  }
  for (const fault of o.faults) {
    const why = impossible(fleet, fault)
    if (why) throw new Error(`${fault.kind}=${fault.target} cannot happen: ${why}`)
  }
  const reported = [...events, ...releases]
  const times = [...reported, ...(o.actions ?? [])].map(({ time }) => Date.parse(time))
  const started = o.start === undefined && times.length > 0 ? Math.min(...times) : Date.parse(o.start ?? defaultStart)
  if (times.some((time) => time < started)) throw new Error(`something happens before the start, ${o.start}`)
  const stream = o.for !== undefined && reported.length === 0 ? releaseStream(fleet, seed, started, o.for) : []
  return { started, events, releases: [...releases, ...stream] }
}

/** Each with what of it is deployed, in the order of their times. */
async function synthesizeAll(changed: ChangedFleet[], outdir: string) {
  const made = []
  for (const [nth, each] of changed.toSorted((a, b) => a.after - b.after).entries()) {
    const { fleet, fleetFile } = each
    const options = { fleet, fleetDirectory: dirname(fleetFile), outdir: join(outdir, `then-${nth}`), validate: false }
    made.push({ fleet, after: each.after, assembly: each.assembly ?? (await synthesize(options)) })
  }
  return made
}

async function deployAll(world: World, fleet: Fleet, assembly: CloudAssemblySummary) {
  const { account, region } = fleet.build
  const deploy = ({ name, template }: CloudAssemblySummary['buildStack'], owner: string) =>
    world.deploy(template, { account: owner, region, stack: name }, { bundles: assembly.functions })
  // The order of the README. The target accounts' stack has one region, and only roles.
  for (const target of [...targetAccounts(fleet), ...simulatedTargets(fleet)])
    await deploy(assembly.targetStack, target)
  await deploy(assembly.buildStack, account)
  for (const { name, template, region: elsewhere } of assembly.keyStacks)
    await world.deploy(template, { account, region: elsewhere, stack: name })
  for (const owner of upstreamAccounts(fleet)) await deploy(assembly.soeStack, owner)
}

function costOf({ stepFunctions, functions, aws }: World) {
  const events = [...stepFunctions.executions.values()].flatMap(({ history }) => history.events)
  return {
    transitions: events.filter(({ type }) => type.endsWith('StateEntered')).length,
    lambdaInvocations: [...functions.invocations.values()].reduce((sum, count) => sum + count, 0),
    apiCalls: aws.calls.length,
  }
}
