/**
 * Who may bake: one rebake at a time per image (the lease, held to the end of the rebake), and no more bakes
 * at once than the fleet allows (the slot, held until the image is a candidate). Pure: the ledger keeps the
 * state, the functions tell the holders.
 */
export interface Claim {
  /** ARN of the execution that claims. */
  holder: string
  image: string
  /** Seconds of the longest path from this image down: the longest path goes first. */
  remaining: number
  /** ISO 8601; among equals the oldest goes first. */
  since: string
}

export interface Held extends Claim {
  baking: boolean
  /** Whether the holder has been told. A grant is repeated until it was. */
  told: boolean
}

export interface Claims {
  held: Held[]
  queue: Claim[]
}

export const noClaims: Claims = { held: [], queue: [] }

/** Adds a claim; a claim that is held or queued already changes nothing. */
export function request(claims: Claims, claim: Claim): Claims {
  const known = [...claims.held, ...claims.queue].some(({ holder }) => holder === claim.holder)
  return known ? claims : { ...claims, queue: [...claims.queue, claim] }
}

/** The holder has baked: its slot is free, its image is still its own. */
export const freeSlot = (claims: Claims, holder: string): Claims => ({
  ...claims,
  held: claims.held.map((held) => (held.holder === holder ? { ...held, baking: false } : held)),
})

/** The holder is done, or dead: nothing of it stays, held or queued. */
export const withdraw = (claims: Claims, holder: string): Claims => ({
  held: claims.held.filter((held) => held.holder !== holder),
  queue: claims.queue.filter((claim) => claim.holder !== holder),
})

/** Grants what can be granted, the longest remaining path first. */
export function grant(claims: Claims, concurrentBakes: number): Claims {
  const held = [...claims.held]
  const queue: Claim[] = []
  const waiting = [...claims.queue].sort(
    (a, b) => b.remaining - a.remaining || a.since.localeCompare(b.since) || a.holder.localeCompare(b.holder),
  )
  for (const claim of waiting) {
    const leased = held.some(({ image }) => image === claim.image)
    const slots = concurrentBakes - held.filter(({ baking }) => baking).length
    if (leased || slots <= 0) queue.push(claim)
    else held.push({ ...claim, baking: true, told: false })
  }
  return { held, queue }
}

export const untold = (claims: Claims): Held[] => claims.held.filter(({ told }) => !told)

export const markTold = (claims: Claims, holders: string[]): Claims => ({
  ...claims,
  held: claims.held.map((held) => (holders.includes(held.holder) ? { ...held, told: true } : held)),
})
