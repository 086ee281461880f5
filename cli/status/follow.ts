import { type CampaignStatus, isFinished } from './campaign-status.ts'
import { type Patience, patiently } from './patience.ts'

/** What is followed: every campaign that is not over, and those that ended since the last look. */
export interface Look {
  /** ISO 8601. */
  now: string
  campaigns: CampaignStatus[]
}

interface FollowDeps extends Patience {
  look: () => Promise<Look>
  show: (look: Look) => void
  /** Milliseconds from look to look. */
  every: number
}

/**
 * Each image that runs is a call of its own, and an account has 20 of these a second, of which this takes half at most: with
 * many images looks are rarer. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const forEach = 100

/**
 * Looks again and again until every campaign is over. What may pass is waited for, longer each time.
 *
 * @returns the last look
 * @throws what a look threw that will not pass, or has not
 */
export async function follow({ look, show, lost, pause, every }: FollowDeps): Promise<Look> {
  for (;;) {
    const now = await patiently(look, { lost, pause })
    show(now)
    if (now.campaigns.every(isFinished)) return now
    const running = now.campaigns.flatMap(({ images }) => images.filter(({ status }) => status === 'running'))
    await pause(Math.max(every, running.length * forEach))
  }
}
