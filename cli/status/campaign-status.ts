import { hasFailed, isOpen } from '../../domain/campaign-status.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { imageStatusesForPeople, type ShownStatus } from '../../domain/image-status.ts'
import type { Locks } from '../../domain/locks.ts'
import { planCampaign } from '../../domain/planning/plan.ts'
import { doneAt } from '../../domain/rebake-steps.ts'
import { type Trigger, titleOf } from '../../domain/triggers.ts'
import type { ApprovalItem, CampaignImageItem, CampaignItem } from '../../ledger/items.ts'
import type { Progress } from '../../rehearsal/progress.ts'
import { minute } from '../render/duration.ts'
import { statuses } from './status-words.ts'
import { waitsFor } from './wait-text.ts'

/** The state that a rebake's execution is in. */
export interface Step {
  name: string
  /** ISO 8601. */
  since: string
}

/** What was seen of a campaign: what the ledger has, and what Step Functions says beside it. */
export interface Seen {
  campaign: string
  record: Partial<CampaignItem> & Pick<CampaignItem, 'status' | 'startedAt'>
  images: readonly CampaignImageItem[]
  /** Of the images that run. */
  steps: ReadonlyMap<string, Step>
  /** What is asked now, of images that wait for an approval. */
  approvals: readonly ApprovalItem[]
  /** Whose turn it is. */
  claims: Locks
}

/** One image of a campaign. Times are ISO 8601. */
export interface ImageStatus {
  image: string
  parent: string
  status: ShownStatus
  /** The state that it is in, as the state machine names it; '' before and after. */
  step: string
  /** When the status or the step began. */
  since: string
  /** What it waits for and until when, in words. */
  waits?: string
  /** How much of its work is done, 0 to 1. */
  done: number
  /** Why it is baked; why it failed, '' where it did not. */
  because: string
  reason: string
  execution?: string
  startedAt?: string
  finishedAt?: string
  version?: string
  ami?: string
}

/** A campaign as it is now, with the images that it bakes, in its order. */
export interface CampaignStatus {
  campaign: string
  title: string
  reason: string
  status: CampaignItem['status']
  waits?: string
  startedAt: string
  finishedAt?: string
  images: ImageStatus[]
}

export const isFinished = (campaign: Pick<CampaignStatus, 'status'>): boolean => !isOpen(campaign)

/** Whether it came to an end that needs somebody. */
export const wentWrong = (campaign: CampaignStatus): boolean =>
  hasFailed(campaign) || campaign.images.some(({ status }) => statuses[status].failed)

/** @param now ISO 8601 */
export function campaignStatus(fleet: Fleet, seen: Seen, now: string): CampaignStatus {
  const { campaign, record } = seen
  const { trigger, status, startedAt, finishedAt } = record
  const images = seen.images.filter(({ plan }) => plan.decision === 'bake').sort((a, b) => a.plan.order - b.plan.order)
  const waits = isFinished({ status }) ? undefined : waitsOf(record, seen.images.length === 0)
  return {
    campaign,
    title: trigger ? titleOf(trigger) : campaign,
    reason: trigger?.reason ?? '',
    status,
    ...(waits !== undefined && { waits }),
    startedAt,
    ...(finishedAt && { finishedAt }),
    images:
      waits !== undefined && trigger
        ? expected(fleet, trigger, startedAt)
        : images.map((image) => imageStatus(image, seen, { now, startedAt, concurrentBakes: fleet.concurrentBakes })),
  }
}

function waitsOf({ status, waiting }: Seen['record'], isUnplanned: boolean): string | undefined {
  if (status === 'waiting' && waiting) return `opens ${minute(waiting.until)} UTC: ${waiting.reasons.join('; ')}`
  return isUnplanned ? 'is being planned' : undefined
}

/** What a campaign that is not planned yet would bake, if nothing had ever been baked. */
const expected = (fleet: Fleet, trigger: Trigger, since: string): ImageStatus[] =>
  planCampaign(fleet, trigger)
    .images.filter(({ decision }) => decision === 'bake')
    .map(({ image, parent, reason }) => ({
      image,
      parent,
      status: 'waiting',
      step: '',
      since,
      done: 0,
      because: reason,
      reason: '',
    }))

interface StatusContext {
  now: string
  /** The campaign's. */
  startedAt: string
  concurrentBakes: number
}

function imageStatus(image: CampaignImageItem, seen: Seen, around: StatusContext): ImageStatus {
  const { plan, execution, startedAt, finishedAt, version, ami } = image
  const { shownAs: status } = imageStatusesForPeople[image.status]
  const base = {
    image: image.image,
    parent: plan.parent,
    status,
    because: plan.reason,
    ...(execution && { execution }),
    ...(startedAt && { startedAt }),
    ...(finishedAt && { finishedAt }),
    ...(version && { version }),
    ...(ami && { ami }),
  }
  if (status === 'waiting') return { ...base, step: '', since: around.startedAt, done: 0, reason: '' }
  if (status !== 'running') {
    const reason = status === 'released' ? '' : image.reason
    return { ...base, step: '', since: finishedAt ?? around.now, done: 1, reason }
  }
  const { name, since } = seen.steps.get(image.image) ?? { name: '', since: startedAt ?? around.now }
  const waits = waitsFor(image, { name, since }, { ...seen, concurrentBakes: around.concurrentBakes })
  const seconds = (Date.parse(around.now) - Date.parse(since)) / 1000
  return {
    ...base,
    step: name,
    since,
    done: doneAt(name, seconds, plan.bakeSeconds),
    reason: '',
    ...(waits !== undefined && { waits }),
  }
}

/** As the displays of rehearsals have it. */
export const progressOf = ({ campaign, title, waits, startedAt, images }: CampaignStatus, now: string): Progress => ({
  now: Date.parse(now),
  startedAt: Date.parse(startedAt),
  campaign,
  title,
  ...(waits !== undefined && { waits }),
  images: images.map((image) => ({
    image: image.image,
    parent: image.parent,
    status: image.status,
    step: image.step,
    since: Date.parse(image.since),
    done: image.done,
    reason: image.reason,
    depth: 0,
    ...(image.startedAt && { startedAt: Date.parse(image.startedAt) }),
    ...(image.waits !== undefined && { waits: image.waits }),
  })),
})
