import { classify } from '../../aws/errors.ts'
import type { CheckOrder } from '../../domain/check-kinds.ts'
import { Transient } from '../../domain/errors.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import type { CheckState } from '../../ledger/items.ts'
import type { Waits } from '../workflow/task-waits.ts'
import { checkSteps, lookAt } from './check-steps.ts'
import type { Look, Parts, Subject } from './look.ts'

interface RunCheckParts extends Parts {
  waits: Waits
}

export interface Request extends Omit<Subject, 'state'> {
  taskToken: string
  check: string
}

/**
 * Looks at one check of a baked AMI. What is done is kept as evidence, passed or not, and the task is complete; what is
 * not done waits for its event, which brings the next look.
 */
export async function runCheck(parts: RunCheckParts, request: Request) {
  const { ledger, waits } = parts
  const { campaign, image, check: name, time, since, taskToken } = request
  const { order } = await ledger.campaigns.readOrdered(campaign, image)
  const check = order.checks.find((each) => each.check === name)
  if (!check) throw new Error(`the order of ${image} has no check ${name}`)
  const { evidence, pending, state } = (await ledger.campaigns.readCheck(campaign, image, name)) ?? {}
  if (evidence) return waits.complete(taskToken)
  // What an event has told until now, this look sees; what it tells from now on ends the wait.
  if (pending) await waits.forget(pending)
  const subject = { ...request, state }
  const look = await lookSafely(parts, check, subject)
  if ('pending' in look && !isOver(check, request)) {
    await ledger.campaigns.recordCheckPending(campaign, image, name, look)
    return waits.leaveToken(look.pending, taskToken, time)
  }
  const results = 'pending' in look ? [await giveUp(parts, check, look.state ?? state, look.doing)] : look.results
  await ledger.campaigns.recordEvidence(campaign, image, {
    check: name,
    mode: check.mode,
    results,
    startedAt: since,
    finishedAt: time,
    passed: results.length > 0 && results.every(({ passed }) => passed),
  })
  return waits.complete(taskToken)
}

const isOver = ({ timeout }: CheckOrder, { since, time }: Request) =>
  Date.parse(time) >= Date.parse(since) + timeout * 1_000

/** A check that cannot be made has not passed; what another try may mend is the state machine's to try. */
async function lookSafely(parts: Parts, check: CheckOrder, subject: Subject): Promise<Look> {
  try {
    return await lookAt(parts, check, subject)
  } catch (error) {
    if (classify(error) instanceof Transient) throw error
    const { name, message } = error as Error
    return {
      results: [{ check: 'made', passed: false, detail: `it could not be made: ${name}: ${message}` }],
    }
  }
}

/** Nothing goes on for a check that nobody waits for any more. */
async function giveUp(
  parts: Parts,
  { kind, timeout }: CheckOrder,
  state: CheckState | undefined,
  doing: string,
): Promise<CheckResult> {
  await checkSteps[kind].giveUp(parts, state)
  return { check: 'in time', passed: false, detail: `not done after ${timeout} seconds: ${doing}` }
}
