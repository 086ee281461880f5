import { type ImagebuilderClient, RetryImageCommand } from '@aws-sdk/client-imagebuilder'
import { isInvalid } from '../../aws/errors.ts'
import { DistributionFailed } from '../../domain/errors.ts'
import { clientToken } from '../../domain/executions.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { type Distribution, isRetriable, readDistribution, readRing } from '../workflow/distributions.ts'
import type { Waits } from '../workflow/task-waits.ts'

interface RetryDistributionDeps {
  ledger: Pick<Ledger, 'campaigns'>
  waits: Pick<Waits, 'forget'>
  imageBuilder: ImagebuilderClient
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
 * Has Image Builder copy again what failed, in all distributions of the ring: what is there is not copied twice.
 *
 * @throws DistributionFailed where Image Builder does not try that failure again
 */
export async function retry(deps: RetryDistributionDeps, request: RetryDistributionInput) {
  const { ledger } = deps
  const { time } = request
  const { item, ring } = await readRing(ledger, request)
  const distributing = item.distributing?.[ring.ring]
  if (!distributing) throw new Error(`nothing was distributed to ring ${ring.ring}: nothing to retry`)
  const failed: Distribution[] = []
  for (const part of distributing.parts) {
    const distribution = await readDistribution(deps, part)
    if (isRetriable(distribution, time)) failed.push(distribution)
  }
  // Counted first: a try that nobody counted would be made for ever.
  for (const { part } of failed) part.retriedAt = [...new Set([...(part.retriedAt ?? []), time])]
  await ledger.campaigns.recordDistributing(request, item, distributing)
  for (const distribution of failed) await retryOne(deps, distribution)
  return { retried: failed.length }
}

async function retryOne({ imageBuilder }: RetryDistributionDeps, { arn, part, failure }: Distribution): Promise<void> {
  const attempt = String(part.retriedAt?.length)
  try {
    await imageBuilder.send(
      new RetryImageCommand({
        imageBuildVersionArn: arn,
        clientToken: clientToken('retry', arn, attempt),
      }),
    )
  } catch (error) {
    if (isInvalid(error)) throw new DistributionFailed(`${failure} (and no retry: ${error.message})`, { cause: error })
    throw error
  }
}
