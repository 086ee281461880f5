import type { Fleet } from '../domain/fleet/model.ts'
import { pointerName, resourceName } from '../domain/names.ts'
import type { EventEnvelope } from './event.ts'
import type { Faults } from './faults.ts'
import type { Random } from './random.ts'
import { phasesOf } from './stand-in/services/imagebuilder/durations.ts'
import type { ImageInQuestion, Outcome } from './stand-in/services/imagebuilder/images.ts'
import { addReleasedAmi, addStandingRelease, announce } from './upstream-accounts.ts'
import { workIn } from './world/work.ts'
import type { World } from './world/world.ts'

/** What happens in a rehearsal: the events, and what goes wrong. */
export interface Scenario {
  fleet: Fleet
  events: EventEnvelope[]
  random: Random
  faults: Faults
}

const hour = 3_600_000

/** Sets a world up for a scenario: the released AMIs, how builds go, and the events at their times. */
export function stage(world: World, scenario: Scenario) {
  const { fleet, events } = scenario
  const { imagebuilder } = world.standIn
  imagebuilder.outcome = (image) => outcomeOf(scenario, imageName(fleet, image), image)
  imagebuilder.durations = (image) => durationsOf(scenario, image)
  for (const name of Object.keys(fleet.upstreams))
    addStandingRelease(world, fleet, name, Math.min(...events.map(({ time }) => Date.parse(time))))
  for (const event of events) {
    const time = Date.parse(event.time)
    world.clock.at(time - 1, () => addReleasedAmi(world, scenario, event))
    world.clock.at(time, () => {
      const refusal = announce(world, fleet, event)
      if (refusal) world.refused.push(`${event['detail-type']} of ${event.time}: ${refusal}`)
    })
  }
  return {
    fate: fateOf(scenario),
    before: (name: string, work: string) => meddle(world, scenario, name, work),
  }
}

const imageName = (fleet: Fleet, { name }: ImageInQuestion) => name.slice(fleet.name.length + 1)

function durationsOf({ fleet, random, faults }: Scenario, image: ImageInQuestion) {
  if (image.kind === 'distribution') return {}
  const name = imageName(fleet, image)
  if (faults.has('event-early', name)) return phasesOf(0)
  const planned = fleet.images[name]
  const spread = 0.85 + 0.3 * random.fork(`duration/${image.arn}`).next()
  const phases = phasesOf((planned?.estimate ?? 2_400) * spread, planned?.tests)
  return faults.has('build-hangs', name) ? { ...phases, BUILDING: 30 * 24 * 3_600 } : phases
}

function outcomeOf({ fleet, faults }: Scenario, name: string, image: ImageInQuestion): Outcome {
  if (image.kind === 'distribution') {
    const ring = fleet.images[name]?.rings[0] ?? ''
    const { accounts: [account] = [], regions: [region] = [] } = fleet.rings[ring] ?? {}
    const first = image.distributionConfigurationArn?.endsWith(`/${fleet.name}-${name}-${ring}`)
    if (!account || !region || !first || !faults.has('copy-fails', name)) return {}
    return {
      failedCopies: [
        { account, region, reason: 'You do not have permission to access the storage of this ami' },
      ],
    }
  }
  if (faults.has('build-fails', name))
    return {
      failsAt: 'BUILDING',
      reason: `${failedIn('BUILDING')}: ${lastComponent(fleet, name)} exited with 1`,
    }
  if (faults.has('test-fails', name))
    return {
      failsAt: 'TESTING',
      reason: `${failedIn('TESTING')}: ${lastComponent(fleet, name)} exited with 1`,
    }
  if (faults.has('build-cancelled', name)) return { cancelledAt: 'BUILDING' }
  if (faults.has('ami-unencrypted', name)) return { unencrypted: true }
  return {}
}

const failedIn = (phase: string) => `SSM execution failed with status = Failed in state = ${phase}`
const lastComponent = (fleet: Fleet, image: string) =>
  `the component ${fleet.images[image]?.components.at(-1)?.component ?? 'of the recipe'}`

/** The image of this fleet whose state an Image Builder event tells; '' for any other. */
export function imageOfEvent({ resources }: EventEnvelope, fleet: string): string {
  const [, name = ''] = resources[0]?.match(/:image\/([^/]+)\//) ?? []
  return name.startsWith(`${fleet}-`) ? name.slice(fleet.length + 1) : ''
}

/** How often each event arrives, and how late: once and at once, where nothing is said. */
function fateOf({ fleet, faults }: Scenario) {
  return (event: EventEnvelope): number[] => {
    if (event.source !== 'aws.imagebuilder') return [0]
    const image = imageOfEvent(event, fleet.name)
    if (faults.has('event-lost', image)) return []
    if (faults.has('event-late', image)) return [hour]
    if (faults.has('event-early', image)) return [-hour]
    if (faults.has('event-doubled', image)) return [0, 1, 90_000]
    return [0]
  }
}

/** People who meddle: they delete a parameter, or stop an execution, while an image is being baked. */
async function meddle(
  { clock, standIn, stepFunctions }: World,
  { fleet, faults }: Scenario,
  name: string,
  work: string,
) {
  const [, image = ''] = work.split('/')
  if (name !== resourceName(fleet.name, 'start-bake')) return
  if (faults.take('parameter-missing', image))
    await standIn.call({
      principal: standIn.iam.operator(),
      service: 'ssm',
      operation: 'DeleteParameter',
      input: { Name: pointerName(fleet.name, image, 'parent') },
    })
  if (faults.take('execution-aborted', image))
    clock.at(clock.now() + 600_000, () => {
      const running = [...stepFunctions.executions.values()].find(
        ({ input, status }) => status === 'RUNNING' && workIn(input) === work,
      )
      running?.stop('Aborted', 'stopped by a person in the console')
    })
}
