import { SlackRefused, Transient } from '../../domain/errors.ts'

export interface SlackDeps {
  fetch: typeof fetch
  /** Milliseconds. */
  sleep: (ms: number) => Promise<unknown>
}

interface Answer {
  ok: boolean
  /** Slack's code of what is wrong. */
  error?: string
  /** The id of a message, within its channel. */
  ts?: string
}

/** Milliseconds: how long one message may wait for Slack in all, and how long one request may take. */
const patience = 300_000
const requestTimeout = 10_000
const longestPause = 64_000

/** What Slack says of its own troubles in an answer of status 200. */
const passing = [
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
]

export interface PostInput {
  url: string
  token?: string
  body: object
}

/**
 * Slack, for one message: what passes is waited for, up to five minutes in all of its requests.
 *
 * A request whose answer is lost may have been heard, and Slack knows no client token: the message is there twice then,
 * which is better than not at all.
 *
 * @throws SlackRefused, Transient; neither tells the URL or the token.
 */
export function slackFor({ fetch, sleep }: SlackDeps, secret: string) {
  let left = patience
  return async ({ url, token, body }: PostInput): Promise<Answer> => {
    for (let attempt = 0; ; attempt++) {
      const found = await attemptOf(fetch, { url, body, ...(token !== undefined && { token }) })
      if ('answer' in found) {
        if (found.answer.ok) return found.answer
        throw refused(secret, found.answer.error ?? 'no reason')
      }
      const pause = found.retryAfter ?? Math.min(1_000 * 2 ** attempt, longestPause)
      if (pause > left)
        throw new Transient(
          `channel of secret ${secret}: Slack is unavailable (${found.trouble}); given up after five minutes`,
        )
      left -= pause
      await sleep(pause)
    }
  }
}

type Found = { answer: Answer } | { trouble: string; retryAfter?: number }

async function attemptOf(send: typeof fetch, { url, token, body }: PostInput): Promise<Found> {
  let response: Response
  let text: string
  try {
    response = await send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(requestTimeout),
    })
    text = await response.text()
  } catch (error) {
    return { trouble: lostBy(error) }
  }
  const { status } = response
  // https://docs.slack.dev/apis/web-api/rate-limits
  if (status === 429) {
    const seconds = Number(response.headers.get('retry-after'))
    return { trouble: 'HTTP 429', ...(seconds > 0 && { retryAfter: seconds * 1_000 }) }
  }
  if (status >= 500) return { trouble: `HTTP ${status}` }
  const answer = token === undefined ? ofWebhook(status, text) : ofWebApi(status, text)
  return !answer.ok && passing.includes(answer.error ?? '') ? { trouble: `${answer.error}` } : { answer }
}

/** The code of what was lost, or its name: its message may have the URL. */
function lostBy(error: unknown): string {
  const { cause = error } = error as { cause?: unknown }
  const { code, name } = cause as { code?: string; name?: string }
  return typeof code === 'string' ? code : (name ?? 'no connection')
}

/** `ok`, or a code with a status of 4xx. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
const ofWebhook = (status: number, text: string): Answer =>
  status === 200 && text === 'ok' ? { ok: true } : { ok: false, error: codeIn(text, status) }

/** Always 200 with JSON, whether it was done or not. https://docs.slack.dev/apis/web-api */
function ofWebApi(status: number, text: string): Answer {
  try {
    const { ok, error, ts } = JSON.parse(text) as Partial<Record<keyof Answer, unknown>>
    if (ok === true && typeof ts === 'string') return { ok, ts }
    return { ok: false, error: codeIn(String(error), status) }
  } catch {
    return { ok: false, error: `HTTP ${status}` }
  }
}

/** Whatever is at the wrong URL answers in its own way, and need not be shown. */
const codeIn = (text: string, status: number) => (/^[a-z_]{1,60}$/.test(text) ? text : `HTTP ${status}`)

function refused(secret: string, code: string) {
  const [, todo = `Look it up: ${errors}.`] = advice.find(([codes]) => codes.includes(code)) ?? []
  const what = code.startsWith('HTTP') ? 'This is not how Slack answers: look at the URL in the secret.' : todo
  return Object.assign(new SlackRefused(`channel of secret ${secret}: Slack says ${code}. ${what}`), { code })
}

const errors = 'https://docs.slack.dev/reference/methods/chat.postMessage'

/** What to do about what Slack says. */
const advice: [codes: string[], todo: string][] = [
  [
    ['invalid_auth', 'not_authed', 'token_revoked', 'token_expired', 'account_inactive', 'not_allowed_token_type'],
    'Put a bot token that is valid (xoxb-...) into the secret.',
  ],
  [['missing_scope', 'no_permission'], 'Give the app the scope chat:write, and install it again.'],
  [['not_in_channel'], 'Invite the app to the channel: /invite @APP.'],
  [['channel_not_found'], 'Put the id of the channel (C...) into the secret, and invite the app there: /invite @APP.'],
  [['is_archived', 'channel_is_archived'], 'Unarchive the channel, or put another one into the secret.'],
  [
    ['no_service', 'no_team', 'no_active_hooks', 'invalid_token', 'user_not_found'],
    'The webhook is no more: make a new one, and put its URL into the secret.',
  ],
  [
    ['action_prohibited', 'posting_to_general_channel_denied', 'restricted_action', 'ekm_access_denied'],
    'An administrator of the workspace does not let apps post there.',
  ],
  [
    ['invalid_payload', 'invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long', 'msg_too_long', 'no_text'],
    'This is a fault of Rebake: report it, with the dead letter.',
  ],
]
