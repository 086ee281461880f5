import { type Known, withImage } from './known.ts'

/** An image that somebody keeps where it is: nothing of it is baked and nothing moves until it is resumed. */
export interface Hold {
  /** ISO 8601. */
  at: string
  /** The ARN of whoever asked for it. */
  by: string
  reason: string
  /** The operation that holds it; none where a person holds it by itself. */
  operation?: string
}

export const heldText = (image: string, { at, by, reason }: Hold): string =>
  `held by ${by} since ${at}: ${reason} (rebake resume ${image} lets it go on)`

/** Campaigns leave the image as it is; what is under way stops before its next step. */
export const hold = (known: Known, image: string, held: Hold): Known =>
  withImage(known, image, (before) => ({ ...before, held }))

export const resume = (known: Known, image: string): Known =>
  known.images[image]?.held ? withImage(known, image, ({ held: _, ...before }) => before) : known

/** Nothing is baked from these AMIs of the build account any more, and nothing points to them. */
export const revoke = (known: Known, amis: readonly string[]): Known => ({
  ...known,
  revoked: [...new Set([...(known.revoked ?? []), ...amis])],
})

/** Nothing of these AMIs goes any further, nor of what was baked from them. */
export const rollBack = (known: Known, amis: readonly string[]): Known =>
  amis.every((ami) => known.rolledBack?.includes(ami))
    ? known
    : { ...known, rolledBack: [...new Set([...(known.rolledBack ?? []), ...amis])] }

/** Somebody wants the AMI after all. */
export const takeBack = (known: Known, ami: string): Known =>
  known.rolledBack?.includes(ami) ? { ...known, rolledBack: known.rolledBack.filter((each) => each !== ami) } : known

/** Why nothing may come of an AMI of the build account, in words. */
export function refusalOf({ revoked, rolledBack }: Known, ami: string): string | undefined {
  if (revoked?.includes(ami)) return `${ami} was revoked`
  return rolledBack?.includes(ami) ? `${ami} was rolled back` : undefined
}

/** An image whose newest AMI is revoked, and that has no other to go back to: nothing is baked from it for now. */
export function forgetRevoked(known: Known, image: string): Known {
  const { last } = known.images[image] ?? {}
  if (!last || !known.revoked?.includes(last.ami)) return known
  return withImage(known, image, ({ last: _, ...before }) => before)
}

/** Why nothing more may come of a rebake, in words: its image is held, or an AMI that it is about is refused. */
export function stopOf(known: Known, image: string, amis: readonly (string | undefined)[] = []): string | undefined {
  const { held } = known.images[image] ?? {}
  if (held) return heldText(image, held)
  return amis.flatMap((ami) => (ami && refusalOf(known, ami)) || [])[0]
}
