import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { setImmediate as nextTurn, setTimeout as real } from 'node:timers/promises'

/**
 * Real milliseconds, and turns of the event loop, in which nobody else pauses or calls, after which time jumps: those who work
 * side by side pause together. On a host that is busy the milliseconds may pass between two turns.
 */
const quiet = 4
const quietTurns = 20
/** Real milliseconds after which a call that is not answered counts no more: it may be somebody else's, and wait for the clock. */
const longestCall = 5_000

/** Calls of this process that are not answered yet, and when they began. */
const open = new Map<unknown, number>()
subscribe('http.client.request.created', (message) => {
  const { request } = message as { request: ClientRequest }
  open.set(request, performance.now())
  request.once('close', () => open.delete(request))
})

const isCalling = () => [...open.values()].some((since) => performance.now() - since < longestCall)

/** Resolves when nothing has been called for a while. */
async function silence(): Promise<void> {
  let turns = 0
  while (turns < quietTurns) {
    if (isCalling()) await real(1)
    else await nextTurn()
    turns = isCalling() ? 0 : turns + 1
  }
}

/**
 * Pauses of a handler that runs while the clock stands: its own time goes ahead of the clock's, and the invocation takes as much
 * longer. One handler runs at a time.
 */
export class Pauses {
  /** Milliseconds by which the handler is ahead of the clock. */
  ahead = 0
  readonly #onJump: (ahead: number) => void
  #waiting: { until: number; resume: () => void }[] = []

  constructor(onJump: (ahead: number) => void) {
    this.#onJump = onJump
  }

  /** What a bundle is given as `node:timers/promises`. */
  readonly timers = { setTimeout: (milliseconds = 0) => this.#pause(milliseconds) }

  /** A handler has ended: the next is with the clock. */
  end(): void {
    this.#jump(0)
  }

  async #pause(milliseconds: number): Promise<void> {
    const waited = new Promise<void>((resume) => {
      this.#waiting.push({ until: this.ahead + milliseconds, resume })
    })
    await real(quiet)
    await silence()
    const next = Math.min(...this.#waiting.map(({ until }) => until))
    if (Number.isFinite(next)) {
      this.#jump(Math.max(this.ahead, next))
      const due = this.#waiting.filter(({ until }) => until <= this.ahead)
      this.#waiting = this.#waiting.filter(({ until }) => until > this.ahead)
      for (const { resume } of due) resume()
    }
    await waited
  }

  #jump(ahead: number): void {
    this.ahead = ahead
    this.#onJump(ahead)
  }
}
