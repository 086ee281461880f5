import { compactTime } from '../executions.ts'
import type { FleetState } from '../planning/fleet-state.ts'
import { shortened } from '../shortened.ts'
import type { Bake } from './bake.ts'
import { type Ended, type ImageRelease, isGood, newestFirst } from './image-release.ts'
import type { Leftover } from './leftovers.ts'
import type { Use } from './usage.ts'

interface Policy {
  /** The last releases of each image that are kept whatever happens. */
  keep: number
  /** Seconds from the deprecation of an AMI to its removal. */
  grace: number
  /** Seconds that what failed is kept. */
  failed: number
}

/** What becomes of a release, or of a failed bake, in this run. */
export interface Retiring {
  image: string
  version: string
  /** In the build account; of a failed bake the first, '' where it made none. */
  ami: string
  /** Of a failed bake: when it began. */
  bakedAt: string
  /** It is kept; deprecated now; deprecated, and not for long enough; removed now, where nothing uses it. */
  action: 'keep' | 'deprecate' | 'wait' | 'remove'
  reason: string
  /** When it will be removed, where it waits. ISO 8601. */
  removeAt?: string
}

/** A run of retirement, as people are notified of it before anything is done. */
export interface RetirementPlan {
  /** Those that are kept because they are new, or pointed to, are not in it. */
  releases: Retiring[]
  /** Failed bakes. */
  bakes: Retiring[]
  /** What Image Builder keeps and nothing needs any more, beside the images of those: removed now. */
  leftovers: Leftover[]
  /** By version of an image, `api 1.0.3/1`: what uses those that would be removed. */
  uses: Record<string, Use[]>
  /** Where nobody knows what is used, in words. */
  unread?: string
}

/** How the uses of a release are kept. */
export const usesKey = ({ image, version }: Pick<ImageRelease, 'image' | 'version'>) => `${image} ${version}`

/**
 * What becomes of every release whose AMIs are there. Nothing here looks at what uses an AMI: that is asked for right
 * before it is removed.
 *
 * @param time ISO 8601
 */
export function planRetirement({
  catalog,
  known,
  rollingOut = [],
  policy,
  time,
}: {
  catalog: readonly ImageRelease[]
  known: FleetState
  /** Images of which a roll-out is under way, or waits. */
  rollingOut?: readonly string[]
  policy: Policy
  time: string
}): Retiring[] {
  const there = catalog.filter(({ retired }) => !retired?.removedAt)
  return [...Map.groupBy(there, ({ image }) => image).values()].flatMap((some) => {
    const releases = newestFirst(some)
    const kept = keptOf(releases, known, policy)
    // It may be the one that failed before.
    if (rollingOut.includes(releases[0]?.image ?? ''))
      for (const { failed, version } of releases)
        if (failed && !kept.has(version)) kept.set(version, 'a roll-out of the image is under way')
    return releases.map((release) => {
      const { image, version, ami, bakedAt } = release
      return { image, version, ami, bakedAt, ...actionOn(release, kept.get(version), policy, time) }
    })
  })
}

type Decision = Pick<Retiring, 'action' | 'reason' | 'removeAt'>

/**
 * What becomes of failed bakes. Nobody was ever offered their AMIs, so they are not deprecated first; and none of
 * them is one of the last that are kept.
 *
 * @param catalog what passed its checks is a release, and retired as such
 */
export function planBakes({
  bakes,
  catalog,
  policy,
  time,
}: {
  bakes: readonly Bake[]
  catalog: readonly ImageRelease[]
  policy: Policy
  time: string
}): Retiring[] {
  const released = new Set(catalog.flatMap((release) => (release.retired?.removedAt ? [] : usesKey(release))))
  return bakes.flatMap(({ image, version, amis = [], startedAt, ended }) =>
    ended && !released.has(usesKey({ image, version }))
      ? [{ image, version, ami: amis[0] ?? '', bakedAt: startedAt, ...endOf(ended, policy, time) }]
      : [],
  )
}

const howEnded = { failed: 'failed', aborted: 'was stopped', superseded: 'was superseded' } satisfies Record<
  Ended['as'],
  string
>

/** What failed is kept for as long as the fleet says, to be looked into. */
const endOf = ({ at, as, reason }: Ended, { failed }: Policy, time: string): Decision =>
  removal(`it ${howEnded[as]} at ${at}: ${shortened(reason, mostOfReason)}`, after(at, failed), time)

/** Characters. A report has one for each bake. */
const mostOfReason = 200

const after = (at: string, seconds: number) => new Date(Date.parse(at) + seconds * 1000).toISOString()

const removal = (reason: string, removeAt: string, time: string): Decision =>
  Date.parse(removeAt) <= Date.parse(time) ? { action: 'remove', reason } : { action: 'wait', reason, removeAt }

function actionOn(
  { revoked, retired, failed }: ImageRelease,
  kept: string | undefined,
  policy: Policy,
  time: string,
): Decision {
  const { keep, grace } = policy
  if (kept) return { action: 'keep', reason: kept }
  if (failed) return endOf(failed, policy, time)
  const old = revoked ? `revoked: ${revoked.reason}` : `older than the last ${keep}`
  if (!retired) return { action: 'deprecate', reason: old }
  const reason = `${old}, and deprecated since ${retired.deprecatedAt}`
  return removal(reason, after(retired.deprecatedAt, grace), time)
}

/** Why releases of one image are kept, by version; what was revoked never is, and what failed only while it is the candidate. */
function keptOf(releases: readonly ImageRelease[], known: FleetState, { keep }: Policy): Map<string, string> {
  const candidates = releases.filter(({ revoked }) => !revoked)
  const usable = candidates.filter(({ failed }) => !failed)
  const good = usable.filter(isGood)
  const { last, released, held } = known.images[releases[0]?.image ?? ''] ?? {}
  const stable = good.findIndex(({ ami }) => ami === released?.ami)
  // The first reason is reported; a held image may roll back to any of them.
  const reasons: [string, ImageRelease[]][] = [
    ['the candidate', candidates.filter(({ ami }) => ami === last?.ami)],
    ['the stable one', stable < 0 ? [] : [good[stable] as ImageRelease]],
    ['the one before the stable one', stable < 0 ? [] : good.slice(stable + 1, stable + 2)],
    [`one of the last ${keep}`, usable.slice(0, keep)],
    [`one of the last ${keep} that went through all rings`, good.slice(0, keep)],
    ['the image is held', held ? usable : []],
  ]
  const kept = new Map<string, string>()
  for (const [reason, some] of reasons)
    for (const { version } of some) if (!kept.has(version)) kept.set(version, reason)
  return kept
}

/** What becomes of a release by what became of its AMIs: it is deprecated, or gone, only when all of them are. */
export function retiredOf(
  { retired }: Pick<ImageRelease, 'retired'>,
  action: 'deprecate' | 'remove',
  time: string,
): NonNullable<ImageRelease['retired']> {
  const deprecatedAt = retired?.deprecatedAt ?? time
  return action === 'remove' ? { deprecatedAt, removedAt: time } : { deprecatedAt }
}

/** What a run of retirement is started with. */
export interface RetirementRequest {
  /** ISO 8601. */
  time: string
  /** The ARN of the caller; or `schedule`. */
  by: string
  reason?: string
  /** The caller has seen the plan. */
  act?: true
}

/** A run is named after its time: what asks for it again starts nothing. */
export const retirementName = (time: string): string => `retire-${compactTime(time)}`
