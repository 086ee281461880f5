import { GetImageCommand, type Image, type ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { describeTargets } from '../../aws/targets.ts'
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

const running = ['PENDING', 'CREATING', 'BUILDING', 'TESTING', 'DISTRIBUTING', 'INTEGRATING']

interface ReadDistributionDeps {
  imageBuilder: ImagebuilderClient
  waits: Pick<Waits, 'forget'>
}

/** A distribution as it is now. Events that came before are part of that, and forgotten. */
export async function readDistribution({ imageBuilder, waits }: ReadDistributionDeps, part: DistributedPart) {
  const { arn = '' } = part
  await waits.forget(arn)
  const { image } = await imageBuilder.send(new GetImageCommand({ imageBuildVersionArn: arn }))
  const status = image?.state?.status ?? 'unknown'
  return {
    part,
    arn,
    status,
    isRunning: running.includes(status),
    amis: image?.outputResources?.amis ?? [],
    failure: failureOf(image),
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

/** Which targets failed, and why, as far as Image Builder tells them apart. */
function failureOf(image: Image | undefined): string {
  const failed = (image?.outputResources?.amis ?? []).filter(({ state }) => state?.status === 'FAILED')
  const reason = image?.state?.reason ?? 'no reason given'
  if (failed.length === 0) return reason
  return describeTargets(
    failed.map(({ accountId = '', region = '', state }) => ({
      target: { account: accountId, region },
      why: state?.reason ?? reason,
    })),
  )
}
