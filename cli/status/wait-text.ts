import { type WaitKind, waitAt } from '../../domain/rebake-steps.ts'
import type { ApprovalItem, CampaignImageItem } from '../../ledger/items.ts'
import { minute } from '../render/duration.ts'
import type { Seen, Step } from './campaign-status.ts'

type WaitContext = Pick<Seen, 'claims' | 'approvals'> & { concurrentBakes: number }

interface Wait {
  /** What of the ledger the text needs, beside the image's own item. */
  reads?: 'claims' | 'approvals'
  /** What is waited for, and until when; undefined where nothing is waited for any more. */
  text: (image: CampaignImageItem, step: Step, around: WaitContext) => string | undefined
}

const waits: Record<WaitKind, Wait> = {
  'bake-lock': { reads: 'claims', text: (image, _, around) => queueText(image, 'bake', around) },
  'rollout-lock': { reads: 'claims', text: (image, _, around) => queueText(image, 'roll-out', around) },
  'change-window': {
    text: ({ waiting }) => waiting && `opens ${minute(waiting.until)} UTC: ${waiting.reasons.join('; ')}`,
  },
  'build-quota': { text: () => 'as many bakes run as Image Builder allows; it tries again' },
  'copy-quota': { text: () => 'as many distributions run as Image Builder allows; it tries again' },
  'copy-retry': { text: () => 'copies failed; they are tried again' },
  approval: {
    reads: 'approvals',
    text: ({ image }, _, { approvals }) =>
      approvalText(approvals.find((asked) => asked.image === image && !asked.answer)),
  },
  soak: { text: (image, step) => soakText(image, step) },
}

const waitIn = (step: string): Wait | undefined => {
  const kind = waitAt(step)
  return kind && waits[kind]
}

/** What of the ledger tells what a rebake waits for in a step. */
export const readsAt = (step: string): Wait['reads'] => waitIn(step)?.reads

/** What an image that runs waits for at its step, and until when, in words; undefined where it works. */
export const waitsFor = (image: CampaignImageItem, step: Step, around: WaitContext): string | undefined =>
  waitIn(step.name)?.text(image, step, around)

/** Who waits has been granted nothing yet; who is not in the queue is about to be notified. */
function queueText(
  { image, execution }: CampaignImageItem,
  stage: 'bake' | 'roll-out',
  { claims: locks, concurrentBakes }: WaitContext,
): string | undefined {
  if (!locks.queue.some((claim) => claim.holder === execution && claim.stage === stage)) return undefined
  const before = locks.held.find((claim) => claim.image === image && claim.stage === stage)
  if (before) return `its lock comes after that of campaign ${before.campaign}`
  const taken = locks.held.filter((claim) => claim.stage === 'bake').length
  return `queued: ${taken} of ${concurrentBakes} bakes run`
}

const approvalText = (asked: ApprovalItem | undefined) =>
  asked && `approval for ${asked.ring} until ${minute(asked.until)} UTC`

/** The ring that soaks is the last that all targets of were given the AMI. */
function soakText({ order, published = {} }: CampaignImageItem, { since }: Step): string | undefined {
  const ring = order?.rings.findLast(({ ring }) => ring in published)
  if (!ring) return undefined
  const until = new Date(Date.parse(since) + ring.soak * 1000).toISOString()
  return `soaks in ${ring.ring} until ${minute(until)} UTC`
}
