import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Notification } from '../../domain/messages/message.ts'
import { postToSlack } from '../../functions/post-to-slack/post-to-slack.ts'
import type { Secret } from '../../functions/post-to-slack/secret.ts'
import { type Refusal, Slack } from '../../rehearsal/slack.ts'
import { memoryLedger } from '../support/ledger.ts'

/** The function's own work against the emulator, over HTTP. */

let slack: Slack
let paused: number[]
beforeEach(async () => {
  slack = await Slack.open(() => Date.parse('2026-09-01T06:00:00Z'))
  paused = []
})
afterEach(() => slack.close())

const notification = (kind: Notification['kind'], id: string): Notification => ({
  version: '1',
  id,
  kind,
  severity: 'error',
  level: 'summary',
  about: { campaign: 'c', image: 'web' },
  subject: `Message ${id}`,
  body: 'web was not released.',
  links: [],
  facts: {},
})
const ledger = () => memoryLedger()
const bot: Secret = { token: 'xoxb-1', channel: 'C1' }
const post = (secret: Secret, id: string, { kind = 'image-failed' as Notification['kind'], kept = ledger() } = {}) =>
  postToSlack(
    {
      ledger: kept,
      apiUrl: slack.apiUrl,
      fetch,
      sleep: async (ms: number) => void paused.push(ms),
      secret: { name: 'golden/slack', read: async () => secret },
    },
    { MessageId: id, Timestamp: '2026-09-01T06:00:00Z', Message: notification(kind, id) },
  )

describe.each(['a bot', 'a webhook'])('%s', (who) => {
  const secret = () => (who === 'a bot' ? bot : { url: slack.webhookUrl })

  it.each<[Refusal[], number, number]>([
    [[], 1, 0],
    [['rate-limited'], 2, 1_000],
    [['server-error', 'server-error'], 3, 3_000],
    [['lost'], 2, 1_000],
  ])('posts once after %j, in %i requests and %i ms of waiting', async (refusals, requests, waited) => {
    slack.refusals.push(...refusals)
    await post(secret(), 'm1')
    expect(slack.posts).toHaveLength(1)
    expect(slack.requests).toBe(requests)
    expect(paused.reduce((sum, ms) => sum + ms, 0)).toBe(waited)
  })

  it.each<Refusal>(['invalid_payload', 'channel_not_found'])(
    'reports %s at once, to be kept as a dead letter',
    async (refusal) => {
      slack.refusals.push(refusal)
      await expect(post(secret(), 'm1')).rejects.toMatchObject({
        name: 'SlackRefused',
        message: expect.stringMatching(new RegExp(`^channel of secret golden/slack: Slack says ${refusal}\\. `)),
      })
      expect([slack.requests, slack.posts, paused]).toEqual([1, [], []])
    },
  )
})

it('makes one thread of a campaign, whose first message says how it ended', async () => {
  const kept = ledger()
  for (const [id, kind] of [
    ['m1', 'campaign-planned'],
    ['m2', 'image-failed'],
    ['m2', 'image-failed'],
    ['m3', 'campaign-finished'],
  ] as const)
    await post(bot, id, { kind, kept })
  const [first, ...replies] = slack.posts
  expect(first?.text).toContain('Message m3')
  expect(replies.map(({ text, thread }) => [text.replace(/^\S+ /, ''), thread])).toEqual([
    ['Message m2', first?.ts],
    ['Message m3', first?.ts],
  ])
})
