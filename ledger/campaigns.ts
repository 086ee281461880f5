import type { Answer } from '../domain/approvals.ts'
import { isRollingOut } from '../domain/image-status.ts'
import type { Locks } from '../domain/locks.ts'
import type { Kind } from '../domain/messages/kinds.ts'
import type { Level } from '../domain/messages/message.ts'
import type { BakeOrder } from '../domain/planning/bake-order.ts'
import type { Placement } from '../domain/releases/image-release.ts'
import type { Evidence } from '../domain/validation/evidence.ts'
import type {
  ApprovalItem,
  CampaignImageItem,
  CampaignItem,
  CheckItem,
  Distributing,
  Waiting,
  WaitNoticeItem,
} from './items.ts'
import { keyOf } from './keys.ts'
import { few, levelAt } from './notified.ts'
import { ofKind, readItem, setItem, type Table } from './table.ts'
import { changeVersioned } from './versioned-item.ts'

const campaignKey = (campaign: string) => keyOf('campaign', { campaign })
const imageKey = (campaign: string, image: string) => keyOf('image', { campaign, image })
const checkKey = (campaign: string, image: string, check: string) => keyOf('check', { campaign, image, check })

/** A ring that an image of a campaign is asked about. */
interface Asked {
  campaign: string
  image: string
  ring: string
}

const approvalKey = ({ campaign, image, ring }: Asked) => keyOf('approval', { campaign, image, ring })

/** Campaigns: each with its images, their checks and approvals, and what people read of it. */
export class CampaignStore {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  async read(campaign: string): Promise<{ record: CampaignItem | undefined; images: CampaignImageItem[] }> {
    const items = await this.#table.all(campaignKey(campaign).pk)
    return { record: ofKind(items, 'campaign')[0], images: ofKind(items, 'image') }
  }

  readRecord(campaign: string): Promise<CampaignItem | undefined> {
    return readItem(this.#table, campaignKey(campaign))
  }

  /** It may not begin yet. */
  async recordWaiting(
    campaign: string,
    { execution, trigger, waiting, time }: Pick<CampaignItem, 'execution' | 'trigger'> & Begun & { waiting: Waiting },
  ): Promise<void> {
    const now = { campaign, execution, trigger, status: 'waiting', waiting } as const
    await this.#table.set(campaignKey(campaign), now, { startedAt: time })
  }

  /** It is planned. */
  async recordRunning(
    campaign: string,
    { execution, trigger, time }: Pick<CampaignItem, 'execution' | 'trigger'> & Begun,
  ): Promise<void> {
    const now = { campaign, execution, trigger, status: 'running' } as const
    await this.#table.set(campaignKey(campaign), now, { startedAt: time })
  }

  async recordAnnounced(campaign: string, announced: string): Promise<void> {
    await this.#table.set(campaignKey(campaign), { announced })
  }

  async recordFinished(campaign: string, status: 'finished' | 'failed' | 'aborted', finishedAt: string): Promise<void> {
    await this.#table.set(campaignKey(campaign), { status, finishedAt })
  }

  readImage(campaign: string, image: string): Promise<CampaignImageItem | undefined> {
    return readItem(this.#table, imageKey(campaign, image))
  }

  /** @throws when the plan has no order for this image: an execution that no campaign started. */
  async readOrdered(campaign: string, image: string): Promise<CampaignImageItem & { order: BakeOrder }> {
    const item = await this.readImage(campaign, image)
    const { order } = item ?? {}
    if (!item || !order)
      throw new Error(`campaign ${campaign} has no order for image ${image}: start a campaign, not a rebake`)
    return { ...item, order }
  }

  /** What was decided first stays. */
  async recordPlanned(campaign: string, item: CampaignImageItem): Promise<void> {
    await this.#table.create(imageKey(campaign, item.image), item)
  }

  /** Its execution has begun: to bake it, or to roll out again what was baked. */
  async recordStarted(
    campaign: string,
    image: string,
    {
      status,
      execution,
      parentAmi,
      time,
    }: { status: 'baking' | 'candidate' } & Begun & Record<'execution' | 'parentAmi', string>,
  ): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { status, execution, parentAmi }, { startedAt: time })
  }

