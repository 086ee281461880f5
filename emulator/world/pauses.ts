import { setTimeout as real } from 'node:timers/promises'

/** Real milliseconds in which nobody else pauses, after which time jumps: those who work side by side pause together. */
const quiet = 4

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
