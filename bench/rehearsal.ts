import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import jsonata from 'jsonata'
import type { Fleet } from '../domain/fleet/model.ts'
import { parseFleet } from '../domain/fleet/parse.ts'
import { Random, StepFunctions, VirtualClock } from '../emulator/index.ts'
import { synthesize } from '../infra/synthesize.ts'
import { defaultStart, type Rehearsal, type RehearseOptions, rehearse } from '../rehearsal/rehearse.ts'

// A machine that others use is slower at times: compare the ratios of a run, not the seconds of two.

const upstream = 'al2023-soe'
const directory = 'examples/golden'
const file = `${directory}/fleet.yaml`
const example = parseFleet(readFileSync(file, 'utf8'), file, (path) => readFileSync(join(directory, path), 'utf8'))

/** The example fleet with a forest of services below its hardened image: `count` images are rebaked. */
function generated(count: number): Fleet {
  const { 'al2023-hardened': hardened, 'web-frontend': service } = example.images
  if (!hardened || !service) throw new Error(`${file} has no al2023-hardened or no web-frontend`)
  const parent = (i: number) => (i < 6 ? 'al2023-hardened' : `service-${Math.floor(i / 6) - 1}`)
  const services = Array.from({ length: count - 1 }, (_, i) => [`service-${i}`, { ...service, parent: parent(i) }])
  return { ...example, images: { 'al2023-hardened': hardened, ...Object.fromEntries(services) } }
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const start = performance.now()
  const result = await work()
  return { seconds: (performance.now() - start) / 1000, result }
}

const day = 86_400

/** Bundles and synthesizes a fleet once, to rehearse it again and again. */
async function prepare(fleet: Fleet) {
  const outdir = mkdtempSync(join(tmpdir(), 'rebake-bench-'))
  const { seconds, result: assembly } = await timed(() =>
    synthesize({ fleet, fleetDirectory: directory, outdir, validate: false }),
  )
  return {
    synthesis: seconds,
    async run(o: Pick<RehearseOptions, 'releases' | 'for' | 'seed'>) {
      const rehearsal = await rehearse({ ...o, fleet, fleetFile: file, faults: [], assembly })
      await rehearsal.close()
      return rehearsal
    },
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  }
}

const releasedIn = ({ summary }: Rehearsal) => summary.images.filter(({ status }) => status === 'released').length

/** Rehearses nothing at all (deploying is all there is), and a release. */
async function measure(name: string, fleet: Fleet, runs: number) {
  const { synthesis, run, remove } = await prepare(fleet)
  const releases = [{ upstream, time: defaultStart }]
  await run({ seed: 0 }) // loads the models of the services
  const { seconds: deploy } = await timed(() => run({ seed: 1 }))
  const whole = await timed(async () => {
    let last = await run({ releases, seed: 1 })
    for (let seed = 2; seed <= runs; seed++) last = await run({ releases, seed })
    return last
  })
  remove()
  const { summary, cost } = whole.result
  const each = whole.seconds / runs
  const released = releasedIn(whole.result)
  return {
    fleet: name,
    released,
    'synthesis s': round(synthesis, 2),
    'deploy s': round(deploy, 2),
    'events s': round(each - deploy, 2),
    'ms/image': round(((each - deploy) * 1000) / released, 0),
    'ms/call': round(((each - deploy) * 1000) / cost.apiCalls, 2),
    'transitions/s': round(cost.transitions / (each - deploy), 0),
    'virtual/real': round(summary.makespanSeconds / each, 0),
    'rehearsals/min': round(60 / each, 1),
  }
}

/** A month: schedules come, polls look every hour, and upstreams release as the seed has it. */
async function month() {
  const { run, remove } = await prepare(example)
  await run({ seed: 0 })
  const { seconds, result } = await timed(() => run({ for: 31 * day, seed: 1 }))
  remove()
  const { summary, cost } = result
  return {
    'a month of': 'example',
    campaigns: summary.campaigns.length,
    released: releasedIn(result),
    invocations: cost.lambdaInvocations,
    calls: cost.apiCalls,
    'rehearsal s': round(seconds, 1),
    'ms/call': round((seconds * 1000) / cost.apiCalls, 2),
    'virtual/real': round(summary.makespanSeconds / seconds, 0),
  }
}

const round = (value: number, digits: number) => Number(value.toFixed(digits))

/** The engine by itself: a Map whose items choose and compute. */
async function engineAlone() {
  const clock = new VirtualClock(Date.parse(defaultStart))
  const unused = () => Promise.reject(new Error('no task here'))
  const place = { account: '111122223333', region: 'us-west-2' }
  const host = { clock, random: new Random(1), ...place, invokeFunction: unused, callService: unused }
  const engine = new StepFunctions({ ...host, publishEvent: () => {} })
  const States = {
    'Even?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input % 2 = 0 %}', Next: 'Grow' }],
      Default: 'Rest',
    },
    Grow: { Type: 'Pass', Output: '{% $states.input * 10 %}', Next: 'Rest' },
    Rest: { Type: 'Wait', Seconds: 60, End: true },
  }
  const each = {
    Type: 'Map',
    Items: '{% [1..2000] %}',
    ItemProcessor: { StartAt: 'Even?', States },
    End: true,
  }
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Each', States: { Each: each } })
  const { arn } = engine.createStateMachine({
    name: 'bench',
    definition,
    roleArn: `arn:aws:iam::${place.account}:role/x`,
  })
  const { seconds, result } = await timed(async () => {
    const execution = engine.startExecution({ stateMachineArn: arn })
    await clock.run()
    return execution.history.events.filter(({ type }) => type.endsWith('StateEntered')).length
  })
  const bare = await timed(async () => {
    for (let i = 0; i < 2000; i++) await jsonata('$states.input * 10').evaluate(undefined, { states: { input: i } })
  })
  const perSecond = result / seconds
  return {
    transitions: result,
    'transitions/s': round(perSecond, 0),
    'bare JSONata per transition': round(2000 / bare.seconds / perSecond, 2),
  }
}

console.table([await measure('example', example, 4), await measure('generated', generated(60), 1)])
console.table([await month()])
console.table([await engineAlone()])
