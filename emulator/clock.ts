import { setImmediate as nextTurn } from 'node:timers/promises'

interface Entry {
  time: number
  order: number
  action: () => void | Promise<void>
  cancelled: boolean
}

export interface ClockOptions {
  /**
   * How many real milliseconds the clock lets pass before it jumps to the next entry: 0 (the default) jumps
   * at once, Infinity walks at the wall's pace. Asked again before each entry, with its time.
   */
  patience?: (next: number) => number
}

/**
 * Virtual time. It moves only when nothing is in flight, to the next thing due: the clock pops one entry, lets
 * everything that follows from it finish (real I/O that is held included), then pops the next. Entries due at
 * the same instant go in the order of scheduling.
 */
export class VirtualClock {
  #now: number
  #order = 0
  #held = 0
  #released: () => void = () => {}
  #woken: () => void = () => {}
  #failure: { error: unknown } | undefined
  #walk: { from: number; started: number; until: number } | undefined
  readonly #entries: Entry[] = []
  readonly #patience: (next: number) => number

  /** `start` is the first instant, in epoch milliseconds. */
  constructor(start: number, options: ClockOptions = {}) {
    this.#now = start
    this.#patience = options.patience ?? (() => 0)
  }

  /** Epoch milliseconds of virtual time. */
  now(): number {
    if (!this.#walk) return this.#now
    const { from, started, until } = this.#walk
    return Math.min(until, from + Math.floor(performance.now() - started))
  }

  /** Runs `action` at `time` (at once when that is past). What it throws or rejects with ends `run`. */
  at(time: number, action: () => void | Promise<void>): () => void {
    const entry = { time: Math.max(time, this.now()), order: this.#order++, action, cancelled: false }
    push(this.#entries, entry)
    this.#woken()
    return () => {
      entry.cancelled = true
    }
  }

  /** Resolves when virtual time gets `ms` further; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = () => {
        cancel()
        reject(signal?.reason)
      }
      const cancel = this.at(this.now() + ms, () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Keeps time still while real work (I/O of a handler, a request being answered) is pending. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#held++
    try {
      return await work
    } finally {
      this.#held--
      if (this.#held === 0) this.#released()
    }
  }

  /**
   * Runs until nothing is due, `done` says so of the time of what is due next (Infinity where nothing is), or that lies after
   * `until` (time then is `until`).
   */
  async run(options: { until?: number; done?: (next: number) => boolean } = {}): Promise<void> {
    for (;;) {
      await this.#settle()
      const entry = this.#peek()
      if (options.done?.(entry?.time ?? Number.POSITIVE_INFINITY)) return
      if (!entry || entry.time > (options.until ?? Number.POSITIVE_INFINITY)) {
        this.#now = Math.max(this.#now, options.until ?? this.#now)
        return
      }
      const reached = await this.#reach(entry.time)
      if (!reached || this.#held > 0 || entry.cancelled) continue
      pop(this.#entries)
      this.#now = entry.time
      this.#start(entry)
    }
  }

  /** Runs for as long as the process serves: work that arrives from outside wakes the clock. */
  async serve(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#woken(), { once: true })
    while (!signal.aborted) {
      await this.run({ done: () => signal.aborted })
      if (signal.aborted || this.#peek()) continue
      await new Promise<void>((resolve) => {
        this.#woken = resolve
      })
    }
  }

  #start(entry: Entry): void {
    const fail = (error: unknown) => {
      this.#failure ??= { error }
    }
    try {
      Promise.resolve(entry.action()).catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  /** One turn of the event loop runs every promise continuation; held work may then lead to more. */
  async #settle(): Promise<void> {
    for (;;) {
      await nextTurn()
      if (this.#failure) {
        const { error } = this.#failure
        this.#failure = undefined
        throw error
      }
      if (this.#held === 0) return
      await new Promise<void>((resolve) => {
        this.#released = resolve
      })
    }
  }

  /** Lets real time pass as far as patience goes; false when something happened meanwhile. */
  async #reach(time: number): Promise<boolean> {
    const patience = Math.min(this.#patience(time), time - this.#now)
    if (patience <= 0) return true
    this.#walk = { from: this.#now, started: performance.now(), until: time }
    let timer: NodeJS.Timeout | undefined
    const waited = await new Promise<boolean>((resolve) => {
      this.#woken = () => resolve(false)
      timer = setTimeout(() => resolve(true), Math.min(patience, 2 ** 31 - 1))
    })
    clearTimeout(timer)
    this.#now = this.now()
    this.#walk = undefined
    return waited
  }

  #peek(): Entry | undefined {
    while (this.#entries[0]?.cancelled) pop(this.#entries)
    return this.#entries[0]
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}

/** A binary heap: the entry due first is at index 0. */
function push(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!before(entry, heap[parent] as Entry)) break
    heap[index] = heap[parent] as Entry
    index = parent
  }
  heap[index] = entry
}

function pop(heap: Entry[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++
    if (!before(heap[child] as Entry, last)) break
    heap[index] = heap[child] as Entry
    index = child
  }
  heap[index] = last
}
