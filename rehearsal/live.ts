import * as v from 'valibot'
import { depth, descendantsOf } from '../domain/fleet/graph.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { causeText } from '../domain/messages/failures.ts'
import { planCampaign } from '../domain/planning/plan.ts'
import { doneAt, isStep } from '../domain/rebake-steps.ts'
import { Trigger, titleOf } from '../domain/triggers.ts'
import type { Execution, World } from '../emulator/index.ts'
import type { ImageProgress, Progress } from './progress.ts'
import { passedAt, stateOf } from './records.ts'
import { workIn } from './work.ts'

interface Campaign {
  execution: Execution
  trigger: Trigger
  /** What a campaign that knows of no bake would rebake. */
  planned: Set<string>
  /** By image. */
  rebakes: Map<string, Execution>
}

/** The campaigns of a rehearsal as they go. It hears of executions; each is read once. */
export class Live {
  readonly #world: World
  readonly #fleet: Fleet
  readonly #campaigns = new Map<string, Campaign>()
  /** The campaign that each execution belongs to; '' for none. */
  readonly #belongs = new Map<string, string>()

  constructor(world: World, fleet: Fleet) {
    this.#world = world
    this.#fleet = fleet
  }

  /** The campaign that an execution belongs to, as it is now; undefined where it is of none. */
  at(executionArn: string): Progress | undefined {
    const known = this.#belongs.get(executionArn) ?? this.#enter(executionArn)
    const campaign = this.#campaigns.get(known)
    return campaign && this.#snapshot(campaign)
  }

  all(): Progress[] {
    return [...this.#campaigns.values()].map((campaign) => this.#snapshot(campaign))
  }

  #enter(executionArn: string): string {
    const execution = this.#world.stepFunctions.executions.get(executionArn)
    if (!execution) return ''
    const [of = '', image = ''] = workIn(execution.input).split('/')
    const trigger = triggerOf(execution, this.#fleet)
    const name = trigger ? execution.name : of
    if (trigger) this.#campaigns.set(name, this.#begin(execution, trigger))
    else this.#campaigns.get(name)?.rebakes.set(image, execution)
    this.#belongs.set(executionArn, name)
    return name
  }

  #begin(execution: Execution, trigger: Trigger): Campaign {
    const { images } = planCampaign(this.#fleet, trigger)
    const baked = images.filter(({ decision }) => decision === 'bake').map(({ image }) => image)
    return { execution, trigger, planned: new Set(baked), rebakes: new Map() }
  }

  #snapshot(campaign: Campaign): Progress {
    const { execution, trigger, rebakes } = campaign
    return {
      now: this.#world.clock.now(),
      campaign: execution.name,
      title: titleOf(trigger),
      images: this.#imagesOf(campaign).map((image) =>
        imageProgress(this.#world, this.#fleet, image, rebakes.get(image), stopOf(this.#fleet, image, rebakes)),
      ),
    }
  }

  /** The roots start together, and what descends from a bake is baked: from then on it is known what is. */
  #imagesOf({ execution, planned, rebakes }: Campaign): string[] {
    const all = Object.keys(this.#fleet.images)
    if (rebakes.size === 0) return execution.status === 'RUNNING' ? all.filter((image) => planned.has(image)) : []
    const baked = new Set([...rebakes.keys()].flatMap((image) => [image, ...descendantsOf(this.#fleet, image)]))
    return all.filter((image) => baked.has(image))
  }
}

const Input = v.object({ trigger: Trigger })

/** What a campaign's execution was started with; undefined for any other, and for what nobody can make sense of. */
function triggerOf({ stateMachine, input }: Execution, { name }: Fleet): Trigger | undefined {
  if (stateMachine.name !== `${name}-campaign`) return undefined
  const result = v.safeParse(Input, JSON.parse(input))
  return result.success ? result.output.trigger : undefined
}

const isReleased = (execution: Execution) => passedAt(execution, 'Exited', 'Release Image') !== undefined

/** Why an image will not start any more: an image above it ended before it was a candidate. */
function stopOf(fleet: Fleet, image: string, rebakes: Map<string, Execution>): 'skipped' | 'superseded' | undefined {
  const parent = fleet.images[image]?.parent ?? ''
  const above = rebakes.get(parent)
  if (!above) return parent in fleet.images ? stopOf(fleet, parent, rebakes) : undefined
  if (above.status === 'RUNNING' || isReleased(above)) return undefined
  return above.status === 'SUCCEEDED' ? 'superseded' : 'skipped'
}

function imageProgress(
  world: World,
  fleet: Fleet,
  image: string,
  execution: Execution | undefined,
  stop: 'skipped' | 'superseded' | undefined,
): ImageProgress {
  const base = { image, parent: fleet.images[image]?.parent ?? '', depth: depth(fleet, image), reason: '' }
  const now = world.clock.now()
  if (!execution) return { ...base, status: stop ?? 'waiting', step: '', done: 0, since: now }
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
      done: doneAt(step.name, (now - step.since) / 1000, fleet.images[image]?.estimate ?? 1),
      since: step.since,
    }
  const ended = { ...base, step: '', done: 1, since }
  if (status === 'SUCCEEDED') return { ...ended, status: 'superseded' }
  const reason = [error, causeText(cause ?? '')].filter(Boolean).join(': ')
  return { ...ended, status: status === 'ABORTED' ? 'aborted' : 'failed', reason }
}

interface Step {
  name: string
  since: number
}

/** The state of its own work that an execution is in: rather a ring's than that of the children it waits for. */
function lastState({ history, startDate }: Execution): Step {
  const last = history.events.findLast((event) => event.type.endsWith('StateEntered') && isStep(stateOf(event) ?? ''))
  return { name: (last && stateOf(last)) ?? '', since: last?.timestamp.getTime() ?? startDate }
}
