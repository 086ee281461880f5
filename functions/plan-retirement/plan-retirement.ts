import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { type ClientsIn, readUsesIn } from '../../aws/ami-usage.ts'
import {
  amisOfImages,
  componentBuilds,
  componentsOf,
  copiesOf,
  distributionConfigurations,
  recipeVersions,
} from '../../aws/made-by-image-builder.ts'
import { RequestRefused } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { rollOutsIn } from '../../domain/locks.ts'
import { retirementReport } from '../../domain/messages/retirement.ts'
import { resourceName } from '../../domain/names.ts'
import type { Target } from '../../domain/planning/ring-order.ts'
import type { Bake } from '../../domain/releases/bake.ts'
import type { ImageRelease, Placement } from '../../domain/releases/image-release.ts'
import {
  idleConfigurations,
  imagesOf,
  type Leftover,
  replacedVersions,
  withoutPart,
} from '../../domain/releases/leftovers.ts'
import {
  planBakes,
  planRetirement,
  type RetirementPlan,
  type Retiring,
  usesKey,
} from '../../domain/releases/retirement.ts'
import { type Use, useKinds } from '../../domain/releases/usage.ts'
import { type Withdrawable, type Withdrawal, withdrawalsOf } from '../../domain/releases/withdrawal.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { everyImage } from '../../ledger/releases.ts'
import type { Notify } from '../runtime/notify.ts'

interface PlanRetirementDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'operations' | 'releases'>
  imageBuilder: ImagebuilderClient
  notify: Notify
  clientsIn: ClientsIn
}

interface Run {
  operation: string
  /** The execution's ARN. */
  execution: string
  time: string
  by: string
  reason?: string | undefined
  /** The caller has seen the plan: it is carried out, whatever the fleet says of its schedule. */
  act: boolean
}

/** The plan as it is at `time`, which notifies nobody. @throws RequestRefused */
export const showPlan = async (deps: PlanRetirementDeps, time: string): Promise<RetirementPlan> =>
  (await plan(deps, time)).shown

/**
 * Decides what a run of retirement does, tells people of it before anything is done, and remembers it place by place. The
 * first run that has something to do tells, and does nothing.
 *
 * @returns the places to withdraw AMIs in, and how much of what Image Builder keeps is removed
 * @throws RequestRefused where the fleet retires nothing
 */
export async function planRun(deps: PlanRetirementDeps, run: Run): Promise<{ places: Target[]; leftovers: number }> {
  const { ledger, notify } = deps
  const { operation, execution, time, by, reason } = run
  const item = await ledger.operations.recordRetirementStarted({
    operation,
    kind: 'retirement',
    execution,
    by,
    ...(reason !== undefined && { reason }),
    status: 'running',
    startedAt: time,
  })
  const { releases, withdrawals, leftovers, shown } = await plan(deps, time)
  if (!isNews(shown)) return nothing
  const isDue = withdrawals.length + leftovers.length > 0
  const why = isDue ? await onlyReports(deps, run) : undefined
  if (!item.reported) {
    await notify(retirementReport({ ...shown, operation, execution, by, reason, onlyReports: why }))
    await ledger.operations.recordReported(operation)
  }
  if (why) return nothing
  // Its time begins again when it is old again.
  for (const { release, action } of releases)
    if (action === 'keep' && release.retired) await ledger.releases.clearRetired(release)
  await ledger.operations.recordWithdrawals(operation, withdrawals)
  await ledger.operations.recordLeftovers(operation, leftovers)
  return { places: withdrawals.map(({ account, region }) => ({ account, region })), leftovers: leftovers.length }
}

const nothing = { places: [], leftovers: 0 }

/** That a bake failed people know already. */
const isNews = ({ releases, bakes, leftovers }: RetirementPlan) =>
  releases.length + bakes.filter(({ action }) => action !== 'wait').length + leftovers.length > 0

/** Why a run does nothing, in words. */
async function onlyReports(
  { fleet, ledger }: PlanRetirementDeps,
  { operation, act }: Run,
): Promise<string | undefined> {
  const first = await ledger.operations.recordFirstRetirement(operation)
  if (act) return undefined
  if (fleet.retirement?.dryRun) return 'the fleet says dryRun'
  return first.operation === operation ? 'it is the first run: the next one acts' : undefined
}

