import { TaskFailure } from '../types.ts'
import type { Visit } from '../visit.ts'

/** Raised by the engine's timers, so that it is distinguished from a failure of the task's own. */
export class TimedOut extends TaskFailure {}

/** When a task's time is up, in epoch milliseconds. */
export type Deadline = number | undefined

/** Waits for what `begin` starts, for the deadline, or for the end of the thread: whichever is first. */
export function waitFor<T>(
  visit: Visit,
  deadline: Deadline,
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => (() => void) | undefined,
): Promise<T> {
  const { clock } = visit.execution.host
  return visit.thread.wait((resolve, reject) => {
    const release = begin(resolve, reject)
    if (deadline === undefined) return release
    const cancel = clock.at(deadline, () => reject(new TimedOut('States.Timeout')))
    return () => {
      cancel()
      release?.()
    }
  })
}
