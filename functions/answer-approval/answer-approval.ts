import * as v from 'valibot'
import { type Answer, isApprover } from '../../domain/approvals.ts'
import { RequestRefused } from '../../domain/errors.ts'
import { isRollingOut } from '../../domain/image-status.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { approvalWait } from '../../ledger/wait-ids.ts'
import { arn, inRing, text } from '../runtime/schemas.ts'
import type { Waits } from '../workflow/task-waits.ts'

/**
 * Who may invoke this function, IAM decides; `by` is what such a caller says that it is. It keeps one honest person from
 * answering in another's place, and no more: anybody who may invoke it manually can write any name there. Who it was, CloudTrail
 * has, where data events of Lambda are logged, and nothing in this ledger.
 * https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
const answered = { ...inRing.entries, by: arn }
const reason = v.pipe(text, v.maxLength(1_000))
export const AnswerRequest = v.variant('answer', [
  v.object({ ...answered, answer: v.literal('approve'), reason: v.optional(reason) }),
  v.object({ ...answered, answer: v.literal('reject'), reason }),
])
type AnswerRequest = v.InferOutput<typeof AnswerRequest>

/**
 * Takes the answer of somebody who may approve, and hands it to the rebake that waits for it. The first answer counts;
 * the same again changes nothing.
 *
 * @throws RequestRefused where nobody asked, where the caller may not answer, and where it is answered or over
 */
export async function answerApproval(
  { ledger, waits }: { ledger: Pick<Ledger, 'campaigns'>; waits: Waits },
  request: AnswerRequest,
): Promise<Answer> {
  const { campaign, image, ring, time, by, answer } = request
  const as = answer === 'approve' ? 'approved' : 'rejected'
  const asked = await ledger.campaigns.readApproval(request)
  const what = `${image} for ring ${ring} in campaign ${campaign}`
  if (!asked) throw new RequestRefused(`nobody has asked for an approval of ${what}`)
  if (!isApprover(asked.approvers, by))
    throw new RequestRefused(`${by} may not approve or reject ${what}: ${asked.approvers.join(', ')} may`)
  const item = await ledger.campaigns.readImage(campaign, image)
  const given: Answer =
    item && isRollingOut(item)
      ? { as, by, at: time, ...(request.reason && { reason: request.reason }) }
      : { as: 'expired', at: time }
  const first = await ledger.campaigns.recordAnswer(request, given)
  if (first.as === 'expired')
    throw new RequestRefused(
      `the approval of ${what} is over: the rebake has ended${item ? `, ${item.status}: ${item.reason}` : ''}`,
    )
  if (first.by !== by || first.as !== as)
    throw new RequestRefused(`${what} was ${first.as} by ${first.by} at ${first.at}`)
  await waits.bringOutcome(approvalWait(campaign, image, ring), outcomeOf(first), time)
  return first
}

const outcomeOf = ({ as, by, reason }: Answer) =>
  as === 'approved' ? { approved: true } : { error: 'ApprovalRejected', cause: `rejected by ${by}: ${reason}` }
