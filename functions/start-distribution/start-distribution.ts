import {
  CreateDistributionConfigurationCommand,
  type ImagebuilderClient,
  UpdateDistributionConfigurationCommand,
} from '@aws-sdk/client-imagebuilder'
import type { KMSClient } from '@aws-sdk/client-kms'
import type { OrganizationsClient } from '@aws-sdk/client-organizations'
import type { CloudWatchFor } from '../../aws/alarms.ts'
import { isAlreadyThere } from '../../aws/errors.ts'
import { keyArnOf } from '../../aws/keys.ts'
import { accountsOf } from '../../aws/organizations.ts'
import { TargetMismatch } from '../../aws/targets.ts'
import { looksEvery } from '../../domain/alarms.ts'
import { CopiesInPlace, DistributionFailed } from '../../domain/errors.ts'
import { clientToken } from '../../domain/executions.ts'
import { resourceName } from '../../domain/names.ts'
import { firstLook, type Part, planDistribution } from '../../domain/planning/distribution.ts'
import { placeOf, type RingOrder } from '../../domain/planning/ring-order.ts'
import type { Placement } from '../../domain/releases/image-release.ts'
import type { CampaignImageItem, Distributing } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { mustHaveBeenQuiet } from '../workflow/alarm-guard.ts'
import { requireApproval } from '../workflow/approval-guard.ts'
import { requireOpenWindow, type WindowDeps } from '../workflow/change-window.ts'
import { configurationArnOf, distributeImage } from '../workflow/distribute-image.ts'
import { buildOf, readRing, rememberDistribution } from '../workflow/distributions.ts'
import { requireRolloutLock } from '../workflow/rollout-guard.ts'
import type { Waits } from '../workflow/task-waits.ts'

interface StartDistributionDeps extends WindowDeps {
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'releases'>
  waits: Pick<Waits, 'forget'>
  imageBuilder: ImagebuilderClient
  organizations: OrganizationsClient
  /** In a region of the build account. */
  kmsIn: (region: string) => KMSClient
  cloudWatch: CloudWatchFor
  /** Name or ARN of the role that Image Builder distributes with. */
  distributionRole: string
}

interface StartDistributionInput {
  /** The execution's ARN. */
  execution: string
  time: string
  campaign: string
  image: string
  imageArn: string
  ring: string
}

/**
 * Starts the copies for one ring, or the sharing with it. Image Builder reports each distribution as a new image, and
 * rebuilds nothing. The accounts are those of the first try: a repeat goes on where the last one stopped.
 *
 * @returns the ARN to wait for first, and after how many seconds to ask about it where no event comes
 * @throws Superseded where an emergency has overtaken it; AlarmFired and AlarmUnknown by the ring before; OutsideChangeWindow where a freeze or a window
 * forbids it now, or sooner than that is over where an alarm is to be asked meanwhile; ApprovalNeeded; CopiesInPlace; OrganizationUnreadable; QuotaReached.
 */
export async function startDistribution(deps: StartDistributionDeps, request: StartDistributionInput) {
  const { ledger } = deps
  const { execution, time, imageArn } = request
  const { item, ring, before: ringBefore } = await readRing(ledger, request)
  const { order } = item
  const from = {
    ...buildOf(imageArn),
    name: resourceName(deps.fleet.name, request.image),
    description: `${request.image} ${item.version ?? ''}, baked on ${item.parentAmi ?? 'its parent'}`,
  }
  await requireRolloutLock(ledger, execution, item)
  // Before anything that may take weeks, and again in each of them: CloudWatch forgets.
  if (ringBefore) await mustHaveBeenQuiet(deps, item, ringBefore, request)
  const longest = ringBefore?.alarm ? { longest: looksEvery } : {}
  await requireOpenWindow(deps, order, { image: request.image, ring: ring.ring }, { time, ...longest })
  await requireApproval(ledger, order, ring)

  const before = item.distributing?.[ring.ring]
  if (before?.inPlace) throw new CopiesInPlace(inPlaceText(ring))
  const known = before?.parts.length ? before : undefined
  const accounts =
    known?.parts.flatMap((part) => part.accounts) ?? (await accountsOf(deps.organizations, ring, from.account))
  if (accounts.length === 0) throw new DistributionFailed(`ring ${ring.ring} has no active account`)
  const kmsKeys = known ? (known.kmsKeys ?? ring.kmsKeys) : await keysOf(deps, ring)
  const inPlace = before ? undefined : await placedBefore(deps, item, ring, accounts)
  if (inPlace) {
    await ledger.campaigns.recordDistributing(request, item, { startedAt: time, kmsKeys, inPlace, parts: [] })
    throw new CopiesInPlace(inPlaceText(ring))
  }
  const planned = planDistribution({ ...ring, kmsKeys }, accounts, from)
  const distributing: Distributing = known ?? {
    startedAt: time,
    kmsKeys,
    expected: await tookLast(deps, request),
    parts: planned.map(({ accounts }) => ({ accounts })),
  }
  if (!known) await ledger.campaigns.recordDistributing(request, item, distributing)
  for (const [i, part] of planned.entries()) {
    const begun = distributing.parts[i]
    if (!begun || begun.arn) continue
    begun.arn = await distribute(deps, request, part)
    await rememberDistribution(deps, { image: request.image, version: item.version ?? '' }, ring.ring, begun.arn)
    await ledger.campaigns.recordDistributing(request, item, distributing)
  }
  return { awaited: distributing.parts[0]?.arn, lookAfter: firstLook(distributing.expected) }
}

