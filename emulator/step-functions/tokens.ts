import { type Json, PAYLOAD_LIMIT, StatesError, TaskFailure } from './types.ts'

/** What a task that waits for its token does with the calls that name it. */
export interface Waiter {
  /** The role of the machine that waits. */
  roleArn: string
  /** Whether Step Functions knows the token by now. */
  isKnown(): boolean
  succeed(output: Json): void
  fail(failure: TaskFailure): void
  heartbeat(): void
}

/**
 * Task tokens of one account. A token is good for one completion: afterwards, and after the task timed out or was
 * aborted, it is answered with TaskTimedOut.
 */
export class Tokens {
  readonly #waiters = new Map<string, Waiter>()
  readonly #closed = new Set<string>()

  /** How many tasks wait for a call; `among` says of which roles' machines. */
  outstanding(among: (roleArn: string) => boolean = () => true): number {
    return [...this.#waiters.values()].filter(({ roleArn }) => among(roleArn)).length
  }

  open(token: string, waiter: Waiter): void {
    this.#waiters.set(token, waiter)
  }

  close(token: string): void {
    if (this.#waiters.delete(token)) this.#closed.add(token)
  }

  /** SendTaskSuccess: the output is JSON text. Throws InvalidToken, TaskDoesNotExist, TaskTimedOut, InvalidOutput. */
  succeed(token: unknown, output: unknown): void {
    const waiter = this.#find(token)
    const value = parseOutput(output)
    this.close(token as string)
    waiter.succeed(value)
  }

  /** SendTaskFailure. */
  fail(token: unknown, error?: string, cause?: string): void {
    const waiter = this.#find(token)
    this.close(token as string)
    waiter.fail(new TaskFailure(error, cause))
  }

  /** SendTaskHeartbeat: starts the task's heartbeat interval again. */
  heartbeat(token: unknown): void {
    this.#find(token).heartbeat()
  }

  #find(token: unknown): Waiter {
    const waiter = this.#waiters.get(token as string)
    if (waiter?.isKnown()) return waiter
    if (waiter) throw new StatesError('TaskDoesNotExist', "Task Does Not Exist: 'Provided task does not exist'")
    if (this.#closed.has(token as string)) {
      throw new StatesError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'")
    }
    throw new StatesError('InvalidToken', "Invalid Token: 'Invalid token'")
  }
}

function parseOutput(output: unknown): Json {
  try {
    if (typeof output !== 'string' || Buffer.byteLength(output) > PAYLOAD_LIMIT) throw new Error()
    return JSON.parse(output)
  } catch {
    throw new StatesError('InvalidOutput', "Invalid Output: 'Invalid JSON or larger than 262144 bytes'")
  }
}
