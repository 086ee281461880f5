import { depth, upstreamOf } from '../domain/fleet/graph.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import type { Execution } from './engine/execution.ts'
import type { ImageProgress, Progress } from './progress.ts'
import { passedAt, stateOf } from './records.ts'
import { workIn } from './world/work.ts'
import type { World } from './world/world.ts'

/** How far along a rebake is at each of its states; the bake in between takes its estimated time. */
const reached: Record<string, number> = {
  'Claim Image': 0.01,
  'Pin Parent': 0.02,
  'Start Bake': 0.03,
  'Await Bake': 0.04,
  'Inspect Bake': 0.7,
  'Validate Image': 0.72,
  'Mark Candidate': 0.75,
  'Start Distribution': 0.78,
  'Await Distribution': 0.8,
  'Verify Distribution': 0.88,
  'Publish Pointers': 0.9,
  Soak: 0.92,
  'Release Image': 0.98,
}

/** The campaigns of a rehearsal as they are now. */
export function progressOf(world: World, fleet: Fleet): Progress[] {
  const executions = [...world.stepFunctions.executions.values()]
  const campaigns = executions.filter(({ stateMachine }) => stateMachine.name === `${fleet.name}-campaign`)
  const working = new Map(executions.map((execution) => [workIn(execution.input), execution]))
  return campaigns.map((campaign) => {
    const { trigger } = JSON.parse(campaign.input) as { trigger: { upstream: string; ami: string } }
    const rebakes = (image: string) => working.get(`${campaign.name}/${image}`)
    return {
      now: world.clock.now(),
      campaign: campaign.name,
      upstream: trigger.upstream,
      ami: trigger.ami,
      images: Object.keys(fleet.images)
        .filter((image) => upstreamOf(fleet, image) === trigger.upstream)
        .map((image) => imageProgress(world, fleet, image, rebakes(image), isStopped(fleet, image, rebakes))),
    }
  })
}

/** Whether an image will not start any more, because an image above it ended before it was a candidate. */
function isStopped(fleet: Fleet, image: string, rebakes: (image: string) => Execution | undefined): boolean {
  const parent = fleet.images[image]?.parent ?? ''
  const above = rebakes(parent)
  if (!above) return parent in fleet.images && isStopped(fleet, parent, rebakes)
  return above.status !== 'RUNNING' && above.status !== 'SUCCEEDED'
}

function imageProgress(
  world: World,
  fleet: Fleet,
  image: string,
  execution: Execution | undefined,
  stopped: boolean,
): ImageProgress {
  const base = { image, parent: fleet.images[image]?.parent ?? '', depth: depth(fleet, image), reason: '' }
  const now = world.clock.now()
  if (!execution) return { ...base, status: stopped ? 'skipped' : 'waiting', step: '', done: 0, since: now }
  const { status, error, cause, stopDate: since = now } = execution
  // Released is released, though the execution waits for the children.
  const released = passedAt(execution, 'Exited', 'Release Image')
  if (released !== undefined) return { ...base, status: 'released', step: '', done: 1, since: released }
  const step = lastState(execution)
  if (status === 'RUNNING')
    return {
      ...base,
      status: 'running',
      step: step.name,
      done: done(world, fleet, image, step),
      since: step.since,
    }
  const reason = [error, cause].filter(Boolean).join(': ')
  return { ...base, status: status === 'ABORTED' ? 'aborted' : 'failed', step: '', done: 1, reason, since }
}

interface Step {
  name: string
  since: number
}

/** The state of its own work that an execution is in: rather a ring's than that of the children it waits for. */
function lastState({ history, startDate }: Execution): Step {
  const entered = history.events.filter(({ type }) => type.endsWith('StateEntered'))
  const last = entered.findLast((event) => (stateOf(event) ?? '') in reached)
  return { name: (last && stateOf(last)) ?? '', since: last?.timestamp.getTime() ?? startDate }
}

function done({ clock }: World, fleet: Fleet, image: string, { name, since }: Step): number {
  const start = reached[name] ?? 0
  if (name !== 'Await Bake') return start
  const estimate = (fleet.images[image]?.estimate ?? 1) * 1000
  return start + 0.65 * Math.min(1, (clock.now() - since) / estimate)
}
