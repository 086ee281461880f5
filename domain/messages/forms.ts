import { createHash } from 'node:crypto'
import { escapedForSlack, firstOf } from './markup.ts'
import type { Message, Notification } from './message.ts'

/** Characters of JSON: SNS takes 256 KiB for all forms of a message together. */
const mostFacts = 100_000

/** For programs and functions. The same fact told again has the same id. */
export function notificationOf(message: Message): Notification {
  const { kind, about, subject, facts } = message
  const id = createHash('sha256')
    .update(JSON.stringify([kind, about, subject]))
    .digest('hex')
    .slice(0, 32)
  const tooLong = JSON.stringify(facts).length > mostFacts
  return { version: '1', id, ...message, ...(tooLong && { facts: { omitted: 'too long for a message' } }) }
}

/** For a person's mail. */
export const emailOf = ({ body, links }: Message): string =>
  [body, ...(links.length > 0 ? ['', ...links.map(({ title, url }) => `${title}: ${url}`)] : [])].join('\n')

/**
 * For Amazon Q Developer in chat applications, which was AWS Chatbot. What is told of a campaign is one thread.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export function chatNoteOf(message: Message) {
  const { kind, severity, about, subject, body, links } = message
  const pages = links.map(({ title, url }) => `<${url}|${title}>`)
  const named = Object.entries(about).map(([name, value]) => `${name}: ${value}`)
  return {
    version: '1.0',
    source: 'custom',
    id: notificationOf(message).id,
    content: {
      textType: 'client-markdown',
      title: firstOf(`${icons[severity]} ${escapedForSlack(subject)}`, 250),
      description: `${firstOf(escapedForSlack(body), 7_000)}${pages.length > 0 ? `\n\n${pages.join(' | ')}` : ''}`,
      keywords: [kind, severity, ...named].map((keyword) => firstOf(keyword, 75)),
    },
    ...(about.campaign && { metadata: { threadId: about.campaign, summary: `Campaign ${about.campaign}` } }),
  }
}

const icons = { info: ':white_check_mark:', warning: ':warning:', error: ':red_circle:' }

/** By protocol, as SNS's `MessageStructure: json` has them. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function formsOf(message: Message): Record<string, string> {
  const json = JSON.stringify(notificationOf(message))
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
