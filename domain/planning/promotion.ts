import { command } from '../command-text.ts'
import type { Fleet } from '../fleet/model.ts'
import type { ImageRelease } from '../releases/image-release.ts'
import type { FleetState } from './fleet-state.ts'
import { clearRolledBack, reasonToStop, stableOf } from './holds.ts'

/** A roll-out of the image that has its lock, or waits for it. */
export interface RollingOut {
  campaign: string
  number: number
  version: string
}

/** What a promotion depends on beside the fleet. */
export interface PromotionFacts {
  known: FleetState
  /** Undefined where the image has no such release. */
  release: ImageRelease | undefined
  /** Of this image, whichever release. */
  rollingOut: readonly RollingOut[]
}

/** Why a release cannot be rolled out, in words; undefined where it can. */
export function reasonNotToPromote(
  fleet: Fleet,
  { image, version }: { image: string; version: string },
  { known, release, rollingOut }: PromotionFacts,
): string | undefined {
  if (!Object.hasOwn(fleet.images, image)) return `the fleet has no image '${image}'`
  const others = `(${command('history', image)} has its releases)`
  if (!release)
    return `${image} has no release ${version}: none of its AMIs of that version passed its checks ${others}`
  const what = `${image} ${version}`
  const { revoked, retired, ami, parentAmi } = release
  if (revoked) return `${what} was revoked at ${revoked.at} by ${revoked.by}: ${revoked.reason} ${others}`
  if (retired?.removedAt) return `the AMIs of ${what} were removed at ${retired.removedAt} ${others}`
  // A caller who asks for it takes back that it was rolled back.
  const stop = reasonToStop(clearRolledBack(known, ami), image, [ami, parentAmi])
  if (stop) return stop
  if (stableOf(known, image)?.version === version) return `${what} is stable already`
  const same = rollingOut.find((other) => other.version === version)
  if (same) return `campaign ${same.campaign} rolls out ${what} now`
  const newer = rollingOut.find((other) => other.number > release.number)
  if (!newer) return undefined
  return `campaign ${newer.campaign} rolls out ${newer.version} now, which is newer than ${version} (${command('cancel', newer.campaign, image)} ends that)`
}