  /** A freeze or a window is in the way: of the bake, or of a ring. */
  async recordWindowClosed(
    campaign: string,
    image: string,
    { waiting, ring }: { waiting: Waiting; ring: string | undefined },
  ): Promise<void> {
    const status = ring === undefined ? 'waiting' : undefined
    await this.#table.set(imageKey(campaign, image), { status, waiting })
  }

  async recordBakeStarted(
    campaign: string,
    image: string,
    { imageArn, parentAmi }: Record<'imageArn' | 'parentAmi', string>,
  ): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { imageArn, parentAmi })
  }

  /** It cannot be baked on this AMI: the same is not to be tried again. */
  async recordParentRefused(campaign: string, image: string, parentAmi: string): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { parentAmi })
  }

  /** There is an AMI, whatever its checks come to. */
  async recordBaked(campaign: string, image: string, ami: string): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { ami })
  }

  async recordCandidate(campaign: string, image: string, version: string): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { status: 'candidate', version })
  }

  /** How a ring is reached, beside the other rings of the image. */
  async recordDistributing(
    { campaign, image, ring }: Asked,
    { distributing }: Pick<CampaignImageItem, 'distributing'>,
    now: Distributing,
  ): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { distributing: { ...distributing, [ring]: now } })
  }

  /** What each target of a ring has, beside the other rings of the image. */
  async recordDistributed(
    { campaign, image, ring }: Asked,
    { distributed }: Pick<CampaignImageItem, 'distributed'>,
    placed: Placement[],
  ): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { distributed: { ...distributed, [ring]: placed } })
  }

  /** All targets of a ring point to it: since the first time that they did. */
  async recordPublished(
    { campaign, image, ring }: Asked,
    { published }: Pick<CampaignImageItem, 'published'>,
    time: string,
  ): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { published: { [ring]: time, ...published } })
  }

  /** The alarm of a ring that has it was quiet until then. */
  async recordQuiet(
    { campaign, image, ring }: Asked,
    { quiet }: Pick<CampaignImageItem, 'quiet'>,
    time: string,
  ): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { quiet: { ...quiet, [ring]: time } })
  }

  async recordReleased(campaign: string, image: string, finishedAt: string): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { status: 'released', finishedAt })
  }

  /** It failed. */
  async recordNotReleased(
    campaign: string,
    image: string,
    { status, reason, time }: { status: 'failed' | 'skipped' | 'superseded' | 'aborted'; reason: string; time: string },
  ): Promise<void> {
    await this.#table.set(imageKey(campaign, image), { status, reason, finishedAt: time })
  }

  readCheck(campaign: string, image: string, check: string): Promise<CheckItem | undefined> {
    return readItem(this.#table, checkKey(campaign, image, check))
  }

  /** The evidence of these checks, as far as there is any. */
  async readEvidence(campaign: string, image: string, checks: readonly { check: string }[]): Promise<Evidence[]> {
    const items = await Promise.all(checks.map(({ check }) => this.readCheck(campaign, image, check)))
    return items.flatMap((item) => item?.evidence ?? [])
  }

  /** @param left the wait that brings the next look, and what that needs to know */
  async recordCheckPending(
    campaign: string,
    image: string,
    check: string,
    left: { pending: string; state?: CheckItem['state'] | undefined },
  ): Promise<void> {
    await this.#table.set(checkKey(campaign, image, check), { pending: left.pending, state: left.state })
  }

  async recordEvidence(campaign: string, image: string, evidence: Evidence): Promise<void> {
    await this.#table.set(checkKey(campaign, image, evidence.check), { evidence })
  }

  readApproval(asked: Asked): Promise<ApprovalItem | undefined> {
    return readItem(this.#table, approvalKey(asked))
  }

  /** What was asked about an image, answered or not, in the order of its rings. */
  async readApprovals(campaign: string, image: string): Promise<ApprovalItem[]> {
    const item = await this.readImage(campaign, image)
    const asking = item?.order?.rings.filter(({ approval }) => approval) ?? []
    const items = await Promise.all(asking.map(({ ring }) => this.readApproval({ campaign, image, ring })))
    return items.filter((each) => each !== undefined)
  }

  /** All that waits for an answer now, and what it is about. Only the holder of its rollout lock can wait for one. */
  async readOpenApprovals({ held }: Locks): Promise<(ApprovalItem & { version: string; ami: string })[]> {
    const turns = held.filter(({ stage }) => stage === 'roll-out')
    const found = await Promise.all(
      turns.map(async ({ campaign, image }) => {
        const item = await this.readImage(campaign, image)
        if (!item || !isRollingOut(item)) return []
        const approvals = await this.readApprovals(campaign, image)
        const { version = '', ami = '' } = item ?? {}
        return approvals.filter(({ answer }) => !answer).map((each) => ({ ...each, version, ami }))
      }),
    )
    return found.flat()
  }

  /** What was asked first stays: that is what this answers with. */
  recordApprovalRequested(asked: ApprovalItem): Promise<ApprovalItem> {
    return setItem(this.#table, approvalKey(asked), {}, asked)
  }

  /** People know what is asked. */
  async recordApprovalAnnounced(asked: Asked): Promise<void> {
    await this.#table.set(approvalKey(asked), { told: true })
  }

  /** People know that it will soon be over. */
  async recordApprovalReminded(asked: Asked): Promise<void> {
    await this.#table.set(approvalKey(asked), { reminded: true })
  }

  /** The first answer stays: that is what this answers with. */
  async recordAnswer(asked: Asked, given: Answer): Promise<Answer> {
    const { answer = given } = await setItem(this.#table, approvalKey(asked), {}, { answer: given })
    return answer
  }

  async isWaitAnnounced(campaign: string, until: string): Promise<boolean> {
    return (await this.#table.get(keyOf('waitNotice', { campaign, until }))) !== undefined
  }

  async recordWaitAnnounced(campaign: string, notice: WaitNoticeItem): Promise<void> {
    await this.#table.create(keyOf('waitNotice', { campaign, until: notice.until }), notice)
  }

  async isWarningAnnounced(campaign: string, image: string): Promise<boolean> {
    return (await this.#table.get(keyOf('warningNotice', { campaign, image }))) !== undefined
  }

  async recordWarningAnnounced(campaign: string, image: string, warnings: string[]): Promise<void> {
    await this.#table.create(keyOf('warningNotice', { campaign, image }), { warnings })
  }

  /** A waiver with another day is another waiver. */
  async isWaiverAnnounced(cve: string, expires: string): Promise<boolean> {
    return (await this.#table.get(keyOf('waiverNotice', { cve, expires }))) !== undefined
  }

  async recordWaiverAnnounced(cve: string, expires: string): Promise<void> {
    await this.#table.create(keyOf('waiverNotice', { cve, expires }), {})
  }

  /**
   * Whether everybody is notified of this, or only who asks for details: the first few of a kind in a campaign (or of a part of
   * it, named after #) are for everybody. Asked again of the same, it says the same.
   */
  async levelOf(campaign: string, of: Kind | `${Kind}#${string}`, what: string, most = few): Promise<Level> {
    const key = keyOf('notified', { campaign, of })
    const { reported } = await changeVersioned(this.#table, key, { reported: [] }, (current) =>
      current.reported.includes(what) ? current : { reported: [...current.reported, what] },
    )
    return levelAt(reported.indexOf(what), most)
  }
}

interface Begun {
  /** Once: the first counts. */
  time: string
}
