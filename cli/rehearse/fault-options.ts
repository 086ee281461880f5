import type { Fleet } from '../../domain/fleet/model.ts'
import { didYouMean } from '../../domain/fleet/problems.ts'
import { type Fault, impossible, parseFault, targetsOf } from '../../rehearsal/faults.ts'
import { BadInput } from '../problems.ts'
import { list } from '../render/text.ts'

/**
 * What `--fault` asks for, as KIND=TARGET.
 * @throws BadInput if there is no such kind, or its target is nothing of this fleet, or it cannot happen in it
 */
export const readFaults = (fleet: Fleet, texts: readonly string[]): Fault[] =>
  texts.map((text) => {
    const fault = parse(text)
    const known = targetsOf(fleet, fault.kind)
    if (known.length === 0 || known.includes(fault.target)) return possible(fleet, fault, text)
    const hint = didYouMean(fault.target, known) || `; it has ${list(known)}`
    throw new BadInput(`--fault ${text}: the fleet has no '${fault.target}'${hint}`)
  })

function possible(fleet: Fleet, fault: Fault, text: string): Fault {
  const why = impossible(fleet, fault)
  if (why) throw new BadInput(`--fault ${text} cannot happen: ${why}`)
  return fault
}

function parse(text: string): Fault {
  try {
    return parseFault(text)
  } catch (error) {
    throw new BadInput(`--fault: ${(error as Error).message}`, { cause: error })
  }
}
