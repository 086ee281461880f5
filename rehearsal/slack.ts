import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// Ours, because nothing on npm emulates Slack; kept to what is posted to.

/** How Slack answers instead of doing what it is asked. */
export type Refusal = 'rate-limited' | 'server-error' | 'lost' | 'invalid_payload' | 'channel_not_found'

/** What is to be seen in a channel. */
export interface Post {
  channel: string
  ts: string
  /** Of the message that it answers. */
  thread?: string
  text: string
  blocks: object[]
}

/** Slack's incoming webhooks and the part of its Web API that posts: chat.postMessage and chat.update. */
export class Slack {
  readonly posts: Post[] = []
  /** Channels that are not there any more. */
  readonly gone = new Set<string>()
  /** What becomes of the requests that come next. */
  readonly refusals: Refusal[] = []
  /** Requests, refused ones included. */
  requests = 0
  readonly #now: () => number
  readonly #server = createServer((request, response) => void this.#take(request, response))

  private constructor(now: () => number) {
    this.#now = now
  }

  /** Listens on loopback; `now` is in epoch milliseconds. */
  static async open(now: () => number): Promise<Slack> {
    const slack = new Slack(now)
    await new Promise<void>((resolve) => slack.#server.listen(0, '127.0.0.1', resolve))
    return slack
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }
  /** In the place of https://slack.com/api. */
  get apiUrl(): string {
    return `${this.#origin}/api`
  }
  /** Leads a function that posts to Slack here. */
  environmentOf({ environment }: { environment: Record<string, string> }): Record<string, string> {
    return environment.SLACK_API_URL === undefined ? {} : { SLACK_API_URL: this.apiUrl }
  }
  get webhookUrl(): string {
    return `${this.#origin}/services/T0000/B0000/webhook`
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += chunk
    this.requests++
    const { url = '' } = request
    const refusal = this.refusals.shift()
    if (refusal === 'lost') return void request.socket.destroy()
    // https://docs.slack.dev/apis/web-api/rate-limits
    if (refusal === 'rate-limited') return void response.writeHead(429, { 'retry-after': '1' }).end()
    if (refusal === 'server-error') return void response.writeHead(500).end()
    const isWebhook = url.startsWith('/services/')
    const body = JSON.parse(text) as {
      channel?: string
      ts?: string
      thread_ts?: string
      text: string
      blocks: object[]
    }
    if (refusal)
      return isWebhook ? void response.writeHead(400).end(refusal) : json(response, { ok: false, error: refusal })
    if (isWebhook) {
      this.#post({ ...body, channel: 'webhook' })
      return void response.end('ok')
    }
    if (!request.headers.authorization?.startsWith('Bearer ')) return json(response, { ok: false, error: 'not_authed' })
    if (this.gone.has(body.channel ?? '')) return json(response, { ok: false, error: 'channel_not_found' })
    json(response, url === '/api/chat.update' ? this.#update(body) : this.#post(body))
  }

  #post({
    channel = '',
    thread_ts: thread,
    text,
    blocks,
  }: {
    channel?: string
    thread_ts?: string
    text: string
    blocks: object[]
  }) {
    const ts = `${Math.floor(this.#now() / 1000)}.${String(this.posts.length + 1).padStart(6, '0')}`
    this.posts.push({ channel, ts, text, blocks, ...(thread !== undefined && { thread }) })
    return { ok: true, channel, ts }
  }

  #update({ channel, ts, text, blocks }: { channel?: string; ts?: string; text: string; blocks: object[] }) {
    const post = this.posts.find((each) => each.channel === channel && each.ts === ts)
    if (!post) return { ok: false, error: 'message_not_found' }
    Object.assign(post, { text, blocks })
    return { ok: true, channel, ts, text }
  }
}

const json = (response: ServerResponse, body: object): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
