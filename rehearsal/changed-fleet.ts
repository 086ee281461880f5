import type { Fleet } from '../domain/fleet/model.ts'
import type { CloudAssemblySummary } from '../infra/synthesize.ts'

/** A fleet that takes the place of the one before, by a deployment in the middle of what is going on. */
export interface ChangedFleet {
  fleet: Fleet
  /** Component files are relative to its directory. */
  fleetFile: string
  /** Seconds from the start of the rehearsal. */
  after: number
  /** What of it is deployed, where it is synthesized already; otherwise the rehearsal does that itself. */
  assembly?: CloudAssemblySummary
}

/** Why a fleet cannot take the place of another, in words; undefined where it can: nothing would be the same afterwards. */
export function notTheSame(before: Fleet, after: Fleet): string | undefined {
  const same = [
    ['name', before.name, after.name],
    ['build account', before.build.account, after.build.account],
    ['build region', before.build.region, after.build.region],
  ] as const
  const other = same.find(([, was, is]) => was !== is)
  return other && `its ${other[0]} is ${other[2]}, and that of the fleet before ${other[1]}`
}

/** Makes a fleet what another is: anybody who holds it, holds the other from now on. */
export function become(fleet: Fleet, other: Fleet): void {
  for (const key of Object.keys(fleet) as (keyof Fleet)[]) delete fleet[key]
  Object.assign(fleet, other)
}
