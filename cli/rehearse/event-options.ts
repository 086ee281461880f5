import type { Fleet } from '../../domain/fleet/model.ts'
import { isSilent, sourceIn } from '../../domain/upstream-kinds.ts'
import type { RehearseOptions as Rehearsed } from '../../rehearsal/rehearse.ts'
import { readEvent } from '../events.ts'
import { checkName } from '../options/names.ts'
import { BadInput } from '../problems.ts'
import type { RehearseOptions } from './command.ts'

export type ScenarioOptions = Pick<RehearseOptions, 'event' | 'release' | 'at' | 'for'>

type ScenarioEvents = Pick<Rehearsed, 'events' | 'releases' | 'start' | 'for'>

/** Rehearsals have no today: where nothing says when, this is it. */
const defaultStart = '2026-09-01T06:00:00Z'

/**
 * What happens, and when: what is asked for, or else one release; in a stretch of time, whatever the seed has.
 * @throws BadInput for an upstream that the fleet does not have, and for an event before the beginning
 */
export function scenarioOf(fleet: Fleet, options: ScenarioOptions): ScenarioEvents {
  const { event = [], release = [], at } = options
  for (const name of release) checkName('--release', 'upstream', name, Object.keys(fleet.upstreams))
  const events = event.map(readEvent)
  const early = events.find(({ time }) => at !== undefined && Date.parse(time) < Date.parse(at))
  if (early) throw new BadInput(`--at ${at}: an event is earlier, of ${early.time}.`)
  const asked = event.length + release.length > 0 || options.for !== undefined
  const upstreams = asked ? release : Object.keys(fleet.upstreams).slice(0, 1)
  const time = events.at(-1)?.time ?? at ?? defaultStart
  // A poll finds a release that nobody announced.
  const looks = upstreams.some((name) => isSilent(sourceIn(fleet, name))) ? fleet.poll * 2 : undefined
  const seconds = options.for ?? looks
  return {
    events,
    releases: upstreams.map((upstream) => ({ upstream, time })),
    ...(at !== undefined && { start: at }),
    ...(seconds !== undefined && { for: seconds }),
  }
}
