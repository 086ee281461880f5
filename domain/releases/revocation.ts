import type { Fleet } from '../fleet/model.ts'
import type { FleetState } from '../planning/fleet-state.ts'
import { type ImageRelease, isGood, isNewer, newestFirst } from './image-release.ts'
import { descendantsOf } from './lineage.ts'
import { type Withdrawal, withdrawalsOf } from './withdrawal.ts'

export interface RevocationRequest {
  image: string
  version: string
  /** Also every release that was baked from it, directly or not. */
  descendants: boolean
  /** Also what a running Auto Scaling group or instance uses. */
  force: boolean
}

/** What a revocation does. Made again, it is the same, less what is gone. */
export interface Revocation {
  /** What nobody may use any more, parents first. */
  releases: ImageRelease[]
  /** Images of which some target may have one of them, and the release that their pointers roll back to. */
  goBack: { image: string; to: string }[]
  /** Images of the same kind without a good release: their pointers are deleted, and what they pointed to is disabled. */
  stranded: string[]
  /** Releases that were baked from them and are not revoked with them. */
  spared: ImageRelease[]
  withdrawals: Withdrawal[]
  /** Images of the fleet whose newest release is among them: they are baked again. */
  rebake: string[]
}

/** @returns undefined where the image has no such release */
export function planRevocation(
  { fleet, known, catalog }: { fleet: Fleet; known: FleetState; catalog: readonly ImageRelease[] },
  { image, version, descendants, force }: RevocationRequest,
): Revocation | undefined {
  const found = catalog.find((release) => release.image === image && release.version === version)
  if (!found) return undefined
  const below = descendantsOf(catalog, found)
  const releases = [found, ...(descendants ? below : [])]
  const revoked = new Set(releases.map(({ ami }) => ami))
  const images = [...new Set(releases.map((release) => release.image))]
  // The oldest first, so that each image's newest is the one that stays.
  const newestGood = new Map(
    newestFirst(catalog.filter((each) => isGood(each) && !revoked.has(each.ami)))
      .toReversed()
      .map((each) => [each.image, each]),
  )
  const pointed = images.filter((name) => isPointedTo(name, releases, known))
  return {
    releases,
    goBack: pointed.flatMap((name) => {
      const good = newestGood.get(name)
      return good && name in fleet.images ? [{ image: name, to: good.version }] : []
    }),
    stranded: pointed.filter((name) => !newestGood.has(name)),
    spared: descendants ? [] : below.filter((each) => !each.revoked && !each.retired?.removedAt),
    withdrawals: withdrawalsOf(
      fleet,
      releases.filter(({ retired }) => !retired?.removedAt).map((release) => ({ release, action: 'disable' as const })),
      // Pointers and launch templates are moved before; what runs keeps running.
      { protects: ['auto-scaling-group', 'instance'], otherwise: 'deprecate', force },
    ),
    rebake: images.filter((name) => name in fleet.images && revoked.has(known.images[name]?.last?.ami ?? '')),
  }
}

/** It is what the image's channels have, or some target has it: perhaps it went through the first of its rings only. */
const isPointedTo = (image: string, releases: readonly ImageRelease[], known: FleetState): boolean => {
  const { last, released } = known.images[image] ?? {}
  const own = releases.filter((release) => release.image === image)
  const newest = [last?.version, released?.version]
  return own.some(
    ({ version, distributed }) =>
      // Whatever came after what is stable may be in some ring.
      newest.includes(version) || (distributed && isNewer(version, released?.version)),
  )
}
