import type { Fleet } from '../fleet/model.ts'
import { placeOf, type Target } from '../planning/ring-order.ts'
import type { ImageRelease, Placement } from './image-release.ts'
import type { Use, UseKind } from './usage.ts'

/** Deprecated, an AMI can be used and is not offered; disabled, nobody can launch it; removed, it is gone with its snapshots. */
export type Action = 'deprecate' | 'disable' | 'remove'

/** What may become of an AMI that is to be withdrawn: whether it is as it should be, no matter who made it so. The names are stored. */
const outcomes = { done: true, 'in-use': false, gone: true, failed: false } satisfies Record<string, boolean>
export type WithdrawalOutcome = keyof typeof outcomes

/** One AMI that is to be withdrawn, and what became of it. */
export interface WithdrawnAmi {
  image: string
  version: string
  ami: string
  action: Action
  outcome?: WithdrawalOutcome
  /** What uses it: the first of them. */
  uses?: Use[]
  /** Why it failed, in words. */
  why?: string
  /** Of one that is removed: its snapshots as they were recorded, or those that are left of it. */
  snapshots?: string[]
}

/** All that one operation withdraws in one place: the account that owns the AMIs, and a region. */
export interface Withdrawal extends Target {
  /** Where its AMIs may be used: the place itself, and every target that they are shared with. */
  users: Target[]
  /** What keeps an AMI from being disabled or removed by using it. */
  protects: UseKind[]
  /** Nothing keeps it. */
  force?: boolean
  /** What becomes of one that is in use. */
  otherwise: 'deprecate' | 'keep'
  amis: WithdrawnAmi[]
}

/** A release, or one AMI of a failed bake. */
export type Withdrawable = Pick<ImageRelease, 'image' | 'version' | 'ami' | 'copies' | 'distributed'>

/** Every AMI of a release, each once: the build account's own, and those that were made for rings. */
export const amisOf = ({ ami, copies = {} }: Withdrawable, build: Target): Placement[] => {
  const all: Placement[] = [{ account: build.account, region: build.region, ami }, ...Object.values(copies).flat()]
  return [...new Map(all.map((placed) => [`${placeOf(placed)} ${placed.ami}`, placed])).values()]
}

/**
 * Releases that are to be withdrawn, place by place.
 *
 * @param how what is the same for all of them
 */
export function withdrawalsOf(
  fleet: Pick<Fleet, 'build' | 'rings'>,
  withdrawn: readonly { release: Withdrawable; action: Action }[],
  how: Pick<Withdrawal, 'protects' | 'otherwise' | 'force'>,
): Withdrawal[] {
  const all = withdrawn.flatMap(({ release, action }) =>
    amisOf(release, fleet.build).map((placed) => ({ placed, release, action })),
  )
  return [...Map.groupBy(all, ({ placed }) => placeOf(placed)).values()].map((some) => {
    const { account, region } = (some[0] as (typeof some)[number]).placed
    const users = [{ account, region }, ...some.flatMap(({ placed, release }) => usersOf(fleet, release, placed))]
    return {
      account,
      region,
      ...how,
      users: [...new Map(users.map((user) => [placeOf(user), user])).values()],
      amis: some.map(({ placed, release, action }) => {
        const named = { image: release.image, version: release.version, ami: placed.ami, action }
        const snapshots = action === 'remove' ? snapshotsOf(release, placed) : []
        return snapshots.length > 0 ? { ...named, snapshots } : named
      }),
    }
  })
}

/** The snapshots of an AMI that was verified. */
const snapshotsOf = ({ distributed = {} }: Withdrawable, { ami, region }: Placement): string[] =>
  Object.values(distributed)
    .flat()
    .find((placed) => placed.ami === ami && placed.region === region)?.snapshots ?? []

/** Whom an AMI is shared with. Where a ring was not verified, those that the ring lists may have got it. */
function usersOf(
  { rings }: Pick<Fleet, 'rings'>,
  { copies = {}, distributed = {} }: Withdrawable,
  { ami, region }: Placement,
): Target[] {
  const verified = Object.values(distributed)
    .flat()
    .filter((target) => target.ami === ami)
  const unverified = Object.entries(copies).flatMap(([ring, placed]) =>
    !distributed[ring] && rings[ring]?.mode === 'share' && placed.some((copy) => copy.ami === ami)
      ? rings[ring].accounts.map((account) => ({ account, region }))
      : [],
  )
  return [...verified, ...unverified].map(({ account, region }) => ({ account, region }))
}

/** What keeps an AMI from being disabled or removed. */
export const keeping = ({ protects, force }: Withdrawal, uses: readonly Use[]): Use[] =>
  force ? [] : uses.filter(({ kind }) => protects.includes(kind))

/** Whether an AMI is as it should be. */
export const isWithdrawn = ({ outcome }: Pick<WithdrawnAmi, 'outcome'>): boolean =>
  outcome !== undefined && outcomes[outcome]

/** What could not be withdrawn, in words that name the place: one line for each reason. */
export const problemsOf = (withdrawals: readonly Withdrawal[]): string[] =>
  withdrawals.flatMap((withdrawal) =>
    [
      ...Map.groupBy(
        withdrawal.amis.filter(({ outcome }) => outcome === undefined || outcome === 'failed'),
        ({ why = 'nobody got to it' }) => why,
      ),
    ].map(([why, some]) => {
      const named = some.map(({ image, version, ami }) => `${image} ${version} (${ami})`)
      return `${placeOf(withdrawal)}: ${named.join(', ')}: ${why}`
    }),
  )
