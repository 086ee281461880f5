import type { Approval } from '../domain/approvals.ts'
import type { ImageStatus } from '../domain/image-status.ts'
import type { Locks } from '../domain/locks.ts'
import type { BakeOrder } from '../domain/planning/bake-order.ts'
import type { FleetState } from '../domain/planning/fleet-state.ts'
import type { Hold } from '../domain/planning/holds.ts'
import type { PlannedImage } from '../domain/planning/plan.ts'
import type { Target } from '../domain/planning/ring-order.ts'
import type { Bake } from '../domain/releases/bake.ts'
import type { ImageRelease, Placement } from '../domain/releases/image-release.ts'
import type { Leftover } from '../domain/releases/leftovers.ts'
import type { RingPlan } from '../domain/releases/rollback.ts'
import type { Withdrawal } from '../domain/releases/withdrawal.ts'
import type { Trigger } from '../domain/triggers.ts'
import type { Evidence } from '../domain/validation/evidence.ts'

/**
 * What the ledger stores, by the kind of its key. The names of attributes are promises, as the keys are: a fleet that is
 * deployed has them. All times are ISO 8601.
 */
export interface Items {
  fleetState: FleetStateItem
  locks: LocksItem
  campaign: CampaignItem
  image: CampaignImageItem
  check: CheckItem
  approval: ApprovalItem
  waitNotice: WaitNoticeItem
  notified: NotifiedItem
  warningNotice: WarningNoticeItem
  campaignThread: SlackThreadItem
  messageThread: SlackThreadItem
  release: ReleaseItem
  bake: BakeItem
  operation: OperationItem
  ring: RollbackRingItem
  withdrawal: WithdrawalItem
  leftovers: LeftoversItem
  wait: WaitItem
  copy: CopyItem
  refusal: RefusalItem
  firstRetirement: FirstRetirementItem
  waiverNotice: WaiverNoticeItem
}

/** Those that many change at once: they have an attribute `version`, which each change counts up. */
export type VersionedKind = 'fleetState' | 'locks' | 'notified'

/** What is known of the fleet across campaigns. One item: plans are made one after the other, each seeing those before. */
export type FleetStateItem = FleetState

/** Whose turn it is, and who waits for one. */
export type LocksItem = Locks

/** Until when something waits, and why. */
export interface Waiting {
  until: string
  reasons: string[]
}

/** The campaign's own record. */
export interface CampaignItem {
  campaign: string
  execution: string
  trigger: Trigger
  status: 'waiting' | 'running' | 'finished' | 'failed' | 'aborted'
  waiting?: Waiting
  startedAt: string
  finishedAt?: string
  /** What people read last: `planned`, or `waiting until <time>`. */
  announced?: string
}

/** One image in one campaign: the decision, the order, and what came of it. */
export interface CampaignImageItem {
  image: string
  status: ImageStatus
  reason: string
  plan: PlannedImage
  order?: BakeOrder
  execution?: string
  startedAt?: string
  finishedAt?: string
  /** What it waits for, or last waited for: a freeze or a window. */
  waiting?: Waiting
  parentAmi?: string
  imageArn?: string
  ami?: string
  version?: string
  /** By ring: how it is reached. */
  distributing?: Record<string, Distributing>
  /** By ring: the AMI of each target, once it is verified. */
  distributed?: Record<string, Placement[]>
  /** By ring: since when all of its targets point to the AMI. */
  published?: Record<string, string>
  /** By ring: when its alarm was last asked. It had been quiet since the ring was published. */
  quiet?: Record<string, string>
}

/** How a ring is reached. */
export interface Distributing {
  startedAt: string
  /** ARNs of the keys that encrypt what goes to each region, with {account} for the target's. */
  kmsKeys?: Record<string, string>
  /** Seconds that it took the last time, where that is known. */
  expected?: number | undefined
  /** What every target has of a roll-out before: nothing is distributed. */
  inPlace?: Placement[]
  /** None where it is in place, nor until what was in place has turned out not to be. */
  parts: DistributedPart[]
}

/** One distribution of a ring: the accounts that it is for, and the image that Image Builder reports it as. */
export interface DistributedPart {
  accounts: string[]
  /** Once it is started. */
  arn?: string
  /** When it was tried again. */
  retriedAt?: string[]
}

/** What a check that is not done yet needs to remember: the execution that runs for it, for one. */
export type CheckState = Record<string, string>

