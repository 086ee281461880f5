import type { StepFunctions } from './engine/step-functions.ts'

/** Real milliseconds in which an execution that somebody starts can be stopped, or looked at while it runs. */
const grace = 300

/**
 * The clock's patience while the stand-in is served. It jumps over waits; but time walks for a moment after an
 * execution has begun, and for as long as somebody outside holds a task token: nobody answers in no time.
 */
export function patienceWith(engine: StepFunctions): () => number {
  // Tokens that the rehearsal itself has left behind will not come back.
  const abandoned = engine.outstandingTokens
  let known = engine.executions.size
  let until = 0
  return () => {
    if (engine.outstandingTokens > abandoned) return Number.POSITIVE_INFINITY
    if (engine.executions.size !== known) until = performance.now() + grace
    known = engine.executions.size
    return until - performance.now()
  }
}
