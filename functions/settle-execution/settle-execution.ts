import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { isFinished, isPlanned } from '../../domain/image-status.ts'
import { operationMachines } from '../../domain/operations.ts'
import type { PlannedImage } from '../../domain/planning/plan.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { type Failed, fail } from '../fail-rebake/fail-rebake.ts'
import { summarise } from '../summarise-campaign/summarise-campaign.ts'
import { cancelBake } from '../workflow/cancel-bake.ts'
import type { CloseDeps } from '../workflow/close-rebake.ts'
import { settleOperation } from './settle-operation.ts'

interface SettleExecutionDeps extends CloseDeps {
  ledger: CloseDeps['ledger'] & Pick<Ledger, 'operations' | 'releases'>
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
 * no claim and leaves no campaign open, and no operation under way. One that closed itself is settled already, and nothing changes.
 */
export async function settle(deps: SettleExecutionDeps, { time, detail }: StoppedExecution) {
  const { executionArn: execution, status, error, cause } = detail
  const { as, ...unsaid } = outcomes[status]
  // Anybody who stops an execution may give any error; what it means to people is that it was stopped. `rebake cancel` says
  // who did, and why.
  const failure =
    status === 'ABORTED' && error !== 'Cancelled'
      ? { error: unsaid.error, cause: [error, cause].filter(Boolean).join(': ') || unsaid.cause }
      : { error: error ?? unsaid.error, cause: cause ?? unsaid.cause }
  if (isOperation(execution)) return settleOperation(deps, { operation: detail.name, time, failure })
  const input = JSON.parse(detail.input ?? '{}') as { campaign?: string; image?: string }
  const outcome = { time, failure, as }
  if (input.campaign && input.image)
    return endRebake(deps, { ...outcome, execution, campaign: input.campaign, image: input.image })
  const campaign = detail.name
  const { images } = await deps.ledger.campaigns.read(campaign)
  // Step Functions stops them with the campaign: everybody who gets that message reads what became of each.
  if (status === 'ABORTED')
    for (const item of images)
      if (item.execution && !isFinished(item))
        await endRebake(deps, { ...outcome, execution: item.execution, campaign, image: item.image })
  await failPlanned(deps, isUnstarted, { ...outcome, execution, campaign })
  return summarise(deps, { campaign, time, failure, as })
}

const isOperation = (execution: string): boolean => {
  const machine = execution.split(':').at(-2) ?? ''
  return operationMachines.some((name) => machine.endsWith(`-${name}`))
}

async function endRebake(deps: SettleExecutionDeps, failed: Failed) {
  const { campaign, image } = failed
  await cancelBake(deps, campaign, image)
  const ended = await fail(deps, failed)
  const item = await deps.ledger.campaigns.readImage(campaign, image)
  // Of one that had passed its checks: nobody starts its children any more.
  if (item?.version !== undefined) await failPlanned(deps, ({ parent }) => parent === image, failed)
  return ended
}

/**
 * Whom nobody starts once the campaign's execution has ended: a root, and an image whose parent has ended without starting it. What waits
 * for a rebake that is still under way ends with that.
 */
function isUnstarted({ parent, parentAmi }: PlannedImage, images: CampaignImageItem[]): boolean {
  return parentAmi !== undefined || images.some((each) => each.image === parent && isFinished(each))
}

/** What nobody started has nobody else to close it, and takes its descendants along. */
async function failPlanned(
  deps: SettleExecutionDeps,
  isMine: (plan: PlannedImage, images: CampaignImageItem[]) => boolean,
  failed: Omit<Failed, 'image'>,
): Promise<void> {
  const { images } = await deps.ledger.campaigns.read(failed.campaign)
  for (const item of images)
    if (isPlanned(item) && isMine(item.plan, images)) await fail(deps, { ...failed, image: item.image })
}
