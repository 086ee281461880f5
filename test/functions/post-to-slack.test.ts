import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Notification } from '../../domain/messages/message.ts'
import { postToSlack } from '../../functions/post-to-slack/post-to-slack.ts'
import { type Secret, secretOf } from '../../functions/post-to-slack/secret.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const Timestamp = '2026-09-01T12:00:00.000Z'
const webhook = 'https://hooks.slack.com/services/T0/B0/verysecret'
const bot = { token: 'xoxb-verysecret', channel: 'C0123' }
const notification = (more: Partial<Notification> = {}): Notification => ({
  version: '1',
  id: 'n',
  kind: 'campaign-planned',
  severity: 'info',
  level: 'summary',
  links: [],
  about: { campaign: 'soe-1' },
  subject: 'Planned: 2 images',
  body: 'They will be rebaked.',
  facts: {},
  ...more,
})

type Reply = { status?: number; body?: string | object; headers?: Record<string, string> } | Error
const done = (ts: string): Reply => ({ body: { ok: true, ts } })
const refusal = (error: string): Reply => ({ body: { ok: false, error } })

/** Slack, which answers in turn, and a clock that nobody waits for. */
function world(secret: Secret, ...replies: Reply[]) {
  const requests: { url: string; authorization: string | null; body: Record<string, unknown> }[] = []
  const slept: number[] = []
  const send = async (url: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body))
    requests.push({ url, authorization: new Headers(init.headers).get('authorization'), body })
    const reply = replies.length > 1 ? replies.shift() : replies[0]
    if (reply instanceof Error) throw reply
    const { status = 200, body: answer = 'ok', headers = {} } = reply ?? {}
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status, headers })
  }
  const ledger = memoryLedger()
  const deps = {
    ledger,
    apiUrl: 'https://slack.com/api',
    fetch: send as unknown as typeof fetch,
    sleep: async (ms: number) => slept.push(ms),
    secret: { name: 'golden/slack', read: async () => secret },
  }
  const post = (MessageId: string, more: Partial<Notification> = {}) =>
    postToSlack(deps, { MessageId, Timestamp, Message: notification(more) })
  return { ledger, requests, slept, post, methods: () => requests.map(({ url }) => url.split('/').at(-1)) }
}

describe('a webhook', () => {
  it('gets each message by itself', async () => {
    const { post, requests } = world({ url: webhook }, {})
    await post('m1')
    await post('m2', { kind: 'campaign-finished' })
    expect(requests.map(({ url, authorization }) => [url, authorization])).toEqual([
      [webhook, null],
      [webhook, null],
    ])
    expect(requests[0]?.body).toEqual({
      text: ':information_source: Planned: 2 images',
      blocks: expect.any(Array),
    })
  })

  it('gets a message once, however often SNS brings it', async () => {
    const { post, requests, ledger } = world({ url: webhook }, {})
    await post('m1')
    await post('m1')
    await post('m3', { about: {} })
    await post('m3', { about: {} })
    expect(requests).toHaveLength(2)
    const expires = Date.parse('2026-10-01T12:00:00Z') / 1000
    expect([...ledger.items.values()]).toEqual([
      { pk: 'CAMPAIGN#soe-1', sk: 'SLACK#golden/slack', m1: 'posted', expires, schema: 1 },
      { pk: 'SLACK#golden/slack', sk: 'MESSAGE#m3', m3: 'posted', expires, schema: 1 },
    ])
  })
})

