import { AsyncLocalStorage } from 'node:async_hooks'
import http, { type RequestOptions } from 'node:http'
import { aheadHeader } from '../http-server.ts'
import type { WireRequest, WireResponse } from '../protocol/wire.ts'
import type { Modules } from './bundle.ts'
import { requestDirectly } from './direct-request.ts'
import { quickCrypto } from './quick-crypto.ts'

/** The emulator, as what runs in its process reaches it. */
interface Destination {
  /** Its URL, to which the SDK's clients send. */
  endpoint: string
  answer: (request: WireRequest) => Promise<WireResponse>
}

/**
 * Pauses of a handler that runs while the clock stands. A pause takes no real time: from then on, what the handler does there is
 * so much ahead of the clock, each of its parallel branches by itself, and its calls carry that along. The invocation takes as much
 * longer as its longest branch. No real time decides anything, so one seed gives one outcome on any host. One handler runs at a time.
 */
export class Pauses {
  readonly #ahead = new AsyncLocalStorage<number>()
  #longest = 0
  /** What a bundle is given in place of these modules. */
  readonly modules: Modules

  constructor({ endpoint, answer }: Destination) {
    const { hostname, port } = new URL(endpoint)
    const request = (options: RequestOptions, ...more: never[]) => {
      const headers = Object.assign({}, options.headers, { [aheadHeader]: this.#here() })
      const sent = Object.assign({}, options, { headers })
      const isOurs = options.host === hostname && String(options.port) === port
      return isOurs ? requestDirectly(sent, answer, ...(more as unknown as [() => void])) : http.request(sent, ...more)
    }
    const timers = { setTimeout: (milliseconds = 0) => this.#pause(milliseconds) }
    const calling = Object.assign({}, http, { request })
    this.modules = { 'timers/promises': timers, http: calling, crypto: quickCrypto }
  }

  /** Milliseconds by which the longest branch of the handler that runs is ahead of the clock. */
  get longest(): number {
    return this.#longest
  }

  /** The same of the branch that asks. What comes after several branches is in none of them: its calls are made by the clock. */
  #here(): number {
    return this.#ahead.getStore() ?? 0
  }

  /** Runs a handler; `paused` is how many milliseconds longer it took. */
  async during<T>(work: () => Promise<T>): Promise<{ answer: T; paused: number }> {
    this.#longest = 0
    const answer = await this.#ahead.run(0, work)
    return { answer, paused: this.#longest }
  }

  /** Not async: what it enters is then the branch's that calls it. */
  #pause(milliseconds: number): Promise<void> {
    const ahead = this.#here() + milliseconds
    this.#ahead.enterWith(ahead)
    this.#longest = Math.max(this.#longest, ahead)
    return Promise.resolve()
  }
}
