import { command } from '../command-text.ts'
import { type FleetState, type ImageState, withImage } from './fleet-state.ts'

/** An image that somebody keeps where it is: nothing of it is baked and nothing moves until it is resumed. */
export interface Hold {
  /** ISO 8601. */
  at: string
  /** The ARN of the person who asked for it. */
  by: string
  reason: string
  /** The operation that holds it; none where a person holds it by itself. */
  operation?: string
}

export const holdText = (image: string, { at, by, reason }: Hold): string =>
  `held by ${by} since ${at}: ${reason} (${command('resume', image)} lets it go on)`

/** Campaigns leave the image as it is; what is under way stops before its next step. */
export const hold = (known: FleetState, image: string, held: Hold): FleetState =>
  withImage(known, image, (before) => ({ ...before, held }))

export const resume = (known: FleetState, image: string): FleetState =>
  known.images[image]?.held ? withImage(known, image, ({ held: _, ...before }) => before) : known

/** Nothing is baked from these AMIs of the build account any more, and nothing points to them. */
export const recordRevoked = (known: FleetState, amis: readonly string[], operation: string): FleetState => ({
  ...known,
  revoked: [...new Set([...(known.revoked ?? []), ...amis])],
  pointing: [...new Set([...(known.pointing ?? []), operation])],
})

/** No parameter names an AMI of this revocation any more. */
export const recordCleared = (known: FleetState, operation: string): FleetState =>
  known.pointing?.includes(operation)
    ? { ...known, pointing: known.pointing.filter((other) => other !== operation) }
    : known

/** Nothing of these AMIs goes any further, nor of what was baked from them. */
export const recordRolledBack = (known: FleetState, amis: readonly string[]): FleetState =>
  amis.every((ami) => known.rolledBack?.includes(ami))
    ? known
    : { ...known, rolledBack: [...new Set([...(known.rolledBack ?? []), ...amis])] }

/** Somebody wants the AMI after all. */
export const clearRolledBack = (known: FleetState, ami: string): FleetState =>
  known.rolledBack?.includes(ami) ? { ...known, rolledBack: known.rolledBack.filter((each) => each !== ami) } : known

/** Why nothing may come of an AMI of the build account, in words. */
export function reasonToRefuse({ revoked, rolledBack }: FleetState, ami: string): string | undefined {
  if (revoked?.includes(ami)) return `${ami} was revoked`
  return rolledBack?.includes(ami) ? `${ami} was rolled back` : undefined
}

/** What is stable of an image: never what is revoked, though targets may have nothing else. */
export function stableOf({ images, revoked }: FleetState, image: string): ImageState['released'] {
  const { released } = images[image] ?? {}
  return released && revoked?.includes(released.ami) ? undefined : released
}

/**
 * An image whose AMIs are revoked, and that has no other to roll back to: nothing is baked from its newest for now, and
 * nothing of it is stable.
 */
export function forgetRevoked(known: FleetState, image: string): FleetState {
  const { last, released } = known.images[image] ?? {}
  const isRevoked = (ami: string | undefined) => ami !== undefined && known.revoked?.includes(ami)
  const without = (key: 'last' | 'released', is: boolean | undefined) => (now: FleetState) =>
    is ? withImage(now, image, ({ [key]: _, ...before }) => before) : now
  return without('released', isRevoked(released?.ami))(without('last', isRevoked(last?.ami))(known))
}

/** Why nothing more may come of a rebake, in words: its image is held, or an AMI that it is about is refused. */
export function reasonToStop(
  known: FleetState,
  image: string,
  amis: readonly (string | undefined)[] = [],
): string | undefined {
  const { held } = known.images[image] ?? {}
  if (held) return holdText(image, held)
  return amis.flatMap((ami) => (ami && reasonToRefuse(known, ami)) || [])[0]
}
