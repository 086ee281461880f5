import type { VirtualClock } from '../clock.ts'
import type { History } from './history.ts'

/** Thrown out of whatever a cancelled thread was waiting for; never a state's failure. */
export class Cancelled extends Error {}

/** Types whose states have an `...Aborted` event. */
const ABORTABLE = new Set(['Task', 'Wait', 'Parallel', 'Map'])

/**
 * One line of control through states: an execution, a branch of a Parallel, an iteration of a Map. It chains its
 * events by `previousEventId`, and cancelling it cancels everything below it.
 */
export class Thread {
  /** The id of the event that the next one follows. */
  last: number
  /** The type of the state that the thread is in. */
  current: string | undefined
  #cancelled = false
  readonly #stops = new Set<() => void>()
  readonly #children = new Set<Thread>()
  readonly #history: History
  readonly #clock: VirtualClock

  constructor(history: History, clock: VirtualClock, last = 0) {
    this.#history = history
    this.#clock = clock
    this.last = last
  }

  get cancelled(): boolean {
    return this.#cancelled
  }

  record(type: string, details?: Record<string, unknown>): number {
    if (this.#cancelled) throw new Cancelled()
    this.last = this.#history.record(type, this.last, details)
    return this.last
  }

  branch(): Thread {
    const child = new Thread(this.#history, this.#clock, this.last)
    this.#children.add(child)
    return child
  }

  /** Ends the thread and all below it, at once: what they wait for rejects with Cancelled. */
  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    for (const child of this.#children) child.cancel()
    for (const stop of this.#stops) stop()
  }

  /** Records `...Aborted` for the states that this thread and those below it are in; all follow one event. */
  recordAborted(previousEventId: number, only?: string): void {
    for (const child of this.#children) child.recordAborted(previousEventId)
    if (this.current && ABORTABLE.has(this.current) && (!only || only === this.current)) {
      this.#history.record(`${this.current}StateAborted`, previousEventId)
    }
    this.current = undefined
  }

  /** Waits for what `begin` starts, or for the thread to be cancelled; what `begin` returns is called at the end. */
  wait<T>(
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => (() => void) | undefined,
  ): Promise<T> {
    if (this.#cancelled) return Promise.reject(new Cancelled())
    return new Promise((resolve, reject) => {
      let ended = false
      let release: (() => void) | undefined
      const end = (settle: () => void) => {
        if (ended) return
        ended = true
        this.#stops.delete(stop)
        release?.()
        settle()
      }
      const stop = () => end(() => reject(new Cancelled()))
      this.#stops.add(stop)
      release = begin(
        (value) => end(() => resolve(value)),
        (error) => end(() => reject(error)),
      )
      if (ended) release?.()
    })
  }

  /** Resolves at `time`; in its own turn of the clock even when that is now. */
  until(time: number): Promise<void> {
    return this.wait((resolve) => this.#clock.at(time, resolve))
  }

  /** Calls `stop` when the thread is cancelled; returns what takes that back. */
  onCancel(stop: () => void): () => void {
    this.#stops.add(stop)
    return () => this.#stops.delete(stop)
  }

  /** A finished branch is no longer anyone's to abort. */
  end(child: Thread): void {
    this.#children.delete(child)
  }
}
