import { greatest } from '../greatest.ts'
import { iconOf } from './icons.ts'
import { escapedForSlack, firstOf } from './markup.ts'
import { type Link, type Notification, plural } from './message.ts'

interface Text {
  type: 'mrkdwn' | 'plain_text'
  text: string
  emoji?: true
}

export type Block =
  | { type: 'header'; text: Text }
  | { type: 'section'; text: Text }
  | { type: 'context'; elements: Text[] }

/** What chat.postMessage, chat.update and incoming webhooks take; `text` is for push notifications and screen readers. */
export interface SlackMessage {
  text: string
  blocks: Block[]
}

/** https://docs.slack.dev/reference/block-kit/blocks */
const most = {
  blocks: 50,
  header: 150,
  text: 3_000,
  elements: 10,
  // Slack answers msg_blocks_too_long at some 12,000 characters in all blocks, which no page of its reference says; what
  // counts beside the text is not known, and so all is counted here. https://github.com/slackapi/bolt-js/issues/2509
  message: 10_000,
  /** Ours: a title and its URL, so that links leave room for the text. */
  link: 600,
}

/** A notification as Slack shows it: what does not fit is left out, and the message says so. */
export function slackMessage(notification: Notification): SlackMessage {
  const { subject, links } = notification
  const title = `${iconOf(notification)} ${subject}`
  const head: Block = {
    type: 'header',
    text: { type: 'plain_text', text: firstOf(title, most.header), emoji: true },
  }
  const foot = [...contextOf(links.slice(0, most.elements).map(linkOf)), ...contextOf([aboutOf(notification)])]
  const all = linesOf(notification.body)
  const first = (count: number): Block[] => [
    head,
    ...sectionsOf(all.slice(0, count)),
    ...(count < all.length ? [section(leftOut(all.length - count, all.length, notification))] : []),
    ...foot,
  ]
  const count = greatest(all.length, (lines) => fits(first(lines)))
  return { text: escaped(title), blocks: first(count) }
}

const fits = (blocks: Block[]) => blocks.length <= most.blocks && JSON.stringify(blocks).length <= most.message

interface Line {
  text: string
  /** Lines that begin with two blanks are a table: they keep their columns. */
  table: boolean
}

/** 500 characters that are all escaped still fit in a section: a line is never divided between two. */
const longest = /.{1,500}(?=\s|$)|.{1,500}/gsu

const linesOf = (body: string): Line[] =>
  body
    .trimEnd()
    .split(/\r?\n/)
    .flatMap((line) =>
      (line.match(longest) ?? ['']).map((text) => ({ text: escaped(text), table: line.startsWith('  ') })),
    )

const fence = '```'

/** As few sections as there can be, each of text or of a table. */
function sectionsOf(lines: Line[]): Block[] {
  const room = most.text - 2 * fence.length - 2
  const pieces: Line[] = []
  for (const { text, table } of lines) {
    const last = pieces.at(-1)
    if (last?.table === table && last.text.length + 1 + text.length <= room) last.text += `\n${text}`
    else pieces.push({ text, table })
  }
  return pieces
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, table }) => section(table ? `${fence}\n${text}\n${fence}` : text.trim()))
}

const section = (text: string): Block => ({ type: 'section', text: { type: 'mrkdwn', text } })

const contextOf = (texts: string[]): Block[] =>
  texts.length === 0 ? [] : [{ type: 'context', elements: texts.map((text) => ({ type: 'mrkdwn', text })) }]

/** What SNS had no room for, email does not have either. */
function leftOut(count: number, total: number, { about, omittedLines = 0 }: Notification): string {
  const ledger =
    about.campaign === undefined ? 'the ledger all' : `the ledger all of campaign ${escaped(about.campaign)}`
  const email = about.campaign === undefined ? 'Email has them all' : `Email has them all, ${ledger}`
  const where = omittedLines > 0 ? `Email has more, ${ledger}` : email
  const lines = `${plural(count + omittedLines, 'line')} of ${total + omittedLines}`
  return firstOf(`_${lines} left out here. ${where}._`, most.link)
}

/**
 * A link in a text and not a button: Slack asks the app about each click on a button, even on one with a URL, and warns
 * anybody who clicks where the app has nobody to answer.
 * https://docs.slack.dev/reference/block-kit/block-elements/button-element
 */
function linkOf({ title, url }: Link): string {
  const link = `<${escaped(url).replaceAll('|', '%7C')}|${escaped(title)}>`
  return link.length <= most.link ? link : firstOf(escaped(title), most.link)
}

/** What the message is about, and so what one can subscribe to. */
const aboutOf = ({ severity, kind, about }: Notification) => {
  const parts = Object.entries({ severity, kind, ...about }).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: *${escaped(value)}*`,
  )
  return firstOf(parts.join('  |  '), most.link)
}

/** A fence inside of a table would end it, so a blank of no width keeps it apart. */
const escaped = (text: string) => escapedForSlack(text.toWellFormed()).replaceAll(fence, '`\u200b`\u200b`')