describe('a bot', () => {
  it('makes one thread of a campaign, whose first message tells how it ended', async () => {
    const { post, requests, methods } = world(bot, done('1.1'), done('1.2'), done('1.3'), done('1.1'))
    await post('m1')
    await post('m2', { kind: 'image-failed', severity: 'error' })
    await post('m3', { kind: 'campaign-finished', subject: 'Finished: 2 released' })
    expect(methods()).toEqual(['chat.postMessage', 'chat.postMessage', 'chat.postMessage', 'chat.update'])
    expect(requests.every(({ authorization }) => authorization === 'Bearer xoxb-verysecret')).toBe(true)
    expect(requests.map(({ body }) => [body.channel, body.thread_ts, body.ts])).toEqual([
      ['C0123', undefined, undefined],
      ['C0123', '1.1', undefined],
      ['C0123', '1.1', undefined],
      ['C0123', undefined, '1.1'],
    ])
    expect(requests[3]?.body).toMatchObject({ text: ':white_check_mark: Finished: 2 released' })
  })

  it('keeps campaigns apart, and what is about none', async () => {
    const { post, requests } = world(bot, done('1.1'), done('1.2'), done('1.3'), done('1.4'))
    await post('m1')
    await post('m2', { about: { campaign: 'soe-2' } })
    await post('m3', { about: { upstream: 'soe' } })
    await post('m4', { about: { upstream: 'soe' } })
    expect(requests.map(({ body }) => body.thread_ts)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('changes nothing where the end is the first that it hears of', async () => {
    const { post, methods } = world(bot, done('1.1'))
    await post('m1', { kind: 'campaign-finished' })
    expect(methods()).toEqual(['chat.postMessage'])
  })

  it('posts a message that comes twice once, and only makes sure of the end', async () => {
    const { post, methods } = world(bot, done('1.1'), done('1.2'), { status: 403 }, done('1.1'))
    await post('m1')
    await post('m1')
    await expect(post('m2', { kind: 'campaign-finished' })).rejects.toThrow('Slack says HTTP 403')
    await post('m2', { kind: 'campaign-finished' })
    expect(methods()).toEqual(['chat.postMessage', 'chat.postMessage', 'chat.update', 'chat.update'])
  })

  it.each(['message_not_found', 'edit_window_closed', 'cant_update_message'])(
    'leaves a first message alone of which Slack says %s',
    async (code) => {
      const { post, methods } = world(bot, done('1.1'), done('1.2'), refusal(code))
      await post('m1')
      await expect(post('m2', { kind: 'campaign-finished' })).resolves.toBeUndefined()
      expect(methods()).toEqual(['chat.postMessage', 'chat.postMessage', 'chat.update'])
    },
  )
})

describe('what passes', () => {
  const reset = Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('read'), { code: 'ECONNRESET' }),
  })
  it.each<[string, Secret, Reply, number]>([
    ['HTTP 429', bot, { status: 429, headers: { 'retry-after': '30' }, body: '' }, 30_000],
    ['HTTP 429 without a time', { url: webhook }, { status: 429, body: '' }, 1_000],
    ['HTTP 500', { url: webhook }, { status: 500, body: 'rollup_error' }, 1_000],
    ['HTTP 503', bot, { status: 503, body: '<html>' }, 1_000],
    ['a fault that Slack owns to', bot, refusal('internal_error'), 1_000],
    ['a lost connection', bot, reset, 1_000],
    ['no answer in time', bot, new DOMException('aborted', 'TimeoutError'), 1_000],
  ])('%s is waited for', async (_, secret, reply, pause) => {
    const { post, requests, slept } = world(secret, reply, 'url' in secret ? {} : done('1.1'))
    await post('m1')
    expect(requests).toHaveLength(2)
    expect(slept).toEqual([pause])
  })

  it.each<[string, Reply]>([
    ['HTTP 500', { status: 500, body: '' }],
    ['ECONNRESET', reset],
    ['TimeoutError', new DOMException('aborted', 'TimeoutError')],
  ])('%s is waited for up to five minutes, and then thrown', async (trouble, reply) => {
    const { post, slept, ledger } = world({ url: webhook }, reply)
    await expect(post('m1')).rejects.toMatchObject({
      name: 'Transient',
      message: `channel of secret golden/slack: Slack is unavailable (${trouble}); given up after five minutes`,
    })
    expect(slept).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64].map((seconds) => seconds * 1_000))
    expect(ledger.items.size).toBe(0)
  })

  it('nobody waits longer than that because Slack says so', async () => {
    const { post, slept } = world(bot, { status: 429, headers: { 'retry-after': '301' } })
    await expect(post('m1')).rejects.toThrow('HTTP 429')
    expect(slept).toEqual([])
  })
})

