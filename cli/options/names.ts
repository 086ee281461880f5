import { didYouMean } from '../../domain/fleet/problems.ts'
import { BadInput } from '../problems.ts'
import { list } from '../render/text.ts'

/** More names than this are no help. */
const shown = 12

/** @throws BadInput that says what there is, where a name of the command line is none of the fleet's */
export function checkName(option: string, what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const there = known.length > 0 ? `; it has ${list(known, shown)}` : '; it has none'
  throw new BadInput(`${option} ${name}: the fleet has no ${what} '${name}'${didYouMean(name, known) || there}`)
}

/**
 * @param known the versions of the image's releases, the newest first
 * @throws BadInput that says which there are, where a version of the command line is none of them
 */
export function checkVersion(option: string, image: string, version: string, known: readonly string[]): void {
  if (known.includes(version)) return
  const there = known.length > 0 ? `; it has ${list(known, shown)}` : '; it has none'
  throw new BadInput(`${option} ${version}: ${image} has no release ${version}${didYouMean(version, known) || there}`)
}
