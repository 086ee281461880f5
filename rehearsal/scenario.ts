import type { Fleet } from '../domain/fleet/model.ts'
import type { EventEnvelope, Notification, Random, World } from '../emulator/index.ts'
import { imageBehind } from './adopted-pipelines.ts'
import { answerApproval } from './approver.ts'
import { durationsOf, outcomeOf, smokeOf } from './builds.ts'
import { injectFaults, scanAgain } from './fault-injection.ts'
import type { Faults } from './faults.ts'
import { latenessOf } from './late-answers.ts'
import { amiOfRelease, type PlannedRelease, releaseEvent, simulatedAmi } from './releases.ts'
import {
  addStandingReleases,
  announce,
  bringAbout,
  hint,
  type Released,
  type Systems,
  withdraw,
} from './upstream-accounts.ts'
import { workIn } from './work.ts'

/** Something that people do, or that becomes of what is outside of the fleet. */
export interface Action {
  /** ISO 8601. */
  time: string
  /**
   * Virtual time goes on while it is awaited. What asks the emulator over HTTP or reads the ledger, and does not wait for
   * anything to happen, holds it: `world.clock.hold`.
   */
  do: (world: World) => unknown
}

/** What happens in a rehearsal: events, releases, actions, and what goes wrong. */
export interface Scenario {
  fleet: Fleet
  /** When it begins, epoch milliseconds. */
  started: number
  events: EventEnvelope[]
  /** Each is announced as its upstream's kind has it. */
  releases: PlannedRelease[]
  actions?: Action[]
  random: Random
  faults: Faults
  /** The operating systems of upstreams whose names do not tell. */
  systems?: Systems
}

/** Sets a world up for a scenario: how builds go, what there is before it begins, and what happens at its times. */
export function stage(world: World, scenario: Scenario) {
  const { fleet, started, events, releases, actions = [] } = scenario
  const { imagebuilder, ssm } = world.aws
  imagebuilder.outcome = (image) => outcomeOf(scenario, image)
  imagebuilder.durations = (image) => durationsOf(scenario, image)
  world.aws.lateness = latenessOf(scenario)
  ssm.commandOutcome = ({ tags }) => smokeOf(scenario, tags['rebake:image'] ?? '')
  const standing = addStandingReleases(world, scenario, started)
  for (const event of events) {
    const { time, region } = event
    const simulated = simulatedAmi(fleet, event)
    if (simulated) releaseAmi(world, scenario, { simulated, event, time, region })
    else {
      world.clock.at(Date.parse(time) - 1, () => withdraw(world, event))
      world.clock.at(Date.parse(time), () => tell(world, fleet, event))
    }
  }
  for (const planned of releases) {
    const simulated = amiOfRelease(fleet, planned)
    const event = releaseEvent(fleet, planned.upstream, planned.time)
    releaseAmi(world, scenario, { simulated, event, time: planned.time, region: fleet.build.region })
  }
  for (const { time, do: act } of actions)
    world.clock.at(Date.parse(time), async () => {
      await act(world)
    })
  return {
    standing,
    eventDelays: eventDelaysOf(scenario),
    before: (name: string, work: string) => injectFaults(world, scenario, name, work),
    heard: (event: EventEnvelope) => scanAgain(world, scenario, event),
    read: (notification: Notification) => answerApproval(world, scenario, notification),
  }
}

/** A release: first it is there, then it is announced, which the faults may prevent. */
function releaseAmi(world: World, scenario: Scenario, released: Released): void {
  const { clock, aws } = world
  const { fleet, faults } = scenario
  const { simulated, event, time, region } = released
  const at = Date.parse(time)
  const upstream = simulated.upstream ?? ''
  clock.at(at - 1, () => bringAbout(world, scenario, released))
  clock.at(at, () => {
    if (faults.at('withdrawal', upstream) === 'deregistered') aws.ec2.deregister(simulated.ami, region)
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
function eventDelaysOf({ fleet, faults }: Scenario) {
  return (event: EventEnvelope): number[] => {
    if (event.source === 'aws.states') return faults.at('execution event', rebakenBy(event)) ?? [0]
    if (event['detail-type'] !== 'EC2 Image Builder Image State Change') return [0]
    return faults.at('state event', imageBehind(fleet, event.resources[0] ?? '')) ?? [0]
  }
}

/** The image that an execution's event is about; '' where it is no rebake's. */
const rebakenBy = ({ detail }: EventEnvelope) =>
  workIn(typeof detail.input === 'string' ? detail.input : '{}').split('/')[1] ?? ''
