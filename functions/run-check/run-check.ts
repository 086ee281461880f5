import { classify } from '../../aws/errors.ts'
import type { CheckOrder } from '../../domain/check-kinds.ts'
import { Transient } from '../../domain/errors.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import type { CheckState } from '../../ledger/items.ts'
import type { Waits } from '../workflow/task-waits.ts'
import type { CheckDeps, CheckInput, CheckStep } from './check-step.ts'
import { checkSteps, examine } from './check-steps.ts'

interface RunCheckDeps extends CheckDeps {
  waits: Waits
}

export interface RunCheckInput extends Omit<CheckInput, 'state'> {
  taskToken: string
  check: string
}

/**
 * Looks at one check of a baked AMI. What is done is kept as evidence, passed or not, and the task is complete; what is
 * not done waits for its event, which brings the next look.
 */
export async function runCheck(deps: RunCheckDeps, request: RunCheckInput) {
  const { campaign, image, check: name, time, since, taskToken } = request
  const { ledger } = deps
  const waits = deps.waits.ofInvocation(taskToken)
  const { order } = await ledger.campaigns.readOrdered(campaign, image)
  const check = order.checks.find((each) => each.check === name)
  if (!check) throw new Error(`the order of ${image} has no check ${name}`)
  const { evidence, pending, state } = (await ledger.campaigns.readCheck(campaign, image, name)) ?? {}
  if (evidence) return waits.complete(taskToken)
  // This check sees what events have said until now; what they say from now on ends the wait.
  if (pending) await waits.forget(pending)
  const subject = { ...request, state }
  const look = await lookSafely(deps, check, subject)
  if ('pending' in look && !hasTimedOut(check, request)) {
    await ledger.campaigns.recordCheckPending(campaign, image, name, look)
    return waits.leaveToken(look.pending, taskToken, time)
  }
  const results = 'pending' in look ? [await giveUp(deps, check, look.state ?? state, look.doing)] : look.results
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

const hasTimedOut = ({ timeout }: CheckOrder, { since, time }: RunCheckInput) =>
  Date.parse(time) >= Date.parse(since) + timeout * 1_000

/** A check that cannot be made has not passed; what another try may fix is the state machine's to try. */
async function lookSafely(deps: CheckDeps, check: CheckOrder, subject: CheckInput): Promise<CheckStep> {
  try {
    return await examine(deps, check, subject)
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
  deps: CheckDeps,
  { kind, timeout }: CheckOrder,
  state: CheckState | undefined,
  doing: string,
): Promise<CheckResult> {
  await checkSteps[kind].giveUp(deps, state)
  return { check: 'in time', passed: false, detail: `not done after ${timeout} seconds: ${doing}` }
}
