import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import jsonata from 'jsonata'
import type { Fleet } from '../domain/fleet/model.ts'
import { parseFleet } from '../domain/fleet/parse.ts'
import { synthesize } from '../infra/synthesize.ts'
import { VirtualClock } from '../rehearsal/clock.ts'
import { StepFunctions } from '../rehearsal/engine/step-functions.ts'
import { Random } from '../rehearsal/random.ts'
import { rehearse } from '../rehearsal/rehearse.ts'
import { releaseEvent } from '../rehearsal/releases.ts'

// A machine that others use is slower at times: compare the ratios of a run, not the seconds of two.

const upstream = 'al2023-soe'
const example = parseFleet(readFileSync('fleet.yaml', 'utf8'), 'fleet.yaml', (path) =>
  readFileSync(path, 'utf8'),
)

/** The example fleet with a forest of services below its hardened image: `count` images are rebaked. */
function generated(count: number): Fleet {
  const { 'al2023-hardened': hardened, 'web-frontend': service } = example.images
  if (!hardened || !service) throw new Error('fleet.yaml has no al2023-hardened or no web-frontend')
  const parent = (i: number) => (i < 6 ? 'al2023-hardened' : `service-${Math.floor(i / 6) - 1}`)
  const services = Array.from({ length: count - 1 }, (_, i) => [
    `service-${i}`,
    { ...service, parent: parent(i) },
  ])
  return { ...example, images: { 'al2023-hardened': hardened, ...Object.fromEntries(services) } }
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const start = performance.now()
  const result = await work()
  return { seconds: (performance.now() - start) / 1000, result }
}

/** Bundles and synthesizes once; then rehearses an event that begins nothing (deploying is all there is), and a release. */
async function measure(name: string, fleet: Fleet, runs: number) {
  const outdir = mkdtempSync(join(tmpdir(), 'rebake-bench-'))
  const { seconds: synthesis, result: assembly } = await timed(() =>
    synthesize({ fleet, fleetDirectory: '.', outdir, validate: false }),
  )
  const release = releaseEvent(fleet, upstream, '2026-09-01T06:00:00Z')
  const nothing = { ...release, detail: { ...release.detail, State: 'failed' } }
  const run = async (event: typeof release, seed: number) => {
    const rehearsal = await rehearse({
      fleet,
      fleetFile: 'fleet.yaml',
      events: [event],
      seed,
      faults: [],
      assembly,
    })
    await rehearsal.close()
    return rehearsal
  }
  await run(nothing, 0) // loads the models of the services
  const { seconds: deploy } = await timed(() => run(nothing, 1))
  const whole = await timed(async () => {
    let last = await run(release, 1)
    for (let seed = 2; seed <= runs; seed++) last = await run(release, seed)
    return last
  })
  rmSync(outdir, { recursive: true, force: true })
  const { summary, cost } = whole.result
  const each = whole.seconds / runs
  const released = summary.images.filter(({ status }) => status === 'released').length
  return {
    fleet: name,
    released,
    'synthesis s': round(synthesis, 2),
    'deploy s': round(deploy, 2),
    'events s': round(each - deploy, 2),
    'ms/image': round(((each - deploy) * 1000) / released, 0),
    'transitions/s': round(cost.transitions / (each - deploy), 0),
    'virtual/real': round(summary.makespanSeconds / each, 0),
    'rehearsals/min': round(60 / each, 1),
  }
}

const round = (value: number, digits: number) => Number(value.toFixed(digits))

/** The engine by itself: a Map whose items choose and compute. */
async function engineAlone() {
  const clock = new VirtualClock(Date.parse('2026-09-01T06:00:00Z'))
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
    for (let i = 0; i < 2000; i++)
      await jsonata('$states.input * 10').evaluate(undefined, { states: { input: i } })
  })
  const perSecond = result / seconds
  return {
    transitions: result,
    'transitions/s': round(perSecond, 0),
    'bare JSONata per transition': round(2000 / bare.seconds / perSecond, 2),
  }
}

console.table([await measure('example', example, 4), await measure('generated', generated(60), 1)])
console.table([await engineAlone()])