async function plan(deps: PlanRetirementDeps, time: string) {
  const { fleet, ledger } = deps
  const { retirement: policy } = fleet
  if (!policy) throw new RequestRefused("the fleet retires nothing: fleet.yaml has no 'retirement'")
  const known = await ledger.fleetState.read()
  const images = everyImage(fleet, known)
  const catalog = await ledger.releases.readCatalog(images)
  const remembered = await ledger.releases.readBakes(images)
  const bakes = await withAmis(deps, remembered)
  const rollingOut = rollOutsIn(await ledger.locks.read())
  const byKey = new Map(catalog.map((release) => [usesKey(release), release]))
  const releases = planRetirement({ catalog, known, rollingOut, policy, time }).map((retiring) => ({
    ...retiring,
    release: byKey.get(usesKey(retiring)) as ImageRelease,
  }))
  const bakesByKey = new Map(bakes.map((bake) => [usesKey(bake), bake]))
  const failed = planBakes({ bakes, catalog, policy, time })
  const removed = await madeOf(deps, {
    releases: oldest(releases, 'remove').map(({ release }) => release),
    bakes: oldest(failed, 'remove').map((each) => bakesByKey.get(usesKey(each)) as Bake),
  })
  const deprecated = oldest(releases, 'deprecate').map(({ release }) => release)
  const withdrawals = withdrawalsOf(
    fleet,
    [
      ...deprecated.map((release) => ({ release, action: 'deprecate' as const })),
      ...removed.flatMap(({ amis }) => amis).map((release) => ({ release, action: 'remove' as const })),
    ],
    { protects: [...useKinds], otherwise: 'keep' },
  )
  const before = new Date(Date.parse(time) - policy.failed * 1000).toISOString()
  const leftovers = [
    ...(await idleDistributions(deps, catalog, rollingOut)),
    ...(await replacedParts(deps, [...catalog.filter(({ retired }) => !retired?.removedAt), ...remembered], before)),
  ]
  const { uses, unread } = await usesOf(deps, withdrawals)
  const due = new Set([...deprecated, ...removed.map(({ of }) => of)].map(usesKey))
  const isShown = (retiring: Retiring) => retiring.action === 'wait' || due.has(usesKey(retiring))
  const shown: RetirementPlan = {
    releases: releases.flatMap(({ release: _, ...retiring }) => (isShown(retiring) ? [retiring] : [])),
    bakes: failed.filter(isShown),
    leftovers,
    uses,
    ...(unread && { unread }),
  }
  return { releases, withdrawals, leftovers: [...removed.flatMap(({ images }) => images), ...leftovers], shown }
}

/** What one place withdraws, and what Image Builder keeps, is an item of the ledger, which takes 400 kB: what is more is for the next run. */
const most = 500
const mostLeftovers = 1000

const oldest = <R extends Retiring>(all: readonly R[], action: 'deprecate' | 'remove'): R[] =>
  all
    .filter((each) => each.action === action)
    .sort((a, b) => a.bakedAt.localeCompare(b.bakedAt))
    .slice(0, most)

/** All that there is of what is removed: AMIs in every place, and images of Image Builder. */
interface Made {
  of: { image: string; version: string }
  amis: Withdrawable[]
  images: Leftover[]
}

async function madeOf(
  deps: PlanRetirementDeps,
  { releases, bakes }: { releases: ImageRelease[]; bakes: Bake[] },
): Promise<Made[]> {
  const made: Made[] = []
  let count = 0
  const add = (each: Made): boolean => {
    count += each.images.length
    if (count <= mostLeftovers) made.push(each)
    return count <= mostLeftovers
  }
  for (const bake of bakes) {
    const { image, version, amis = [] } = bake
    if (!add({ of: bake, amis: amis.map((ami) => ({ image, version, ami })), images: imagesOf(bake) })) return made
  }
  for (const release of releases) {
    const whole = await withDistributions(deps, release)
    if (!add({ of: release, amis: [whole], images: imagesOf(whole) })) return made
  }
  return made
}

/** Failed bakes, with what Image Builder has tagged as theirs: it need not have named it. */
async function withAmis({ fleet, clientsIn }: PlanRetirementDeps, bakes: readonly Bake[]): Promise<Bake[]> {
  const failed = bakes.filter(({ ended }) => ended)
  if (failed.length === 0) return []
  const { ec2 } = await clientsIn(fleet.build)
  const tagged = await amisOfImages(
    ec2,
    failed.map(({ imageArn }) => imageArn),
  )
  return failed.map((bake) => ({
    ...bake,
    amis: [...new Set([...(bake.amis ?? []), ...(tagged.get(bake.imageArn) ?? [])])],
  }))
}

