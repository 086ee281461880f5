import type { Notification } from '../../domain/messages/message.ts'
import { slackMessage } from '../../domain/messages/slack.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { SecretSource } from './secret.ts'
import { type SlackDeps, slackFor } from './slack.ts'

interface PostToSlackDeps extends SlackDeps {
  ledger: Pick<Ledger, 'threads'>
  secret: SecretSource
  /** Of the Web API, such as https://slack.com/api. */
  apiUrl: string
}

/** As SNS brings it. */
interface SnsMessage {
  MessageId: string
  /** ISO 8601. */
  Timestamp: string
  Message: Notification
}

/**
 * Posts a notification to one channel, once however often it is brought. A bot makes one thread of a campaign, and lets
 * its first message tell how the campaign ended.
 *
 * @throws SlackRefused, Transient
 */
export async function postToSlack(
  deps: PostToSlackDeps,
  { MessageId: messageId, Timestamp: time, Message: notification }: SnsMessage,
): Promise<void> {
  const { ledger, apiUrl } = deps
  const secret = await deps.secret.read()
  const post = slackFor(deps, deps.secret.name)
  const message = slackMessage(notification)
  const place = {
    channel: 'channel' in secret ? secret.channel : deps.secret.name,
    campaign: notification.about.campaign,
    message: messageId,
  }
  const remembered = await ledger.threads.read(place)
  let thread = remembered
  if (!remembered?.[messageId]) {
    const { ts } =
      'url' in secret
        ? await post({ url: secret.url, body: message })
        : await post({
            url: `${apiUrl}/chat.postMessage`,
            token: secret.token,
            body: {
              ...message,
              channel: secret.channel,
              unfurl_links: false,
              unfurl_media: false,
              ...(remembered?.ts && { thread_ts: remembered.ts }),
            },
          })
    thread = await ledger.threads.recordPosted(place, ts, time)
  }
  if (notification.kind !== 'campaign-finished' || !('token' in secret)) return
  // The reply is there by now. Done again after a crash, this changes nothing.
  const { ts } = thread ?? {}
  if (ts === undefined || ts === thread?.[messageId]) return
  const update = { url: `${apiUrl}/chat.update`, token: secret.token }
  await post({ ...update, body: { ...message, channel: secret.channel, ts } }).catch(unlessFixed)
}

/**
 * Somebody deleted the first message, or the workspace lets nobody change one so old: its thread tells all the same.
 * https://docs.slack.dev/reference/methods/chat.update#errors
 */
function unlessFixed(error: Error & { code?: string }): void {
  const fixed = ['message_not_found', 'cant_update_message', 'edit_window_closed']
  if (!fixed.includes(error.code ?? '')) throw error
}
