import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import { Transient } from '../../domain/errors.ts'
import { shortened } from '../../domain/shortened.ts'
import type { Outcome, WaitItem } from '../../ledger/items.ts'
import type { WaitStore } from '../../ledger/waits.ts'

export interface Waits {
  leaveToken(id: string, taskToken: string, time: string, carry?: WaitItem['carry']): Promise<void>
  bringOutcome(id: string, outcome: Outcome, time: string): Promise<void>
  /** Completes a task whose work is done already. */
  complete(taskToken: string): Promise<void>
  /**
   * The waits of one invocation, which was given this token. Its own task is there, or about to be: where Step Functions does not know it,
   * the answer is lost, and nobody else would bring it again.
   *
   * @throws Transient from whatever is called then, so that the task is tried again
   */
  ofInvocation(taskToken: string): Waits
  /**
   * A caller who asks the service itself next starts afresh: its answer includes what events said until now, unless it is late.
   * @returns what the event said that came
   */
  forget(id: string): Promise<Outcome | undefined>
}

/**
 * Waits of tasks: the one that comes second, the token or the outcome, completes the task.
 *
 * @param own the token that this invocation was given
 */
export function taskWaits(store: WaitStore, client = new SFNClient({}), own?: string): Waits {
  let isTaken = false
  const complete = async ({ taskToken, carry, outcome }: WaitItem) => {
    if (!taskToken || !outcome) return
    const { error, cause } = outcome
    if (error === undefined) return end(taskToken, { ...outcome, ...carry })
    const failure = { taskToken, error, cause: cause && shortened(cause) }
    await ended(taskToken, client.send(new SendTaskFailureCommand(failure)))
  }
  const end = (taskToken: string, output: object) =>
    ended(taskToken, client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })))
  const ended = async (taskToken: string, sent: Promise<unknown>) => {
    try {
      await sent
      if (taskToken === own) isTaken = true
    } catch (error) {
      if (!(error instanceof TaskTimedOut || error instanceof TaskDoesNotExist)) throw error
      // No text of AWS says that a token is good before the call that brought it has answered.
      if (taskToken === own && !isTaken)
        throw new Transient(`its own task is not there: ${error.message}`, { cause: error })
      // The task was completed before, or its execution is gone: a repeated event has nothing left to do.
    }
  }
  return {
    leaveToken: async (id, taskToken, time, carry) => complete(await store.recordToken(id, taskToken, time, carry)),
    bringOutcome: async (id, outcome, time) => complete(await store.recordOutcome(id, outcome, time)),
    complete: (taskToken) => end(taskToken, {}),
    forget: (id) => store.forget(id),
    ofInvocation: (taskToken) => taskWaits(store, client, taskToken),
  }
}
