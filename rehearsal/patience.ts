import type { StepFunctions } from './engine/step-functions.ts'

/** Real milliseconds in which an execution that somebody starts can be stopped, or looked at while it runs. */
const grace = 300

/**
 * The clock's patience while the stand-in is served. It jumps over waits; but time walks for a moment after an
 * execution has begun, and for as long as somebody outside holds a task token: nobody answers in no time. The tokens of
 * deployed machines come back from inside.
 */
export function patienceWith(engine: StepFunctions, isDeployed: (roleArn: string) => boolean): () => number {
  let known = engine.executions.size
  let until = 0
  return () => {
    if (engine.tokens.outstanding((roleArn) => !isDeployed(roleArn)) > 0) return Number.POSITIVE_INFINITY
    if (engine.executions.size !== known) until = performance.now() + grace
    known = engine.executions.size
    return until - performance.now()
  }
}
