import type { Protocol } from './channels.ts'
import { iconOf } from './icons.ts'
import { escapedForSlack, firstOf } from './markup.ts'
import type { Message, Notification } from './message.ts'

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
 * By protocol, as SNS's `MessageStructure: json` has them. What SNS would not take is left out: first the facts, then the
 * end of the text. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function formsOf(message: Message): Record<Protocol | 'default', string> {
  const whole = wholeFormsOf(message)
  if (fits(whole)) return whole
  const brief = { ...message, facts: { omitted: 'too long for a message' } }
  let forms = wholeFormsOf(brief)
  for (let length = message.body.length / 2; !fits(forms) && length > 100; length /= 2)
    forms = wholeFormsOf({ ...brief, body: `${firstOf(message.body, length)}\n\nThe rest is too long for a message.` })
  return forms
}

const fits = (forms: Record<string, string>) => Buffer.byteLength(JSON.stringify(forms)) <= mostBytes

function wholeFormsOf(message: Message): Record<Protocol | 'default', string> {
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
