import type { ApprovalFacts, ReminderFacts } from './approvals.ts'
import type { FinishedFacts, PlannedFacts, RefusedFacts, WaitingFacts } from './campaigns.ts'
import type { FailedFacts, ReleasedFacts, StaleFacts, WarnedFacts } from './images.ts'
import type { WaiverFacts } from './waivers.ts'

export const severities = ['info', 'warning', 'error'] as const
export type Severity = (typeof severities)[number]

export const levels = ['summary', 'detail'] as const

/** What a notification's id is made of, besides its kind: facts, and never text for people. */
export type Identity = readonly (string | number | null)[]

interface Row {
  /** Good news, where its severity is info. */
  good?: true
  identity: (facts: never) => Identity
}

/** An operation that ended tells another fact than one that died half-way. */
interface OperationEnd {
  operation: string
  end: 'ended' | 'stopped'
}

interface RetirementStage {
  operation: string
  stage: 'planned' | 'incomplete'
}

/**
 * What people read of. Two messages tell the same fact where their identities are the same; `reference.ts` says what
 * each kind tells.
 */
export const messageKinds = {
  'campaign-planned': { identity: ({ campaign }: Pick<PlannedFacts, 'campaign'>) => [campaign] },
  'campaign-waiting': {
    identity: ({ campaign, image, ring, until }: Pick<WaitingFacts, 'campaign' | 'image' | 'ring' | 'until'>) => [
      campaign,
      image ?? null,
      ring ?? null,
      until,
    ],
  },
  'campaign-finished': { good: true, identity: ({ campaign }: Pick<FinishedFacts, 'campaign'>) => [campaign] },
  'upstream-refused': {
    // An AMI may be refused for one of its upstreams, and for the same reason for another.
    identity: ({
      event,
      ami,
      account,
      upstream,
      code,
    }: Pick<RefusedFacts, 'event' | 'ami' | 'account' | 'upstream' | 'code'>) =>
      event === undefined ? [ami, account, upstream ?? null, code] : [event, upstream ?? null, code],
  },
  'image-released': {
    good: true,
    identity: ({ campaign, image, version }: Pick<ReleasedFacts, 'campaign' | 'image' | 'version'>) => [
      campaign,
      image,
      version,
    ],
  },
  'image-failed': { identity: ({ campaign, image }: Pick<FailedFacts, 'campaign' | 'image'>) => [campaign, image] },
  'image-stale': {
    identity: ({ image, campaign, tries }: Pick<StaleFacts, 'image' | 'campaign' | 'tries'>) => [
      image,
      campaign,
      tries,
    ],
  },
  'image-warned': {
    identity: ({ campaign, image, ami }: Pick<WarnedFacts, 'campaign' | 'image' | 'ami'>) => [campaign, image, ami],
  },
  'waiver-expiring': {
    identity: ({ waivers }: { waivers: Pick<WaiverFacts['waivers'][number], 'cve' | 'expires'>[] }) =>
      sorted(waivers.map(({ cve, expires }) => [cve, expires])),
  },
  'approval-requested': {
    identity: ({ campaign, image, ring }: Pick<ApprovalFacts, 'campaign' | 'image'> & { ring: { ring: string } }) => [
      campaign,
      image,
      ring.ring,
    ],
  },
  'approval-reminder': {
    identity: ({ waiting }: { waiting: Omit<ReminderFacts['waiting'][number], 'approvers'>[] }) =>
      sorted(waiting.map(({ campaign, image, ring, until }) => [campaign, image, ring, until])),
  },
  'image-rolled-back': { identity: ({ operation, end }: OperationEnd) => [operation, end] },
  'release-revoked': { identity: ({ operation, end }: OperationEnd) => [operation, end] },
  'retirement-report': { identity: ({ operation, stage }: RetirementStage) => [operation, stage] },
} satisfies Record<string, Row>

export type Kind = keyof typeof messageKinds
/** The facts that a kind is identified by. */
export type IdentifyingFacts<K extends Kind> = Parameters<(typeof messageKinds)[K]['identity']>[0]

// Marked pure, so that esbuild leaves it out of bundles that do not list the kinds.
export const kinds = /* @__PURE__ */ Object.keys(messageKinds) as Kind[]

/** The order in which a list was found is no fact. */
const sorted = (facts: string[][]): Identity => facts.map((each) => JSON.stringify(each)).sort()
