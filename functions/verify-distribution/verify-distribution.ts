import { EC2Client } from '@aws-sdk/client-ec2'
import type { Ami, ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { snapshotsOf, tagSnapshots } from '../../aws/snapshots.ts'
import { inEach, NotYet, Targets } from '../../aws/targets.ts'
import {
  AnswersLate,
  CopiesGone,
  DistributionFailed,
  DistributionIncomplete,
  DistributionInProgress,
  DistributionRetriable,
  DistributionTimedOut,
} from '../../domain/errors.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import { wantsEncryption } from '../../domain/planning/check-order.ts'
import { keyFor, ownerOf } from '../../domain/planning/distribution.ts'
import type { RingOrder, Target } from '../../domain/planning/ring-order.ts'
import type { Placement } from '../../domain/releases/image-release.ts'
import type { CampaignImageItem, Distributing } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { buildOf, type Distribution, isRetriable, readDistribution, readRing } from '../workflow/distributions.ts'
import type { Waits } from '../workflow/task-waits.ts'
import { checkKey, checkVisible } from './check-ami.ts'

interface VerifyDistributionDeps {
  fleet: string
  imageBuilder: ImagebuilderClient
  ledger: Pick<Ledger, 'campaigns' | 'releases'>
  waits: Pick<Waits, 'forget' | 'bringOutcome'>
  /** Accounts that may release what they were given: the copies there are remembered. */
  upstreamAccounts: string[]
}

interface VerifyDistributionInput {
  time: string
  campaign: string
  image: string
  ring: string
  startedAt: string
}

/** Copies of large volumes to far regions take hours; a day means that nothing comes any more. */
const limitSeconds = 86_400

/**
 * Asks Image Builder where the AMI is, and then each target whether it is there as it must be.
 *
 * @throws DistributionInProgress and DistributionRetriable, naming the distribution to go on with;
 * CopiesGone where what was in place is not; DistributionTimedOut and DistributionFailed by Image Builder's word; DistributionIncomplete and TargetUnreachable
 * naming the targets that do not have it; AnswersLate where that may be only because of late answers.
 */
export async function verify(deps: VerifyDistributionDeps, request: VerifyDistributionInput) {
  const { ledger } = deps
  const { campaign, image } = request
  const { item, ring: ordered } = await readRing(ledger, request)
  const distributing = item.distributing?.[ordered.ring]
  const ring = { ...ordered, kmsKeys: distributing?.kmsKeys ?? ordered.kmsKeys }
  const release = { image, version: item.version ?? '' }
  if (distributing?.inPlace) return verifyInPlace(deps, request, { item, ring, distributing })
  const { parts: begun = [], expected } = distributing ?? {}
  const distributions: Distribution[] = []
  for (const part of begun) distributions.push(await readDistribution(deps, part, request.time))
  const copies = distributions.flatMap(copiesIn)
  if (copies.length > 0) await ledger.releases.recordPlaced(release, ring.ring, { copies })
  mustBeThrough(distributions, request)
  const targets = targetsOf(ring, distributions)
  const placed = await checkTargets(deps.fleet, item, ring, targets)
  for (const { account, region, ami } of placed)
    if (deps.upstreamAccounts.includes(account))
      await ledger.releases.recordCopy(ami, { image, campaign, account, region })
  const took = secondsOf(distributions, request) ?? expected
  await ledger.releases.recordPlaced(release, ring.ring, { distributed: placed, ...(took !== undefined && { took }) })
  await ledger.campaigns.recordDistributed(request, item, placed)
  return { targets: placed.length }
}

/** What it took by its events; undefined where they did not say when it ended, or where what failed was tried again. */
const secondsOf = (distributions: Distribution[], { time, startedAt }: VerifyDistributionInput): number | undefined =>
  distributions.every(({ isGiven, part }) => isGiven && !part.retriedAt)
    ? Math.round((Date.parse(time) - Date.parse(startedAt)) / 1000)
    : undefined

/** What Image Builder has made, no matter who owns it: even where a target is found wrong, it is there. */
const copiesIn = ({ amis }: Distribution): Placement[] =>
  amis.flatMap(({ accountId, region, image, state }) =>
    accountId && region && image && state?.status !== 'FAILED' ? [{ account: accountId, region, ami: image }] : [],
  )

function mustBeThrough(distributions: Distribution[], { time, startedAt, ring }: VerifyDistributionInput): void {
  if (distributions.length === 0) throw new Error(`nothing was distributed to ring ${ring}: nothing to verify`)
  for (const { arn, status, part } of distributions.filter(({ isRunning }) => isRunning)) {
    const seconds = (Date.parse(time) - Date.parse(part.retriedAt?.at(-1) ?? startedAt)) / 1000
    if (seconds >= limitSeconds)
      throw new DistributionTimedOut(`${arn} is still ${status} after ${Math.round(seconds)} seconds`)
    throw new DistributionInProgress({ arn, status })
  }
  const failed = distributions.filter(({ status }) => status !== 'AVAILABLE')
  const retriable = failed.find((each) => isRetriable(each))
  if (retriable) throw new DistributionRetriable({ arn: retriable.arn, failure: retriable.failure })
  if (failed.length === 0) return
  const there = distributions.flatMap(({ amis }) => amis).filter(({ state }) => state?.status === 'AVAILABLE')
  const why = failed.map(({ status, failure }) => `${status}: ${failure}`).join('; ')
  throw new DistributionFailed(`${why} (${there.length} others succeeded)`)
}

/**
 * What a roll-out before has made, asked as if it were new: an AMI may be gone since, or the ring may want another key.
 *
 * @throws CopiesGone where a target has to get another; TargetUnreachable
 */
async function verifyInPlace(
  { fleet, ledger }: VerifyDistributionDeps,
  request: VerifyDistributionInput,
  {
    item,
    ring,
    distributing,
  }: { item: CampaignImageItem & { order: BakeOrder }; ring: RingOrder; distributing: Distributing },
) {
  const { inPlace = [], ...rest } = distributing
  try {
    const placed = await checkTargets(fleet, item, ring, inPlace)
    await ledger.campaigns.recordDistributed(request, item, placed)
    return { targets: placed.length }
  } catch (error) {
    if (!(error instanceof AnswersLate || error instanceof DistributionIncomplete)) throw error
    await ledger.campaigns.recordDistributing(request, item, rest)
    throw new CopiesGone(error.message, { cause: error })
  }
}

type Expected = Target & { ami: string | undefined }

/** Each target, and what Image Builder says that it has. */
const targetsOf = (ring: RingOrder, distributions: Distribution[]): Expected[] =>
  distributions.flatMap(({ arn, part, amis }) =>
    part.accounts.flatMap((account) =>
      ring.regions.map((region) => ({ account, region, ami: amiFor(amis, ring, { account, region }, buildOf(arn)) })),
    ),
  )

/** Every account and region has an AMI. What others see of it is asked there, what only its owner sees by its owner. */
async function checkTargets(
  fleet: string,
  { order, imageArn = '' }: CampaignImageItem & { order: BakeOrder },
  ring: RingOrder,
  targets: Expected[],
): Promise<Placement[]> {
  const build = buildOf(imageArn)
  const sessions = new Targets({
    fleet,
    partition: imageArn.split(':')[1] ?? '',
    session: `verify-${order.image}`,
  })
  const encrypted = order.checks.some(wantsEncryption)
  return inEach(targets, incomplete, async ({ ami, ...target }) => {
    if (!ami) throw new NotYet('no AMI')
    const owner = ownerOf(ring, target, build)
    const key = keyFor(ring, target, build)
    const ec2 = await sessions.ec2(target)
    const found = await checkVisible(ec2, ami, { owner, encrypted: encrypted || key !== undefined })
    if (key) await checkKey(owner === target.account ? ec2 : ownEc2(target), found, key)
    const snapshots = snapshotsOf(found)
    // Nobody else tags the snapshots of a copy: without a tag, nobody may delete them when it is retired.
    if (owner === target.account) await tagSnapshots(ec2, snapshots, fleet)
    return { ...target, ami, snapshots }
  })
}

const incomplete = (missing: string) => new DistributionIncomplete(missing)
const ownEc2 = ({ region }: Target) => new EC2Client({ region })

const amiFor = (amis: Ami[], ring: RingOrder, target: Target, build: Target) =>
  amis.find(({ accountId, region }) => accountId === ownerOf(ring, target, build) && region === target.region)?.image
