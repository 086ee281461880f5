import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import type { Outcome, WaitItem } from '../../ledger/items.ts'
import type { WaitStore } from '../../ledger/waits.ts'

export interface Waits {
  leaveToken(id: string, taskToken: string, time: string, carry?: WaitItem['carry']): Promise<void>
  bringOutcome(id: string, outcome: Outcome, time: string): Promise<void>
  /** Completes a task whose work is done already. */
  complete(taskToken: string): Promise<void>
  /**
   * Anybody who asks the service itself next starts afresh: what was reported until now is part of its answer, unless that is late.
   * @returns what was reported
   */
  forget(id: string): Promise<Outcome | undefined>
}

/** Waits of tasks: anybody who comes second, the token or the outcome, completes the task. */
export function taskWaits(store: WaitStore, client = new SFNClient({})): Waits {
  const complete = async ({ taskToken, carry, outcome }: WaitItem) => {
    if (!taskToken || !outcome) return
    const { error, cause } = outcome
    if (error === undefined) await end(taskToken, { ...outcome, ...carry })
    else await ended(client.send(new SendTaskFailureCommand({ taskToken, error, cause })))
  }
  const end = (taskToken: string, output: object) =>
    ended(client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })))
  const ended = async (sent: Promise<unknown>) => {
    try {
      await sent
    } catch (error) {
      // The task was completed before, or its execution is gone: a repeated event has nothing left to do.
      if (!(error instanceof TaskTimedOut || error instanceof TaskDoesNotExist)) throw error
    }
  }
  return {
    leaveToken: async (id, taskToken, time, carry) => complete(await store.recordToken(id, taskToken, time, carry)),
    bringOutcome: async (id, outcome, time) => complete(await store.recordOutcome(id, outcome, time)),
    complete: (taskToken) => end(taskToken, {}),
    forget: (id) => store.forget(id),
  }
}
