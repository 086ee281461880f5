import { causeText, explain } from '../../domain/messages/failures.ts'
import { type Failure, imageFailed } from '../../domain/messages/messages.ts'
import { type CampaignImage, imageKey } from '../shared/campaigns.ts'
import { type Closing, type ClosingParts, close } from '../shared/closing.ts'

export interface Failed extends Closing {
  failure: Failure
  /** `aborted` when a person stopped the execution. */
  as?: 'failed' | 'aborted'
}

/** A rebake that came to nothing: recorded with what it stops, announced, and its claim free. */
export async function fail(parts: ClosingParts, failed: Failed) {
  const { execution, time, campaign, failure, as = 'failed' } = failed
  await close(parts, failed, async (item, images) => {
    const { image, imageArn = null } = item
    const skipped = stopped(item, images)
    const because = `it descends from ${image}, which ${as === 'aborted' ? 'was stopped' : 'failed'}`
    for (const child of skipped)
      await parts.ledger.set(imageKey(campaign, child), {
        status: 'skipped',
        reason: because,
        finishedAt: time,
      })
    await parts.notify(imageFailed({ campaign, image, execution, imageArn, failure, skipped }))
    const reason = `${explain(failure.error).what}: ${causeText(failure.cause)}`
    const detail = { version: '1' as const, campaign, image, status: as, error: failure.error, reason }
    await parts.publish({ 'detail-type': 'Rebake Image Not Released', time, detail })
    await parts.ledger.set(imageKey(campaign, image), { status: as, reason, finishedAt: time })
    parts.count('ImageFailed')
  })
  return {}
}

/** A child starts when its parent is a candidate: below one that failed before, nothing will. */
function stopped({ image, status }: CampaignImage, images: CampaignImage[]): string[] {
  if (status === 'candidate') return []
  const below = (parent: string): CampaignImage[] =>
    images.filter(({ plan }) => plan.parent === parent).flatMap((child) => [child, ...below(child.image)])
  return below(image).map((child) => child.image)
}
