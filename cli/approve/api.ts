import { type Answer, type Approval, someoneOf } from '../../domain/approvals.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { invokerOf } from '../deployment/invoke.ts'
import { ledgerOf } from '../deployment/ledger.ts'

/** An image that waits to go to a ring. */
export interface Open extends Approval {
  campaign: string
  image: string
  version: string
  ami: string
}

export interface AnswerRequest {
  campaign: string
  image: string
  ring: string
  answer: 'approve' | 'reject'
  reason?: string
  /** The caller's ARN. */
  by: string
  /** ISO 8601. */
  time: string
}

/** What approvals are to a person. Every call throws BadInput or Failed. */
export interface Approvals {
  /** All that waits for an answer now, the oldest request first. */
  open(): Promise<Open[]>
  /** What was asked about an image, answered or not, in the order of its rings. */
  of(campaign: string, image: string): Promise<Approval[]>
  answer(request: AnswerRequest): Promise<Answer>
  isThere(campaign: string): Promise<boolean>
}

export function approvalsIn(deployment: Deployment): Approvals {
  const ledger = ledgerOf(deployment)
  const invoke = invokerOf<Answer>(deployment, 'answer-approval')
  return {
    open: () =>
      calling(deployment, 'read what waits for an approval', async () => {
        const items = await ledger.campaigns.readOpenApprovals(await ledger.locks.read())
        return items
          .map(({ campaign, image, ring, version, ami, requestedAt, until, approvers }) => ({
            campaign,
            image,
            ring,
            version,
            ami,
            requestedAt,
            until,
            approvers,
          }))
          .sort((a, b) => a.requestedAt.localeCompare(b.requestedAt) || a.image.localeCompare(b.image))
      }),
    isThere: (campaign) =>
      calling(
        deployment,
        `read the campaign ${campaign}`,
        async () => (await ledger.campaigns.readRecord(campaign)) !== undefined,
      ),
    of: (campaign, image) =>
      calling(deployment, `read what was asked about ${image}`, () => ledger.campaigns.readApprovals(campaign, image)),
    // An answer that was taken though nobody heard of it is the same when it is given again.
    answer: (request) => calling(deployment, `hand in the answer for ${request.image}`, () => invoke(request)),
  }
}

/**
 * Who answers: the caller. A rehearsal has no people in it, so its operator is taken for somebody of the first of those
 * who may.
 */
export const answererOf = ({ endpoint }: Deployment, caller: string, { approvers }: Approval): string =>
  endpoint !== undefined && caller.endsWith(':user/operator') ? someoneOf(approvers[0] ?? caller) : caller
