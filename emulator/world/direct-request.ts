import { EventEmitter } from 'node:events'
import type { RequestOptions } from 'node:http'
import { Readable } from 'node:stream'
import type { WireRequest, WireResponse } from '../protocol/wire.ts'

/** Bodies come whole, as text or bytes: the SDK's clients for these services stream nothing. */
type Body = string | Uint8Array

/**
 * An HTTP request to the emulator of this process, with what the SDK's client uses of Node's `ClientRequest`. It goes without a
 * socket: what else the host does changes nothing, and a call costs less.
 */
class DirectRequest extends EventEmitter {
  /** The client sets its timeouts on it. Nothing is on the way that could time out. */
  readonly socket = Object.assign(new EventEmitter(), { connecting: false, setKeepAlive() {}, setTimeout() {} })
  readonly #options: RequestOptions
  readonly #answer: (request: WireRequest) => Promise<WireResponse>
  #isDestroyed = false

  constructor(options: RequestOptions, answer: (request: WireRequest) => Promise<WireResponse>) {
    super()
    this.#options = options
    this.#answer = answer
  }

  end(body: Body = ''): void {
    const { method = 'GET', path: target, headers = {} } = this.#options
    const [path = '/', query = ''] = (target ?? '/').split('?')
    const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])
    const text = typeof body === 'string' ? body : Buffer.from(body).toString()
    const request = { method, path, query, headers: Object.fromEntries(named), body: text }
    this.#answer(request).then(
      (reply) => this.#receive(reply),
      (error: Error) => this.destroy(error),
    )
  }

  destroy(error?: Error): void {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    if (error) this.emit('error', error)
    this.emit('close')
  }

  #receive({ status: statusCode, headers, body }: WireResponse): void {
    if (this.#isDestroyed) return
    const chunks = body === '' ? [] : [Buffer.from(body)]
    const message = Object.assign(Readable.from(chunks), { statusCode, statusMessage: '', headers, complete: true })
    this.emit('response', message)
    this.emit('close')
  }
}

/** `http.request` for requests that the emulator answers. */
export function requestDirectly(
  options: RequestOptions,
  answer: (request: WireRequest) => Promise<WireResponse>,
  receive: (response: unknown) => void,
): DirectRequest {
  return new DirectRequest(options, answer).once('response', receive)
}
