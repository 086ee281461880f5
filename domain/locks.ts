/**
 * Whose turn it is. An image is baked by one rebake at a time, and no more images are baked at once than the fleet
 * allows; it is rolled out by one rebake at a time, so that no ring ever rolls back to an older AMI. Who waits is
 * superseded by a newer campaign for the same image. Pure: the ledger keeps the state, the functions tell the
 * holders.
 */
export interface LockRequest {
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

export interface HeldLock extends LockRequest {
  /** Whether the holder has been notified. A grant is repeated until it was. */
  told: boolean
}

/** A claim that will not be granted any more, until its holder is notified. */
export interface SupersededRequest extends LockRequest {
  /** The campaign that took over. */
  by: string
}

export interface Locks {
  held: HeldLock[]
  queue: LockRequest[]
  superseded: SupersededRequest[]
}

export const noLocks: Locks = { held: [], queue: [], superseded: [] }

type LockKey = Pick<LockRequest, 'holder' | 'stage'>
type Rank = Pick<LockRequest, 'number' | 'emergency'>

/** Whether one campaign takes over from another: it is newer, and no emergency gives way to what is none. */
export const supersedes = (one: Rank, other: Rank): boolean =>
  one.number > other.number && (one.emergency || !other.emergency)

const isOf =
  ({ holder, stage }: LockKey) =>
  (claim: LockRequest) =>
    claim.holder === holder && claim.stage === stage
const competes = (a: LockRequest, b: LockRequest) => a.image === b.image && a.stage === b.stage && a.holder !== b.holder

/** Adds a claim, which supersedes older ones that wait; a claim that is known already changes nothing. */
export function requestLock(locks: Locks, claim: LockRequest): Locks {
  const { held, queue, superseded } = locks
  if ([...held, ...queue, ...superseded].some(isOf(claim))) return locks
  const newer = [...held, ...queue].find((other) => competes(other, claim) && supersedes(other, claim))
  if (newer) return { ...locks, superseded: [...superseded, { ...claim, by: newer.campaign }] }
  const older = (other: LockRequest) => competes(other, claim) && supersedes(claim, other)
  return {
    // A roll-out that is overtaken finds out by itself, before its next ring: nobody waits to be notified.
    held: claim.emergency && claim.stage === 'roll-out' ? held.filter((other) => !older(other)) : held,
    queue: [...queue.filter((other) => !older(other)), claim],
    superseded: [...superseded, ...queue.filter(older).map((other) => ({ ...other, by: claim.campaign }))],
  }
}

/** The holder is through with one stage. */
export const releaseLock = (locks: Locks, turn: LockKey): Locks => without(locks, isOf(turn))

/** The holder is done, or dead: nothing of it stays, held or queued. */
export const removeExecution = (locks: Locks, holder: string): Locks =>
  without(locks, (claim) => claim.holder === holder)

const without = ({ held, queue, superseded }: Locks, gone: (claim: LockRequest) => boolean): Locks => ({
  held: held.filter((claim) => !gone(claim)),
  queue: queue.filter((claim) => !gone(claim)),
  superseded: superseded.filter((claim) => !gone(claim)),
})

/** Grants what can be granted: emergencies first, then the longest remaining path. */
export function grantLocks(locks: Locks, concurrentBakes: number): Locks {
  const held = [...locks.held]
  const queue: LockRequest[] = []
  const waiting = locks.queue.toSorted(
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
  return { ...locks, held, queue }
}

export const holdsLock = (locks: Locks, turn: LockKey): boolean => locks.held.some(isOf(turn))

/** The newer campaign that waits for, or has, what an older claim of this image was for. */
export const newerRequest = (locks: Locks, older: Pick<LockRequest, 'image' | 'stage' | 'number' | 'emergency'>) =>
  [...locks.queue, ...locks.held].find(
    (other) => other.image === older.image && other.stage === older.stage && supersedes(other, older),
  )

/** Bakes of an image that a claim waits for. */
export const blockingBakes = (locks: Locks, newer: Pick<LockRequest, 'image' | 'number' | 'emergency'>): HeldLock[] =>
  locks.held.filter((other) => other.stage === 'bake' && other.image === newer.image && supersedes(newer, other))

/** Who has news: grants that nobody was notified of yet, and claims that are superseded. */
export const undelivered = ({ held, superseded }: Locks): (HeldLock | SupersededRequest)[] => [
  ...held.filter(({ told }) => !told),
  ...superseded,
]

/** These were notified: a grant is held from here on, a superseded claim is forgotten. */
export const markDelivered = (locks: Locks, news: LockKey[]): Locks => {
  const reported = (claim: LockRequest) => news.some((turn) => isOf(turn)(claim))
  return {
    ...locks,
    held: locks.held.map((held) => (reported(held) ? { ...held, told: true } : held)),
    superseded: locks.superseded.filter((claim) => !reported(claim)),
  }
}

/** Images of which a roll-out is under way, or waits. */
export const rollOutsIn = ({ held, queue }: Locks): string[] => [
  ...new Set([...held, ...queue].flatMap(({ image, stage }) => (stage === 'roll-out' ? [image] : []))),
]
