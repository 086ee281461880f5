import { command } from '../command-text.ts'
import { greatest } from '../greatest.ts'
import type { Protocol } from './channels.ts'
import { iconOf } from './icons.ts'
import { escapedForSlack, firstOf } from './markup.ts'
import { type Message, type Notification, plural } from './message.ts'

/**
 * Bytes: SNS takes 256 KiB for all forms of a message together, and counts the attributes, too.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const mostBytes = 262_144 - 2_048

/** For programs and functions. */
export const notificationOf = (message: Message): Notification => ({ version: '1', ...message })

/** For a person's mail. */
export const emailOf = ({ body, links }: Message): string =>
  [body, ...(links.length > 0 ? ['', ...links.map(({ title, url }) => `${title}: ${url}`)] : [])].join('\n')

/**
 * For Amazon Q Developer in chat applications, which was AWS Chatbot. The messages of a campaign are one thread.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export function chatNoteOf(message: Message) {
  const { id, kind, severity, about, subject, body, links } = message
  const pages = links.map(({ title, url }) => `<${url}|${title}>`)
  const named = Object.entries(about).map(([name, value]) => `${name}: ${value}`)
  return {
    version: '1.0',
    source: 'custom',
    id,
    content: {
      textType: 'client-markdown',
      title: firstOf(`${iconOf(message)} ${escapedForSlack(subject)}`, 250),
      description: `${firstOf(escapedForSlack(body), 7_000)}${pages.length > 0 ? `\n\n${pages.join(' | ')}` : ''}`,
      keywords: [kind, severity, ...named].map((keyword) => firstOf(keyword, 75)),
    },
    ...(about.campaign && { metadata: { threadId: about.campaign, summary: `Campaign ${about.campaign}` } }),
  }
}

/**
 * By protocol, as SNS's `MessageStructure: json` has them. What SNS would not take is left out of every form: first the
 * facts, then the last lines of the text, which says how many they are and where they stand.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function formsOf(message: Message): Record<Protocol | 'default', string> {
  const whole = wholeFormsOf(notificationOf(message))
  if (fits(whole)) return whole
  const brief = { ...notificationOf(message), facts: { omitted: 'too long for a message' } }
  const all = message.body.split('\n')
  const first = (count: number): Notification => {
    const omittedLines = all.length - count
    return omittedLines === 0
      ? brief
      : { ...brief, omittedLines, body: cut(message, all.slice(0, count), omittedLines) }
  }
  const count = greatest(all.length, (lines) => fits(wholeFormsOf(first(lines))))
  if (count > 0) return wholeFormsOf(first(count))
  // One line alone is too long: its start is better than nothing.
  const [line = ''] = all
  const started = (length: number) => ({
    ...first(0),
    body: cut(message, [firstOf(line, length)], all.length),
  })
  return wholeFormsOf(started(greatest(line.length, (length) => fits(wholeFormsOf(started(length))))))
}

const cut = ({ about }: Message, shown: string[], omitted: number): string =>
  [
    ...shown,
    '',
    `${plural(omitted, 'line')} more: this is as much as a message can have. ${whereTheRestIs(about)}`,
  ].join('\n')

/** What has what a message has no room for. */
function whereTheRestIs({ campaign, image }: Message['about']): string {
  if (image !== undefined) return `${command('history', image)} has the rest.`
  if (campaign !== undefined) return `${command('status', campaign)} has the rest.`
  return `The ledger has the rest: ${command('status')}.`
}

const fits = (forms: Record<string, string>) => Buffer.byteLength(JSON.stringify(forms)) <= mostBytes

function wholeFormsOf(message: Notification): Record<Protocol | 'default', string> {
  const json = JSON.stringify(message)
  return {
    default: json,
    email: emailOf(message),
    https: JSON.stringify(chatNoteOf(message)),
    sqs: json,
    lambda: json,
  }
}

/** What subscribers filter by. */
export const attributesOf = ({ kind, severity, level, about }: Message): Record<string, string> => ({
  kind,
  severity,
  level,
  ...about,
})
