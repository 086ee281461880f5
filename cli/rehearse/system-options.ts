import type { Fleet } from '../../domain/fleet/model.ts'
import { didYouMean } from '../../domain/fleet/problems.ts'
import { type OperatingSystemName, operatingSystemNames } from '../../emulator/operating-systems.ts'
import { BadInput } from '../problems.ts'
import { list } from '../render/text.ts'

/**
 * What `--os` asks for, as UPSTREAM=SYSTEM.
 * @throws BadInput if the fleet has no such upstream, or the emulator knows no such system
 */
export function readSystems({ upstreams }: Fleet, texts: readonly string[]): Record<string, OperatingSystemName> {
  return Object.fromEntries(
    texts.map((text) => {
      const [upstream = '', system = ''] = text.split('=')
      const known = Object.keys(upstreams)
      if (!known.includes(upstream))
        throw new BadInput(
          `--os ${text}: the fleet has no upstream '${upstream}'${didYouMean(upstream, known) || `; it has ${list(known)}`}`,
        )
      const found = operatingSystemNames.find((name) => name === system)
      if (!found)
        throw new BadInput(
          `--os ${text}: expected one of ${operatingSystemNames.join(', ')}${didYouMean(system, operatingSystemNames)}`,
        )
      return [upstream, found]
    }),
  )
}
