import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { approvalRequested } from '../../domain/messages/approvals.ts'
import type { RingOrder } from '../../domain/planning/ring-order.ts'
import type { Changes } from '../../domain/validation/changes.ts'
import { judge } from '../../domain/validation/evidence.ts'
import { type ApprovalItem, approvalKey, approvalWait } from '../shared/approvals.ts'
import { type CampaignItem, campaignKey, readOrdered } from '../shared/campaigns.ts'
import { readChanges } from '../shared/changes.ts'
import { classify, Transient } from '../shared/errors.ts'
import { readEvidence } from '../shared/evidence.ts'
import type { Ledger } from '../shared/ledger.ts'
import type { Notify } from '../shared/notify.ts'
import type { Waits } from '../shared/waits.ts'

interface Parts {
  ledger: Ledger
  waits: Waits
  notify: Notify
  imageBuilder: ImagebuilderClient
}

interface Request {
  taskToken: string
  time: string
  campaign: string
  image: string
  ring: string
}

/**
 * Asks people whether an image may go to a ring, once, and leaves the token for their answer. The state machine's own
 * timeout is the end of it.
 */
export async function requestApproval(parts: Parts, request: Request) {
  const { ledger, waits } = parts
  const { taskToken, time, campaign, image, ring: name } = request
  const { order } = await readOrdered(ledger, campaign, image)
  const ring = order.rings.find((each) => each.ring === name)
  if (!ring?.approval) throw new Error(`the order of ${image} asks for no approval for ring ${name}`)
  const { approvers, timeout } = ring.approval
  const until = new Date(Date.parse(time) + timeout * 1_000).toISOString()
  const key = approvalKey(campaign, image, name)
  const asked = { ...{ campaign, image, ring: name, approvers }, ...{ requestedAt: time, until } }
  const item = await ledger.set<ApprovalItem>(key, {}, asked)
  if (!item.told && !item.answer) {
    await tell(parts, item, ring)
    await ledger.set(key, { told: true })
  }
  await waits.leaveToken(approvalWait(campaign, image, name), taskToken, time)
  return {}
}

async function tell(parts: Parts, { campaign, image, approvers, until }: ApprovalItem, ring: RingOrder) {
  const { ledger, notify } = parts
  const item = await readOrdered(ledger, campaign, image)
  const { order, version = '', ami = '', imageArn = '' } = item
  const record = await ledger.get<CampaignItem>(campaignKey(campaign))
  const evidence = await readEvidence(ledger, campaign, image, order.checks)
  const { warnings } = judge(order.checks, evidence)
  await notify(
    approvalRequested({
      ...{ campaign, image, version, ami, ring, approvers, until, evidence, warnings },
      trigger: record?.trigger,
      changes: await changesOf(parts, { campaign, image, imageArn }),
    }),
  )
}

/** People can decide without the list, and are told that they do; what another try may bring, another try brings. */
async function changesOf(
  parts: Parts,
  about: { campaign: string; image: string; imageArn: string },
): Promise<Changes | string> {
  try {
    return await readChanges(parts, about)
  } catch (error) {
    if (!(error instanceof Error) || classify(error) instanceof Transient) throw error
    return `${error.name}: ${error.message}`
  }
}