describe('what does not pass', () => {
  it.each<[Secret, Reply, string]>([
    [
      { url: webhook },
      { status: 400, body: 'invalid_payload' },
      'invalid_payload. This is a fault of Rebake: report it, with the dead letter.',
    ],
    [
      { url: webhook },
      { status: 404, body: 'no_service' },
      'no_service. The webhook is no more: make a new one, and put its URL into the secret.',
    ],
    [
      { url: webhook },
      { status: 410, body: 'channel_is_archived' },
      'channel_is_archived. Unarchive the channel, or put another one into the secret.',
    ],
    [
      { url: webhook },
      { status: 403, body: 'action_prohibited' },
      'action_prohibited. An administrator of the workspace does not let apps post there.',
    ],
    [
      { url: webhook },
      { status: 404, body: `<html>no ${webhook}</html>` },
      'HTTP 404. This is not how Slack answers: look at the URL in the secret.',
    ],
    [{ url: webhook }, { body: '<html>' }, 'HTTP 200. This is not how Slack answers: look at the URL in the secret.'],
    [
      { url: webhook },
      { status: 302, body: '' },
      'HTTP 302. This is not how Slack answers: look at the URL in the secret.',
    ],
    [
      bot,
      refusal('channel_not_found'),
      'channel_not_found. Put the id of the channel (C...) into the secret, and invite the app there: /invite @APP.',
    ],
    [bot, refusal('not_in_channel'), 'not_in_channel. Invite the app to the channel: /invite @APP.'],
    [bot, refusal('invalid_auth'), 'invalid_auth. Put a bot token that is valid (xoxb-...) into the secret.'],
    [bot, refusal('missing_scope'), 'missing_scope. Give the app the scope chat:write, and install it again.'],
    [
      bot,
      refusal('team_added_to_org'),
      'team_added_to_org. Look it up: https://docs.slack.dev/reference/methods/chat.postMessage.',
    ],
    [bot, { body: 'no JSON' }, 'HTTP 200. This is not how Slack answers: look at the URL in the secret.'],
  ])('%o: %o is thrown at once, with what to do', async (secret, reply, reported) => {
    const { post, requests, slept, ledger } = world(secret, reply)
    const error = await post('m1').catch((thrown: Error) => thrown)
    expect(error).toMatchObject({
      name: 'SlackRefused',
      message: `channel of secret golden/slack: Slack says ${reported}`,
    })
    expect(JSON.stringify(error) + String(error)).not.toContain('verysecret')
    expect([requests.length, slept.length, ledger.items.size]).toEqual([1, 0, 0])
  })
})

describe('the secret', () => {
  const secrets = mockOf(SecretsManagerClient)
  beforeEach(() => secrets.reset())
  const read = (now?: () => number) => secretOf(new SecretsManagerClient({}), 'golden/slack', now)
  const holds = (SecretString: string) => secrets.on(GetSecretValueCommand).resolves({ SecretString })

  it.each([{ url: webhook }, bot])('is %o', async (secret) => {
    holds(JSON.stringify(secret))
    await expect(read().read()).resolves.toEqual(secret)
    expect(secrets.commandCalls(GetSecretValueCommand)[0]?.args[0].input).toEqual({
      SecretId: 'golden/slack',
    })
  })

  it('is read again after five minutes', async () => {
    let now = 0
    const source = read(() => now)
    for (const [at, calls] of [
      [0, 1],
      [299_999, 1],
      [300_000, 2],
    ] as const) {
      now = at
      holds(JSON.stringify({ url: `${webhook}${at}` }))
      const url = `${webhook}${calls === 1 ? 0 : at}`
      await expect(source.read()).resolves.toEqual({ url })
    }
  })

  it.each([
    ['verysecret'],
    ['"verysecret"'],
    ['{"token": "verysecret"}'],
    ['{"token": "verysecret", "channel": ""}'],
    ['{"url": "verysecret"}'],
    [JSON.stringify({ url: webhook, ...bot })],
    [''],
  ])('%s is refused, and not reported', async (value) => {
    holds(value)
    const error = await read()
      .read()
      .catch((thrown: Error) => thrown)
    expect(error).toMatchObject({
      name: 'SlackRefused',
      message:
        'secret golden/slack: it must be JSON, { "url": ... } of an incoming webhook or { "token": ..., "channel": ... } of a bot, and nothing else',
    })
    expect((error as Error).cause).toBeUndefined()
  })

  it.each([
    ['ResourceNotFoundException', 'SlackRefused', /^secret golden\/slack: there is none of this name/],
    ['AccessDeniedException', 'SlackRefused', /^secret golden\/slack: it may not be read/],
    ['InternalServiceError', 'InternalServiceError', /^away$/],
  ])('that cannot be had for %s is thrown as %s', async (name, as, message) => {
    secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error('away'), { name }))
    await expect(read().read()).rejects.toMatchObject({
      name: as,
      message: expect.stringMatching(message),
    })
  })
})
