/**
 * Whose turn it is. An image is baked by one rebake at a time, and no more images are baked at once than the fleet
 * allows; it is rolled out by one rebake at a time, so that no ring ever goes back to an older AMI. Who waits is
 * superseded by a newer campaign for the same image. Pure: the ledger keeps the state, the functions tell the
 * holders.
 */
export interface Claim {
  /** ARN of the execution that claims. */
  holder: string
  image: string
  stage: 'bake' | 'roll-out'
  campaign: string
  /** Of the campaign: which of two is newer. */
  number: number
  /** Goes first, and does not wait for an older roll-out. */
  emergency: boolean
  /** Seconds of the longest path from this image down: the longest path goes first. */
  remaining: number
  /** ISO 8601; among equals the oldest goes first. */
  since: string
}

export interface Held extends Claim {
  /** Whether the holder has been told. A grant is repeated until it was. */
  told: boolean
}

/** A claim that will not be granted any more, until its holder is told. */
export interface Superseded extends Claim {
  /** The campaign that took over. */
  by: string
}

export interface Claims {
  held: Held[]
  queue: Claim[]
  superseded: Superseded[]
}

export const noClaims: Claims = { held: [], queue: [], superseded: [] }

type Turn = Pick<Claim, 'holder' | 'stage'>
type Rank = Pick<Claim, 'number' | 'emergency'>

/** Whether one campaign takes over from another: it is newer, and no emergency gives way to what is none. */
export const takesOver = (one: Rank, other: Rank): boolean =>
  one.number > other.number && (one.emergency || !other.emergency)

const isOf =
  ({ holder, stage }: Turn) =>
  (claim: Claim) =>
    claim.holder === holder && claim.stage === stage
const competes = (a: Claim, b: Claim) => a.image === b.image && a.stage === b.stage && a.holder !== b.holder

/** Adds a claim, which supersedes older ones that wait; a claim that is known already changes nothing. */
export function request(claims: Claims, claim: Claim): Claims {
  const { held, queue, superseded } = claims
  if ([...held, ...queue, ...superseded].some(isOf(claim))) return claims
  const newer = [...held, ...queue].find((other) => competes(other, claim) && takesOver(other, claim))
  if (newer) return { ...claims, superseded: [...superseded, { ...claim, by: newer.campaign }] }
  const older = (other: Claim) => competes(other, claim) && takesOver(claim, other)
  return {
    // A roll-out that is overtaken finds out by itself, before its next ring: nobody waits to be told.
    held: claim.emergency && claim.stage === 'roll-out' ? held.filter((other) => !older(other)) : held,
    queue: [...queue.filter((other) => !older(other)), claim],
    superseded: [...superseded, ...queue.filter(older).map((other) => ({ ...other, by: claim.campaign }))],
  }
}

/** The holder is through with one stage. */
export const free = (claims: Claims, turn: Turn): Claims => without(claims, isOf(turn))

/** The holder is done, or dead: nothing of it stays, held or queued. */
export const withdraw = (claims: Claims, holder: string): Claims => without(claims, (claim) => claim.holder === holder)

const without = ({ held, queue, superseded }: Claims, gone: (claim: Claim) => boolean): Claims => ({
  held: held.filter((claim) => !gone(claim)),
  queue: queue.filter((claim) => !gone(claim)),
  superseded: superseded.filter((claim) => !gone(claim)),
})

/** Grants what can be granted: emergencies first, then the longest remaining path. */
export function grant(claims: Claims, concurrentBakes: number): Claims {
  const held = [...claims.held]
  const queue: Claim[] = []
  const waiting = claims.queue.toSorted(
    (a, b) =>
      Number(b.emergency) - Number(a.emergency) ||
      b.remaining - a.remaining ||
      a.since.localeCompare(b.since) ||
      a.holder.localeCompare(b.holder),
  )
  for (const claim of waiting) {
    const taken = held.some((other) => competes(other, claim))
    const bakes = held.filter(({ stage }) => stage === 'bake').length
    const full = claim.stage === 'bake' && bakes >= concurrentBakes
    if (taken || full) queue.push(claim)
    else held.push({ ...claim, told: false })
  }
  return { ...claims, held, queue }
}

export const holds = (claims: Claims, turn: Turn): boolean => claims.held.some(isOf(turn))

/** The newer campaign that waits for, or has, what an older claim of this image was for. */
export const newerThan = (claims: Claims, older: Pick<Claim, 'image' | 'stage' | 'number' | 'emergency'>) =>
  [...claims.queue, ...claims.held].find(
    (other) => other.image === older.image && other.stage === older.stage && takesOver(other, older),
  )

/** Bakes of an image that a claim waits for. */
export const inTheWayOf = (claims: Claims, newer: Pick<Claim, 'image' | 'number' | 'emergency'>): Held[] =>
  claims.held.filter((other) => other.stage === 'bake' && other.image === newer.image && takesOver(newer, other))

/** Who has news: grants that nobody was told of yet, and claims that are superseded. */
export const untold = ({ held, superseded }: Claims): (Held | Superseded)[] => [
  ...held.filter(({ told }) => !told),
  ...superseded,
]

/** These were told: a grant is held from here on, a superseded claim is forgotten. */
export const markTold = (claims: Claims, news: Turn[]): Claims => {
  const told = (claim: Claim) => news.some((turn) => isOf(turn)(claim))
  return {
    ...claims,
    held: claims.held.map((held) => (told(held) ? { ...held, told: true } : held)),
    superseded: claims.superseded.filter((claim) => !told(claim)),
  }
}
