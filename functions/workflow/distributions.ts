import type { Image, ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { readImage } from '../../aws/image-failure.ts'
import { describeTargets } from '../../aws/targets.ts'
import { AnswersLate } from '../../domain/errors.ts'
import { failedTargets, type ImageFailure, placeOfFailure } from '../../domain/image-failure.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import type { RingOrder, Target } from '../../domain/planning/ring-order.ts'
import type { CampaignImageItem, DistributedPart } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Waits } from './task-waits.ts'

/** An image on its way through its rings. */
type RollingOut = CampaignImageItem & { order: BakeOrder }

type Where = { campaign: string; image: string; ring: string }

/** The image with its ring. @throws where its order has none of that name. */
export async function readRing(ledger: Pick<Ledger, 'campaigns'>, { campaign, image, ring: name }: Where) {
  const item = await ledger.campaigns.readOrdered(campaign, image)
  const at = item.order.rings.findIndex(({ ring }) => ring === name)
  const ring = item.order.rings[at]
  if (!ring) throw new Error(`the order of ${image} has no ring ${name}`)
  return { item, ring, before: item.order.rings[at - 1] as RingOrder | undefined }
}

/** Since when an alarm must have been quiet. What was published before that was remembered: since the bake began. */
export const publishedAt = ({ published, startedAt }: RollingOut, { ring }: RingOrder): string | undefined =>
  published?.[ring] ?? startedAt

/** The build account and region, by the ARN of an image there. */
export const buildOf = (imageArn: string): Target => {
  const [, , , region = '', account = ''] = imageArn.split(':')
  return { account, region }
}

/**
 * What Image Builder reports a distribution as is the release's, whatever comes of it. As with a bake, what events said of a build
 * that had its number before is not about it.
 */
export async function rememberDistribution(
  { ledger, waits }: { ledger: Pick<Ledger, 'releases'>; waits: Pick<Waits, 'forget'> },
  release: { image: string; version: string },
  ring: string,
  arn: string,
): Promise<void> {
  if (await ledger.releases.recordDistribution(release, ring, arn)) await waits.forget(arn)
}

const running = ['PENDING', 'CREATING', 'BUILDING', 'TESTING', 'DISTRIBUTING', 'INTEGRATING']

interface ReadDistributionDeps {
  imageBuilder: ImagebuilderClient
  waits: Pick<Waits, 'forget' | 'bringOutcome'>
}

/**
 * A distribution as it is now. Events that came before are part of that, and forgotten.
 *
 * @throws AnswersLate where its event has come, and Image Builder still says that it runs: the event is not forgotten
 */
export async function readDistribution(
  { imageBuilder, waits }: ReadDistributionDeps,
  part: DistributedPart,
  time: string,
) {
  const { arn = '', retriedAt = [] } = part
  const reported = await waits.forget(arn)
  const { image, failure } = await readImage(imageBuilder, arn)
  const status = image?.state?.status ?? 'unknown'
  const isRunning = running.includes(status)
  // An event of before the last retry may come again: it says nothing of this try.
  const isGiven =
    reported !== undefined && Date.parse(String(reported.at)) > Date.parse(retriedAt.at(-1) ?? '1970-01-01')
  if (isRunning && isGiven) {
    await waits.bringOutcome(arn, reported, time)
    throw new AnswersLate(`${arn} has ended as ${reported.status}, and Image Builder still answers ${status}`)
  }
  return {
    part,
    arn,
    status,
    isRunning,
    isGiven,
    amis: image?.outputResources?.amis ?? [],
    stage: failure.stage,
    failure: failureOf(image, failure, buildOf(arn).account),
  }
}

export type Distribution = Awaited<ReturnType<typeof readDistribution>>

/** A copy that failed twice more fails for a reason that somebody must fix. */
const mostRetries = 2

/** Only what FAILED can be tried again, and only so often. The retry at `time` itself may be repeated. */
export const isRetriable = ({ status, part }: Distribution, time?: string): boolean => {
  const { retriedAt = [] } = part
  return status === 'FAILED' && (retriedAt.length < mostRetries || (time !== undefined && retriedAt.includes(time)))
}

/**
 * Which targets failed, and why: as the context of the failure has them, else the list of copies, which need not have what was
 * never made. Where neither does, it says so.
 */
function failureOf(image: Image | undefined, failure: ImageFailure, build: string): string {
  const reason = failure.distribution ?? image?.state?.reason ?? 'no reason given'
  const named = failedTargets(failure, build)
  if (named.length > 0) return describeTargets(named.map(({ target, why }) => ({ target, why: why ?? reason })))
  const listed = (image?.outputResources?.amis ?? []).filter(({ state }) => state?.status === 'FAILED')
  if (listed.length > 0)
    return describeTargets(
      listed.map(({ accountId = '', region = '', state }) => ({
        target: { account: accountId, region },
        why: state?.reason ?? reason,
      })),
    )
  const place = placeOfFailure(failure)
  return `${reason}${place ? ` (${place})` : ''}; Image Builder does not say which targets it is about`
}
