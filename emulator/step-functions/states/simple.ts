import type { FailState, PassState, SucceedState } from '../definition.ts'
import { TaskFailure } from '../types.ts'
import type { Step, Visit } from '../visit.ts'

export function runPass(visit: Visit<PassState>): Promise<Step> {
  return visit.exit(visit.state, { next: visit.state.Next, fallback: visit.input })
}

export function runSucceed(visit: Visit<SucceedState>): Promise<Step> {
  return visit.exit(visit.state, { next: undefined, fallback: visit.input })
}

export async function runFail(visit: Visit<FailState>): Promise<never> {
  const { Error: error, Cause: cause } = visit.state
  throw visit.limitFailure(
    new TaskFailure(
      error === undefined ? undefined : ((await visit.typed(error, 'Error', 'string')) as string),
      cause === undefined ? undefined : ((await visit.typed(cause, 'Cause', 'string')) as string),
    ),
  )
}
