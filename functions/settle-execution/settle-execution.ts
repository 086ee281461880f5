import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { fail } from '../fail-rebake/fail-rebake.ts'
import { cancelBake } from '../shared/bakes.ts'
import { readCampaign } from '../shared/campaigns.ts'
import type { ClosingParts } from '../shared/closing.ts'
import { summarise } from '../summarise-campaign/summarise-campaign.ts'

interface Parts extends ClosingParts {
  imageBuilder: ImagebuilderClient
}

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

/** What is recorded, and what to say where the event has no error: an aborted execution's mostly has none. */
const outcomes = {
  FAILED: { as: 'failed', error: 'States.TaskFailed', cause: 'the execution failed' },
  TIMED_OUT: { as: 'failed', error: 'States.Timeout', cause: 'the execution timed out' },
  ABORTED: { as: 'aborted', error: 'Aborted', cause: 'the execution was aborted by a person' },
} as const

/**
 * Settles what an execution that stopped could not settle itself: an aborted, timed-out or crashed one holds
 * no claim and leaves no campaign open. One that closed itself is settled already, and nothing changes.
 */
export async function settle(parts: Parts, { time, detail }: StoppedExecution) {
  const { executionArn: execution, status, error, cause } = detail
  const { as, ...unsaid } = outcomes[status]
  // Whoever stops an execution may give any error; what it means to people is that it was stopped.
  const failure =
    status === 'ABORTED'
      ? { error: unsaid.error, cause: [error, cause].filter(Boolean).join(': ') || unsaid.cause }
      : { error: error ?? unsaid.error, cause: cause ?? unsaid.cause }
  const input = JSON.parse(detail.input ?? '{}') as { campaign?: string; image?: string }
  if (input.campaign && input.image) {
    await cancelBake(parts, input.campaign, input.image)
    return fail(parts, { execution, time, campaign: input.campaign, image: input.image, failure, as })
  }
  const campaign = detail.name
  const { images } = await readCampaign(parts.ledger, campaign)
  // A root, whose parent is not baked first, and that nobody started, has nobody else to close it, and takes its
  // descendants along; any other image's rebake, or its parent's, ends by itself.
  for (const { image, status, plan } of images)
    if (status === 'planned' && plan.parentAmi !== undefined)
      await fail(parts, { execution, time, campaign, image, failure, as })
  return summarise(parts, { campaign, time, failure, as })
}
