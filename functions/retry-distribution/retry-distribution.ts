import { type ImagebuilderClient, RetryImageCommand } from '@aws-sdk/client-imagebuilder'
import { isInvalid } from '../../aws/errors.ts'
import { DistributionFailed } from '../../domain/errors.ts'
import { clientToken } from '../../domain/executions.ts'
import { configurationName, firstLook } from '../../domain/planning/distribution.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { configurationArnOf, distributeImage } from '../workflow/distribute-image.ts'
import {
  type Distribution,
  isRetriable,
  readDistribution,
  readRing,
  rememberDistribution,
} from '../workflow/distributions.ts'
import type { Waits } from '../workflow/task-waits.ts'

interface RetryDistributionDeps {
  ledger: Pick<Ledger, 'campaigns' | 'releases'>
  waits: Pick<Waits, 'forget' | 'bringOutcome'>
  imageBuilder: ImagebuilderClient
  /** Name or ARN of the role that Image Builder distributes with. */
  distributionRole: string
}

interface RetryDistributionInput {
  /** When the try began, the same for its repeats. */
  time: string
  campaign: string
  image: string
  ring: string
  /** The distribution that is waited for next. */
  distributedArn: string
}

/**
 * Has Image Builder copy again what failed, in all distributions of the ring: what is there is not copied twice. AWS's texts
 * disagree about which failures it retries. What it does not, or what failed again in the stage that one of them leaves out, is
 * distributed again; the copies that there are stay, and are known.
 *
 * @returns the ARN to wait for, and after how many seconds to ask about it where no event comes
 * @throws DistributionFailed where Image Builder does neither; AnswersLate
 */
export async function retry(deps: RetryDistributionDeps, request: RetryDistributionInput) {
  const { ledger } = deps
  const { time, distributedArn } = request
  const { item, ring } = await readRing(ledger, request)
  const distributing = item.distributing?.[ring.ring]
  if (!distributing) throw new Error(`nothing was distributed to ring ${ring.ring}: nothing to retry`)
  const failed: Distribution[] = []
  for (const part of distributing.parts) {
    const distribution = await readDistribution(deps, part, time)
    if (isRetriable(distribution, time)) failed.push(distribution)
  }
  // Counted first: a try that nobody counted would be made for ever.
  for (const { part } of failed) part.retriedAt = [...new Set([...(part.retriedAt ?? []), time])]
  await ledger.campaigns.recordDistributing(request, item, distributing)
  let awaited = distributedArn
  for (const distribution of failed) {
    const { part, arn } = distribution
    if (await retriesInPlace(deps, distribution)) continue
    const configuration = configurationName(ring, distributing.parts.indexOf(part))
    part.arn = await startAnew(deps, request, { distribution, imageArn: item.imageArn ?? '', configuration })
    await rememberDistribution(deps, { image: request.image, version: item.version ?? '' }, ring.ring, part.arn)
    if (arn === distributedArn) awaited = part.arn
    await ledger.campaigns.recordDistributing(request, item, distributing)
  }
  return { retried: failed.length, awaited, lookAfter: firstLook(distributing.expected) }
}

/** Whether Image Builder goes on with it where it failed. */
async function retriesInPlace(
  { imageBuilder }: RetryDistributionDeps,
  { arn, part, stage }: Distribution,
): Promise<boolean> {
  const { retriedAt = [] } = part
  // "only retries test- and distribution-stage failures, not the integration stage"
  // https://github.com/aws/agent-toolkit-for-aws, amazon-ec2-image-builder, distribution-options.md
  if (stage === 'INTEGRATING' && retriedAt.length > 1) return false
  const attempt = String(retriedAt.length)
  try {
    await imageBuilder.send(
      new RetryImageCommand({ imageBuildVersionArn: arn, clientToken: clientToken('retry', arn, attempt) }),
    )
    return true
  } catch (error) {
    if (isInvalid(error)) return false
    throw error
  }
}

interface Anew {
  distribution: Distribution
  imageArn: string
  /** The name of the distribution configuration, which is there. */
  configuration: string
}

async function startAnew(
  { imageBuilder, distributionRole }: RetryDistributionDeps,
  { campaign, image, ring }: RetryDistributionInput,
  { distribution, imageArn, configuration }: Anew,
): Promise<string> {
  const { arn, failure } = distribution
  try {
    return await distributeImage(imageBuilder, {
      campaign,
      image,
      ring,
      imageArn,
      configurationArn: configurationArnOf(imageArn, configuration),
      distributionRole,
      clientToken: clientToken('distribute-again', arn),
    })
  } catch (error) {
    if (isInvalid(error))
      throw new DistributionFailed(`${failure} (and no other try: ${error.message})`, { cause: error })
    throw error
  }
}