/** A check's own item, as checks run side by side. */
export interface CheckItem {
  /** The id of the wait that ends with the event which brings the next look. */
  pending?: string
  state?: CheckState
  evidence?: Evidence
}

/** What was asked about one image and one ring, and the answer. A campaign bakes an image once: it is about one AMI. */
export interface ApprovalItem extends Approval {
  campaign: string
  image: string
  /** People know of it. */
  told?: true
  /** People know that it will soon be over. */
  reminded?: true
}

/** People know that images of a campaign wait until then: the first of them, and why. */
export interface WaitNoticeItem extends Waiting {
  image: string
  ring?: string | undefined
}

/** What of one kind everybody got in a campaign. */
interface NotifiedItem {
  reported: string[]
}

/** People know what an image's checks warn of. */
interface WarningNoticeItem {
  warnings: string[]
}

/** What was posted in one channel: about one campaign, or one message. */
export interface SlackThreadItem {
  /** Of the first message, where Slack gives it: a webhook does not. */
  ts?: string
  expires: number
  /** By SNS message id: where Slack has it, or `posted`. */
  [messageId: string]: unknown
}

/** An AMI of an image that passed its checks, and what became of it. */
export type ReleaseItem = ImageRelease

/** What Image Builder was started to bake, until all that it left is gone. */
export type BakeItem = Bake

/** What a person, or a schedule, does to releases, named as its execution. */
interface Operation {
  operation: string
  /** The execution's ARN. */
  execution: string
  /** The ARN of the person who asked for it, and why; a schedule has no reason. */
  by: string
  reason?: string
  status: 'running' | 'finished' | 'failed'
  startedAt: string
  finishedAt?: string
  /** What is not as it should be, in words: it names the targets. */
  problems?: string[]
}

/** An operation's own record: each is an execution of a state machine of its own. */
export type OperationItem = RollbackItem | RevocationItem | RetirementItem

/** An image that goes back: from which release, to which, and which is previous then, each by its version. */
export interface RollbackItem extends Operation {
  kind: 'rollback'
  image: string
  from: string
  to: string
  previous?: string
  /** Where only one ring goes back. */
  ring?: string
  /** Whether the image stays held. */
  hold: boolean
  /** Who held it before, if anybody did. */
  heldBefore?: Hold
}

export interface RevocationItem extends Operation {
  kind: 'revocation'
  image: string
  version: string
  descendants: boolean
  force: boolean
  /** What was revoked, parents first. */
  releases: { image: string; version: string; ami: string }[]
  goBack: { image: string; to: string }[]
  stranded: string[]
  rebake: string[]
  places: Target[]
  /** The campaign that bakes them again. */
  campaign?: string
}

export interface RetirementItem extends Operation {
  kind: 'retirement'
  /** People have read what it does. */
  reported?: true
}

/** One ring of a rollback, as was decided when it began: a deploy in the middle changes nothing of it. */
export interface RollbackRingItem extends RingPlan {
  status: 'waiting' | 'restoring' | 'done' | 'wrong'
  /** Since when. */
  at: string
  /** Which targets are not as they must be, and why. */
  wrong?: string[]
}

/** What one operation withdraws in one place, and what became of it. */
export type WithdrawalItem = Withdrawal

/** What one run of retirement removes of what Image Builder keeps, and what became of it. */
interface LeftoversItem {
  leftovers: Leftover[]
}

/** What a wait ends with: with an error the task fails under that name. */
export type Outcome = Record<string, unknown> & { error?: string; cause?: string }

/**
 * A wait joins two that may come in either order: the task that leaves its token, and the outcome that an event brings.
 * State machines write it too.
 */
export interface WaitItem {
  taskToken?: string
  /** What the waiter wants back with the outcome. */
  carry?: Record<string, unknown>
  outcome?: Outcome
  /** Written by state machines alone. */
  execution?: string
  expires: number
}

/** An AMI that this fleet has put into an account of an upstream: never a release. */
export interface CopyItem extends Target {
  image: string
  campaign: string
}

/** A release that was not believed. */
export interface RefusalItem {
  /** Or what is known of it: the parameter or the image that names it. */
  ami: string
  /** The event's id, where no AMI is known to tell it by. */
  event?: string
  account: string
  region: string
  time: string
  reason: string
  announced: true
}

/** The run of retirement that reported first what would be done, and did nothing. */
export interface FirstRetirementItem {
  operation: string
}

/** People know that a waiver expires on that day: the key says it all. */
type WaiverNoticeItem = Record<never, never>
