import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { approvalRequested } from '../../domain/messages/approvals.ts'
import type { RingOrder } from '../../domain/planning/ring-order.ts'
import { verdictOf } from '../../domain/validation/evidence.ts'
import type { ApprovalItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { approvalWait } from '../../ledger/wait-ids.ts'
import type { Notify } from '../runtime/notify.ts'
import { readNotes } from '../workflow/release-notes.ts'
import type { Waits } from '../workflow/task-waits.ts'

interface RequestApprovalDeps {
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'releases'>
  waits: Waits
  notify: Notify
  imageBuilder: ImagebuilderClient
}

interface RequestApprovalInput {
  taskToken: string
  /** The ARN of the rebake's execution. */
  execution: string
  time: string
  campaign: string
  image: string
  ring: string
}

/**
 * Asks people whether an image may go to a ring, once, and leaves the token for their answer. The state machine's own
 * timeout is the end of it.
 */
export async function requestApproval(deps: RequestApprovalDeps, request: RequestApprovalInput) {
  const { ledger } = deps
  const { taskToken, execution, time, campaign, image, ring: name } = request
  const waits = deps.waits.ofInvocation(taskToken)
  const { order } = await ledger.campaigns.readOrdered(campaign, image)
  const ring = order.rings.find((each) => each.ring === name)
  if (!ring?.approval) throw new Error(`the order of ${image} asks for no approval for ring ${name}`)
  const { approvers, timeout } = ring.approval
  const until = new Date(Date.parse(time) + timeout * 1_000).toISOString()
  const asked = { campaign, image, ring: name, approvers, requestedAt: time, until }
  const item = await ledger.campaigns.recordApprovalRequested(asked)
  if (!item.told && !item.answer) {
    await tell(deps, item, ring, execution)
    await ledger.campaigns.recordApprovalAnnounced(asked)
  }
  await waits.leaveToken(approvalWait(campaign, image, name), taskToken, time)
  return {}
}

async function tell(
  deps: RequestApprovalDeps,
  { campaign, image, approvers, until }: ApprovalItem,
  ring: RingOrder,
  execution: string,
) {
  const { ledger, notify } = deps
  const item = await ledger.campaigns.readOrdered(campaign, image)
  const { order, version = '', ami = '', imageArn = '' } = item
  const level = await ledger.campaigns.levelOf(campaign, `approval-requested#${ring.ring}`, image, 1)
  const record = await ledger.campaigns.readRecord(campaign)
  const evidence = await ledger.campaigns.readEvidence(order.promotes?.bakedBy ?? campaign, image, order.checks)
  const { warnings } = verdictOf(order.checks, evidence)
  await notify(
    approvalRequested(
      {
        campaign,
        image,
        execution,
        version,
        ami,
        ring,
        approvers,
        until,
        evidence,
        warnings,
        trigger: record?.trigger,
        changes: await readNotes(deps, { campaign, image, imageArn }),
      },
      level,
    ),
  )
}
