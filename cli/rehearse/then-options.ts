import type { Fleet } from '../../domain/fleet/model.ts'
import { type ChangedFleet, notTheSame } from '../../rehearsal/changed-fleet.ts'
import { loadFleet } from '../fleet.ts'
import { seconds } from '../options/parsers.ts'
import { BadInput } from '../problems.ts'

/** How long after the start a fleet may be deployed. */
const soon = seconds('1m', '400d')

/**
 * What `--then` asks for, as FLEET@DURATION.
 * @throws BadInput where it has no duration, or the fleet is not the same one changed; what loadFleet throws
 */
export const readThen = (fleet: Fleet, texts: readonly string[]): ChangedFleet[] =>
  texts.map((text) => {
    const at = text.lastIndexOf('@')
    if (at < 1) throw new BadInput(`--then ${text}: expected FLEET@DURATION, as fleet.next.yaml@36h`)
    const fleetFile = text.slice(0, at)
    const after = durationOf(text, text.slice(at + 1))
    const changed = loadFleet(fleetFile)
    const why = notTheSame(fleet, changed)
    if (why) throw new BadInput(`--then ${text}: ${why}. Name the same fleet, changed.`)
    return { fleet: changed, fleetFile, after }
  })

function durationOf(text: string, written: string): number {
  try {
    return soon(written)
  } catch (error) {
    throw new BadInput(`--then ${text}: ${(error as Error).message}`, { cause: error })
  }
}
