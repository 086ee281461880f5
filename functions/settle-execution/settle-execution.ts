import { fail } from '../fail-rebake/fail-rebake.ts'
import { readCampaign } from '../shared/campaigns.ts'
import type { ClosingParts } from '../shared/closing.ts'
import { summarise } from '../summarise-campaign/summarise-campaign.ts'

export interface StoppedExecution {
  time: string
  detail: {
    executionArn: string
    name: string
    status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'
    input?: string | null | undefined
    error?: string | null | undefined
    cause?: string | null | undefined
  }
}

const outcomes = { FAILED: 'failed', TIMED_OUT: 'failed', ABORTED: 'aborted' } as const

/**
 * Settles what an execution that stopped could not settle itself: an aborted, timed-out or crashed one holds
 * no claim and leaves no campaign open. One that closed itself is settled already, and nothing changes.
 */
export async function settle(parts: ClosingParts, { time, detail }: StoppedExecution) {
  const { executionArn: execution, status, error, cause } = detail
  const failure = {
    error: error ?? (status === 'ABORTED' ? 'Aborted' : 'States.Timeout'),
    cause:
      cause ?? `the execution was ${status === 'ABORTED' ? 'aborted by a person' : status.toLowerCase()}`,
  }
  const as = outcomes[status]
  const input = JSON.parse(detail.input ?? '{}') as { campaign?: string; image?: string }
  if (input.campaign && input.image)
    return fail(parts, { execution, time, campaign: input.campaign, image: input.image, failure, as })
  const campaign = detail.name
  const { images } = await readCampaign(parts.ledger, campaign)
  for (const { image, status, execution = '' } of images)
    if (status === 'planned') await fail(parts, { execution, time, campaign, image, failure, as })
  return summarise(parts, { campaign, time, failure, as })
}
