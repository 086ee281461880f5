import type { Retrier, WorkState } from './definition.ts'
import { type Json, TaskFailure } from './types.ts'
import type { Step, Visit } from './visit.ts'

/**
 * Runs the work of a Task, Parallel or Map with its Retry and Catch
 * (AWS: step-functions/latest/dg/concepts-error-handling.html). `work` gives the result; an Output or Assign that
 * fails afterwards counts as an error of the state too.
 */
export async function runWork(visit: Visit<WorkState>, work: () => Promise<Json>): Promise<Step> {
  const { state } = visit
  const attempts = new Map<Retrier, number>()
  for (;;) {
    try {
      const result = visit.limit(await work())
      return await visit.exit(state, { next: state.Next, fallback: result, extra: { result } })
    } catch (error) {
      if (!(error instanceof TaskFailure)) throw error
      const delay = retryDelay(visit, error, attempts)
      if (delay === undefined) return await caught(visit, error)
      await visit.thread.until(visit.execution.host.clock.now() + delay)
      visit.retries++
    }
  }
}

/** Milliseconds until the next attempt; undefined when there is none. Each retrier counts its own attempts. */
function retryDelay(visit: Visit<WorkState>, failure: TaskFailure, attempts: Map<Retrier, number>): number | undefined {
  const retrier = visit.state.Retry?.find((candidate) => matches(candidate.ErrorEquals, failure.error))
  if (!retrier) return undefined
  const made = attempts.get(retrier) ?? 0
  if (made >= (retrier.MaxAttempts ?? 3)) return undefined
  attempts.set(retrier, made + 1)
  const backoff = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** made
  const seconds = Math.min(backoff, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY)
  const share = retrier.JitterStrategy === 'FULL' ? visit.random(`jitter/${visit.retries}`).next() : 1
  return Math.round(seconds * 1000 * share)
}

async function caught(visit: Visit<WorkState>, failure: TaskFailure): Promise<Step> {
  const catchers = visit.state.Catch ?? []
  const index = catchers.findIndex((candidate) => matches(candidate.ErrorEquals, failure.error))
  const catcher = catchers[index]
  if (!catcher) throw failure
  const errorOutput = { Error: failure.error ?? '', Cause: failure.cause ?? '' }
  return await visit.exit(catcher, {
    next: catcher.Next,
    fallback: errorOutput,
    prefix: `Catch[${index}]/`,
    extra: { errorOutput },
  })
}

/**
 * States.ALL leaves out the terminal errors; States.TaskFailed leaves out the timeouts besides. A heartbeat that
 * is late is also a timeout. Nothing catches States.Runtime.
 */
export function matches(errorEquals: string[], error = ''): boolean {
  if (error === 'States.Runtime') return false
  return errorEquals.some((name) => {
    if (name === error) return true
    if (name === 'States.Timeout') return error === 'States.HeartbeatTimeout'
    if (error === 'States.DataLimitExceeded') return false
    if (name === 'States.TaskFailed') return error !== 'States.Timeout' && error !== 'States.HeartbeatTimeout'
    return name === 'States.ALL'
  })
}
