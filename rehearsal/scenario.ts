import type { Fleet } from '../domain/fleet/model.ts'
import type { EventEnvelope, Notification, Random, World } from '../emulator/index.ts'
import { imageBehind } from './adopted-pipelines.ts'
import { answerApproval } from './approver.ts'
import { durationsOf, outcomeOf, smokeOf } from './builds.ts'
import type { Faults } from './faults.ts'
import { meddle, scanAgain } from './meddling.ts'
import { amiOfRelease, imaginedAmi, type PlannedRelease, releaseEvent } from './releases.ts'
import { addStandingReleases, announce, bringAbout, hint, type Released, withdraw } from './upstream-accounts.ts'
import { workIn } from './work.ts'

/** Something that people do, or that becomes of what is outside of the fleet. */
export interface Deed {
  /** ISO 8601. */
  time: string
  /**
   * Virtual time goes on while it is awaited. What asks the stand-in over HTTP or reads the ledger, and does not wait for
   * anything to happen, holds it: `world.clock.hold`.
   */
  do: (world: World) => unknown
}

/** What happens in a rehearsal: events, releases, deeds, and what goes wrong. */
export interface Scenario {
  fleet: Fleet
  /** When it begins, epoch milliseconds. */
  started: number
  events: EventEnvelope[]
  /** Each is announced as its upstream's kind has it. */
  releases: PlannedRelease[]
  deeds?: Deed[]
  random: Random
  faults: Faults
}

const hour = 3_600_000

/** Sets a world up for a scenario: how builds go, what there is before it begins, and what happens at its times. */
export function stage(world: World, scenario: Scenario) {
  const { fleet, started, events, releases, deeds = [] } = scenario
  const { imagebuilder, ssm } = world.standIn
  imagebuilder.outcome = (image) => outcomeOf(scenario, image)
  imagebuilder.durations = (image) => durationsOf(scenario, image)
  ssm.commandOutcome = ({ tags }) => smokeOf(scenario, tags['rebake:image'] ?? '')
  addStandingReleases(world, fleet, started)
  for (const event of events) {
    const { time, region } = event
    const imagined = imaginedAmi(fleet, event)
    if (imagined) happen(world, scenario, { imagined, event, time, region })
    else {
      world.clock.at(Date.parse(time) - 1, () => withdraw(world, event))
      world.clock.at(Date.parse(time), () => tell(world, fleet, event))
    }
  }
  for (const planned of releases) {
    const imagined = amiOfRelease(fleet, planned)
    const event = releaseEvent(fleet, planned.upstream, planned.time)
    happen(world, scenario, { imagined, event, time: planned.time, region: fleet.build.region })
  }
  for (const { time, do: act } of deeds)
    world.clock.at(Date.parse(time), async () => {
      await act(world)
    })
  return {
    fate: fateOf(scenario),
    before: (name: string, work: string) => meddle(world, scenario, name, work),
    heard: (event: EventEnvelope) => scanAgain(world, scenario, event),
    read: (notification: Notification) => answerApproval(world, scenario, notification),
  }
}

/** A release: first it is there, then it is told of, which the faults may prevent. */
function happen(world: World, scenario: Scenario, released: Released): void {
  const { clock, standIn } = world
  const { fleet, faults } = scenario
  const { imagined, event, time, region } = released
  const at = Date.parse(time)
  const upstream = imagined.upstream ?? ''
  clock.at(at - 1, () => bringAbout(world, scenario, released))
  clock.at(at, () => {
    if (faults.has('release-deregistered', upstream)) standIn.ec2.deregister(imagined.ami, region)
    for (const delay of delaysOf(faults, upstream))
      clock.at(at + delay, () => {
        if (event) tell(world, fleet, event)
        if (upstream) hint(world, fleet, upstream)
      })
  })
}

function tell(world: World, fleet: Fleet, event: EventEnvelope): void {
  const refusal = announce(world, fleet, event)
  if (refusal) world.refused.push(`${event['detail-type']} of ${event.time}: ${refusal}`)
}

/** How much later a release is told of, in milliseconds, and how often. */
function delaysOf(faults: Faults, upstream: string): number[] {
  if (faults.has('release-lost', upstream)) return []
  if (faults.take('release-late', upstream)) return [hour]
  return faults.has('release-doubled', upstream) ? [0, 1, 90_000] : [0]
}

/** How often each event of the build account arrives, and how late: once and at once, where nothing is said. */
function fateOf({ fleet, faults }: Scenario) {
  return (event: EventEnvelope): number[] => {
    if (event.source === 'aws.states') return faults.has('settle-lost', rebakenBy(event)) ? [] : [0]
    if (event['detail-type'] !== 'EC2 Image Builder Image State Change') return [0]
    const image = imageBehind(fleet, event.resources[0] ?? '')
    if (faults.has('event-lost', image)) return []
    if (faults.has('event-late', image)) return [hour]
    if (faults.has('event-early', image)) return [-hour]
    if (faults.has('event-doubled', image)) return [0, 1, 90_000]
    return [0]
  }
}

/** The image that an execution's event is about; '' where it is no rebake's. */
const rebakenBy = ({ detail }: EventEnvelope) =>
  workIn(typeof detail.input === 'string' ? detail.input : '{}').split('/')[1] ?? ''
