import {
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import type { Key, Ledger } from './table.ts'

/** What a wait ends with: with an error the task fails under that name. */
export type Outcome = Record<string, unknown> & { error?: string; cause?: string }

/**
 * A wait joins two that may come in either order: the task that leaves its token, and the outcome that an
 * event brings. Both update the same item and get the whole of it back, so whichever comes second sees both
 * and completes the task.
 */
interface Wait extends Record<string, unknown> {
  taskToken?: string
  /** What the waiter wants back with the outcome. */
  carry?: Record<string, unknown>
  outcome?: Outcome
}

export interface Waits {
  leaveToken(id: string, taskToken: string, time: string, carry?: Record<string, unknown>): Promise<void>
  bringOutcome(id: string, outcome: Outcome, time: string): Promise<void>
  /** Completes a task whose work is done already. */
  complete(taskToken: string): Promise<void>
  /** Whoever asks the service itself next starts afresh: what was told until now is part of its answer. */
  forget(id: string): Promise<void>
}

const keptForSeconds = 90 * 86_400
const keyOf = (id: string): Key => ({ pk: `WAIT#${id}`, sk: 'WAIT' })
const expires = (time: string) => Math.floor(Date.parse(time) / 1000) + keptForSeconds

export function taskWaits(ledger: Ledger, client = new SFNClient({})): Waits {
  const complete = async ({ taskToken, carry, outcome }: Wait) => {
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
    leaveToken: async (id, taskToken, time, carry) =>
      complete(await ledger.set<Wait>(keyOf(id), { taskToken, carry, expires: expires(time) })),
    // The first terminal outcome stays: an image that is deprecated years later was AVAILABLE when we waited.
    bringOutcome: async (id, outcome, time) =>
      complete(await ledger.set<Wait>(keyOf(id), { expires: expires(time) }, { outcome })),
    complete: (taskToken) => end(taskToken, {}),
    forget: (id) => ledger.unset(keyOf(id), ['taskToken', 'outcome']),
  }
}