/**
 * A release with all that was made of it. Of before distributions were remembered its campaign knows them; where a ring was not
 * verified, or not each time, Image Builder knows the copies.
 */
async function withDistributions(
  { ledger, imageBuilder }: PlanRetirementDeps,
  release: ImageRelease,
): Promise<ImageRelease> {
  const { image, campaign, distributed = {} } = release
  const { distributing = {} } = (await ledger.campaigns.readImage(campaign, image)) ?? {}
  const distributions: Record<string, string[]> = { ...release.distributions }
  for (const [ring, { parts }] of Object.entries(distributing))
    distributions[ring] = [...new Set([...(distributions[ring] ?? []), ...parts.flatMap(({ arn }) => arn ?? [])])]
  const copies: Record<string, Placement[]> = { ...release.copies }
  for (const [ring, arns] of Object.entries(distributions)) {
    if (ring in distributed && arns.length === 1) continue
    for (const arn of arns) copies[ring] = [...(copies[ring] ?? []), ...(await copiesOf(imageBuilder, arn))]
  }
  return { ...release, distributions, copies }
}

async function idleDistributions(
  { fleet, imageBuilder }: PlanRetirementDeps,
  catalog: ImageRelease[],
  rollingOut: string[],
): Promise<Leftover[]> {
  const idle = idleConfigurations(fleet.name, catalog, rollingOut)
  if (idle.size === 0) return []
  return [...(await distributionConfigurations(imageBuilder))].flatMap(([name, arn]) => {
    const image = idle.get(withoutPart(name))
    return image === undefined ? [] : [{ kind: 'distribution-configuration', arn, image } as const]
  })
}

/**
 * Recipes of the fleet's own images that newer ones have replaced and of which nothing is there that was baked, and builds of
 * components that no recipe names any more: CloudFormation keeps both.
 */
async function replacedParts(
  { fleet, imageBuilder }: PlanRetirementDeps,
  there: readonly { imageArn: string }[],
  before: string,
): Promise<Leftover[]> {
  const all = await recipeVersions(imageBuilder)
  const baked = new Set(
    there.map(({ imageArn }) => imageArn.replace(':image/', ':image-recipe/').replace(/\/\d+$/, '')),
  )
  const left: Leftover[] = []
  const named = new Set<string>()
  for (const [image, { pipeline }] of Object.entries(fleet.images)) {
    const versions = pipeline ? [] : (all.get(resourceName(fleet.name, image)) ?? [])
    const replaced = replacedVersions(versions, ({ arn }) => baked.has(arn), before)
    left.push(...replaced.map(({ arn }) => ({ kind: 'image-recipe', arn, image }) as const))
    // A recipe that goes now names its components until it is gone.
    for (const { arn } of versions) for (const each of await componentsOf(imageBuilder, arn)) named.add(each)
  }
  for (const [component, version] of ownComponents(fleet, named)) {
    const builds = await componentBuilds(imageBuilder, version)
    const replaced = replacedVersions(builds, ({ arn }) => named.has(arn), before)
    left.push(...replaced.map(({ arn }) => ({ kind: 'component', arn, image: component }) as const))
  }
  return left
}

/** The versions of the components that the fleet's stack has made, with the component of each. */
function ownComponents({ name, components }: Fleet, named: Set<string>): [component: string, version: string][] {
  const versions = new Set([...named].map((arn) => arn.replace(/\/\d+$/, '')))
  return [...versions].flatMap((version): [string, string][] => {
    const [, component] = /:component\/(.+)-[0-9a-f]{8}\/[^/]+$/.exec(version) ?? []
    const own = Object.keys(components).find((key) => resourceName(name, key) === component)
    return own === undefined ? [] : [[own, version]]
  })
}

/** What uses what would be removed. */
async function usesOf(deps: PlanRetirementDeps, withdrawals: Withdrawal[]) {
  const removed = withdrawals.filter(({ amis }) => amis.some(({ action }) => action === 'remove'))
  const amis = removed.flatMap((withdrawal) => withdrawal.amis.filter(({ action }) => action === 'remove'))
  const read = await readUsesIn(
    deps,
    removed.flatMap(({ users }) => users),
    [...new Set(amis.map(({ image }) => image))],
  )
  const uses: Record<string, Use[]> = {}
  for (const ami of amis) {
    const some = read.uses.get(ami.ami) ?? []
    if (some.length > 0) uses[usesKey(ami)] = [...(uses[usesKey(ami)] ?? []), ...some]
  }
  return { uses, unread: read.unread }
}
