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
    if (faults.at('withdrawal', upstream) === 'deregistered') standIn.ec2.deregister(imagined.ami, region)
    for (const delay of faults.at('announcement', upstream) ?? [0])
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

/** How often each event of the build account arrives, and how late: once and at once, where nothing is said. */
function fateOf({ fleet, faults }: Scenario) {
  return (event: EventEnvelope): number[] => {
    if (event.source === 'aws.states') return faults.at('execution event', rebakenBy(event)) ?? [0]
    if (event['detail-type'] !== 'EC2 Image Builder Image State Change') return [0]
    return faults.at('state event', imageBehind(fleet, event.resources[0] ?? '')) ?? [0]
  }
}

/** The image that an execution's event is about; '' where it is no rebake's. */
const rebakenBy = ({ detail }: EventEnvelope) =>
  workIn(typeof detail.input === 'string' ? detail.input : '{}').split('/')[1] ?? ''