const inPlaceText = ({ ring }: RingOrder) => `ring ${ring} has it from a roll-out before`

/** What every target of a ring got of this release in a roll-out before; undefined where one got none. */
async function placedBefore(
  { ledger }: StartDistributionDeps,
  { image, version = '' }: CampaignImageItem,
  { ring, regions }: RingOrder,
  accounts: string[],
): Promise<Placement[] | undefined> {
  const { distributed = {} } = (await ledger.releases.read({ image, version })) ?? {}
  const had = new Map(distributed[ring]?.map((placed) => [placeOf(placed), placed]))
  const targets = accounts.flatMap((account) => regions.map((region) => had.get(placeOf({ account, region }))))
  const placed = targets.flatMap((target) => target ?? [])
  return placed.length === targets.length ? placed : undefined
}

/** Seconds that the last release through this ring took; undefined where nobody knows. */
async function tookLast(
  { ledger }: StartDistributionDeps,
  { image, ring }: StartDistributionInput,
): Promise<number | undefined> {
  const { released } = (await ledger.fleetState.read()).images[image] ?? {}
  return released && (await ledger.releases.read({ image, version: released.version }))?.took?.[ring]
}

/**
 * The ring's keys, each by its own ARN: the account that copies looks for what a name means in itself.
 *
 * @throws DistributionFailed naming each key that cannot be used, and what to do
 */
async function keysOf({ kmsIn }: StartDistributionDeps, { kmsKeys }: RingOrder): Promise<Record<string, string>> {
  const found = await Promise.all(
    Object.entries(kmsKeys).map(async ([region, named]): Promise<[string, string | TargetMismatch]> => {
      const key = keyArnOf(kmsIn, named).catch((error: unknown) => {
        if (error instanceof TargetMismatch) return error
        throw error
      })
      return [region, await key]
    }),
  )
  const missing = found.flatMap(([, key]) => (key instanceof TargetMismatch ? [key.message] : []))
  if (missing.length > 0)
    throw new DistributionFailed(
      `${missing.join('; ')}: npm run deploy makes the fleet's key in each region, other keys are in kmsKeys of the fleet`,
    )
  return Object.fromEntries(found as [string, string][])
}

async function distribute(
  { imageBuilder, distributionRole }: StartDistributionDeps,
  request: StartDistributionInput,
  part: Part,
) {
  const { execution, campaign, image, imageArn, ring } = request
  return distributeImage(imageBuilder, {
    campaign,
    image,
    ring,
    imageArn,
    configurationArn: await configure(imageBuilder, request, part),
    distributionRole,
    clientToken: clientToken('distribute', nameOf(execution), part.name),
  })
}

/** Makes the part's distribution configuration, or what it was before the same as this. */
async function configure(
  imageBuilder: ImagebuilderClient,
  request: StartDistributionInput,
  part: Part,
): Promise<string> {
  const { execution, image, imageArn, ring } = request
  const { name, distributions } = part
  const described = { description: `${image} to the ring ${ring}`, distributions }
  const token = (verb: string) => clientToken(verb, nameOf(execution), name)
  try {
    const { distributionConfigurationArn: made } = await imageBuilder.send(
      new CreateDistributionConfigurationCommand({ name, ...described, clientToken: token('create') }),
    )
    if (!made) throw new Error(`Image Builder made ${name} and named no distribution configuration`)
    return made
  } catch (error) {
    if (!isAlreadyThere(error)) throw error
  }
  const arn = configurationArnOf(imageArn, name)
  await imageBuilder.send(
    new UpdateDistributionConfigurationCommand({
      distributionConfigurationArn: arn,
      ...described,
      clientToken: token('update'),
    }),
  )
  return arn
}

const nameOf = (execution: string) => execution.split(':').at(-1) ?? ''
