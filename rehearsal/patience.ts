import { waitAt } from '../domain/rebake-steps.ts'
import type { StepFunctions } from '../emulator/index.ts'
import { stateOf } from './records.ts'

/** Real milliseconds in which an execution that somebody starts can be stopped, or looked at while it runs. */
const grace = 300

/**
 * The clock's patience while the emulator is served. It jumps over waits; but time walks for a moment after an
 * execution has begun, and for as long as somebody outside holds a task token or is asked for an approval: nobody answers
 * in no time. The other tokens of deployed machines come back from inside.
 */
export function patienceWith(
  engine: StepFunctions,
  isDeployed: (roleArn: string) => boolean,
): (next: number) => number {
  let known = engine.executions.size
  let until = 0
  return (next) => {
    if (engine.tokens.outstanding((roleArn) => !isDeployed(roleArn)) > 0) return Number.POSITIVE_INFINITY
    if (next >= approvalsEnd(engine)) return Number.POSITIVE_INFINITY
    if (engine.executions.size !== known) until = performance.now() + grace
    known = engine.executions.size
    return until - performance.now()
  }
}

/** When the first of the approvals that are asked for now is no longer waited for; Infinity where none is. */
export function approvalsEnd({ executions }: StepFunctions): number {
  const ends = [...executions.values()].flatMap(({ status, history }) => {
    if (status !== 'RUNNING') return []
    const last = history.events.findLast((event) => waitAt(stateOf(event) ?? '') === 'approval')
    const input = last?.stateEnteredEventDetails?.input
    if (!last || typeof input !== 'string') return []
    const { approvalSeconds } = JSON.parse(input) as { approvalSeconds: number }
    return [last.timestamp.getTime() + approvalSeconds * 1000]
  })
  return Math.min(...ends)
}
