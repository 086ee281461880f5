import type { Approval } from '../domain/approvals.ts'
import type { CampaignStatus } from '../domain/campaign-status.ts'
import type { ShownStatus } from '../domain/image-status.ts'
import type { Trigger } from '../domain/triggers.ts'

/** What a rehearsal leaves behind: the shapes of the files that `--out` writes. */

export interface CampaignResult {
  name: string
  /** What a list shows: `al2023-soe ami-0a1b`, `patch cycle monthly`. */
  title: string
  kind: Trigger['kind']
  reason: string
  /** What released or what a person chose: null where the trigger names none. */
  upstream: string | null
  ami: string | null
  status: CampaignStatus
  startedAt: string
  finishedAt: string | null
  images: number
}

export interface ImageResult {
  image: string
  campaign: string
  /** `running` where it has not ended. */
  status: Exclude<ShownStatus, 'waiting'>
  reason: string
  ami: string | null
  parentAmi: string | null
  /** What was asked on its way through the rings, and the answers. */
  approvals: Approval[]
  startedAt: string | null
  finishedAt: string | null
  transitions: number
  lambdaInvocations: number
  apiCalls: number
}

export interface Summary {
  campaigns: CampaignResult[]
  images: ImageResult[]
  /** Virtual seconds from the first event to the end of the last campaign, or of the time that was asked for, if that is later. */
  makespanSeconds: number
  /** Virtual seconds of the longest chain of images, each counted from its bake to its own end. */
  criticalPathSeconds: number
  /** Real seconds that the rehearsal took: the only figure that differs between two runs of one seed. */
  wallSeconds: number
}

export interface ExecutionRecord {
  arn: string
  stateMachine: string
  name: string
  parent: string | null
  status: string
  startedAt: string
  stoppedAt: string | null
  input: unknown
  output: unknown
  error: { name: string; cause: string } | null
}

export interface HistoryRecord {
  executionArn: string
  id: number
  timestamp: string
  type: string
  state: string | null
}

export interface NotificationRecord {
  time: string
  topicArn: string
  subject: string
  message: string
  attributes: Record<string, string>
  /** Who gets it: `email team@example.com`. */
  recipients: string[]
}
