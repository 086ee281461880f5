import type { ApprovalItem, CampaignImageItem } from '../../ledger/items.ts'
import { minute } from '../render/duration.ts'
import type { Seen, Step } from './campaign-status.ts'

type Around = Pick<Seen, 'claims' | 'approvals'> & { concurrentBakes: number }

/** What an image that runs waits for at its step, and until when, in words; undefined where it works. */
export function waitsFor(image: CampaignImageItem, step: Step, around: Around): string | undefined {
  switch (step.name) {
    case 'Claim Image':
      return queueText(image, 'bake', around)
    case 'Take Turn':
      return queueText(image, 'roll-out', around)
    case 'Await Opening':
    case 'Await Ring':
      return image.waiting && `opens ${minute(image.waiting.until)} UTC: ${image.waiting.reasons.join('; ')}`
    case 'Await Quota':
      return 'as many bakes run as Image Builder allows; it tries again'
    case 'Await Copy Quota':
      return 'as many distributions run as Image Builder allows; it tries again'
    case 'Let Targets Recover':
      return 'copies failed; they are tried again'
    case 'Request Approval':
      return approvalText(around.approvals.find((asked) => asked.image === image.image && !asked.answer))
    case 'Soak':
      return soakText(image, step)
    default:
      return undefined
  }
}

/** Who waits has been granted nothing yet; who is not in the queue is about to be told. */
function queueText(
  { image, execution }: CampaignImageItem,
  stage: 'bake' | 'roll-out',
  { claims: { held, queue }, concurrentBakes }: Around,
): string | undefined {
  if (!queue.some((claim) => claim.holder === execution && claim.stage === stage)) return undefined
  const before = held.find((claim) => claim.image === image && claim.stage === stage)
  if (before) return `its turn comes after that of campaign ${before.campaign}`
  const taken = held.filter((claim) => claim.stage === 'bake').length
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
