import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kinds, severities } from '../../../domain/messages/kinds.ts'
import type { Notification } from '../../../domain/messages/message.ts'
import { type Block, slackMessage } from '../../../domain/messages/slack.ts'

const released: Notification = {
  version: '1',
  id: 'n-1',
  kind: 'image-released',
  severity: 'info',
  level: 'detail',
  about: { campaign: 'soe-1', image: 'payments-api' },
  facts: {},
  subject: 'Released: payments-api 1.0.3/1',
  body: 'payments-api 1.0.3/1 is in all of its rings.\n\n  eu-west-1  ami-0a\n  us-east-1  ami-0b\n\nNothing < 2 & > 1 is to be done.\n',
  links: [{ title: 'Rebake & co', url: 'https://console.aws.amazon.com/?a=1&b=<2>|3' }],
}
const failed: Notification = {
  ...released,
  kind: 'image-failed',
  severity: 'error',
  subject: 'Failed: payments-api',
  body: 'Its build failed.',
  links: [],
  about: { image: 'payments-api', ring: 'early' },
}
const texts = (blocks: Block[]) =>
  blocks.flatMap((block) => (block.type === 'context' ? block.elements : [block.text])).map(({ text }) => text)

describe('a message', () => {
  it('has a title, text and tables in turn, links, and what it is about', () => {
    expect(slackMessage(released)).toEqual({
      text: ':white_check_mark: Released: payments-api 1.0.3/1',
      blocks: [
        {
          type: 'header',
          text: {
            type: 'plain_text',
            text: ':white_check_mark: Released: payments-api 1.0.3/1',
            emoji: true,
          },
        },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: 'payments-api 1.0.3/1 is in all of its rings.' },
        },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: '```\n  eu-west-1  ami-0a\n  us-east-1  ami-0b\n```' },
        },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: 'Nothing &lt; 2 &amp; &gt; 1 is to be done.' },
        },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              text: '<https://console.aws.amazon.com/?a=1&amp;b=&lt;2&gt;%7C3|Rebake &amp; co>',
            },
          ],
        },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              text: 'severity: *info*  |  kind: *image-released*  |  campaign: *soe-1*  |  image: *payments-api*',
            },
          ],
        },
      ],
    })
  })

  it('of an error is red, and has no links where there are none', () => {
    const { text, blocks } = slackMessage(failed)
    expect(text).toBe(':red_circle: Failed: payments-api')
    expect(texts(blocks)).toEqual([
      ':red_circle: Failed: payments-api',
      'Its build failed.',
      'severity: *error*  |  kind: *image-failed*  |  image: *payments-api*  |  ring: *early*',
    ])
  })

  it.each([
    ['campaign-planned', 'info', ':information_source:'],
    ['campaign-finished', 'info', ':white_check_mark:'],
    ['campaign-finished', 'error', ':red_circle:'],
    ['image-stale', 'warning', ':warning:'],
  ] as const)('%s of severity %s has the sign %s', (kind, severity, sign) => {
    expect(slackMessage({ ...failed, kind, severity }).text).toMatch(new RegExp(`^${sign} `))
  })

  it('says how much of it is left out, and where that is', () => {
    const body = Array.from({ length: 400 }, (_, i) => `  image-${i}  released  ami-0123456789abcdef0`).join('\n')
    const long = texts(slackMessage({ ...released, body }).blocks)
    const shown =
      long
        .filter((text) => text.startsWith('```'))
        .join('\n')
        .match(/image-\d+/g) ?? []
    expect(shown.length).toBeGreaterThan(150)
    expect(long).toContain(
      `_${400 - shown.length} lines of 400 left out here. Email has them all, the ledger all of campaign soe-1._`,
    )
    const about = {}
    expect(texts(slackMessage({ ...released, body, about }).blocks).join()).toContain('Email has them all._')
    // What SNS had no room for, email does not have either.
    const omittedLines = 1_000
    const shorter = texts(slackMessage({ ...released, body, omittedLines }).blocks)
    expect(shorter).toContain(
      `_${1_400 - shown.length} lines of 1400 left out here. Email has more, the ledger all of campaign soe-1._`,
    )
    expect(texts(slackMessage({ ...released, body, about, omittedLines }).blocks).join()).toContain(
      'Email has more, the ledger all._',
    )
  })
})

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('&', '<!channel>', '```', '  ', 'x'.repeat(700), '😀'.repeat(600), '&'.repeat(900), '\ud83d'),
)
const line = fc.oneof(
  fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')),
  fc.array(word, { maxLength: 3 }).map((words) => `  ${words.join('  ')}`),
)
const bodies = fc.oneof(
  fc.array(line, { maxLength: 40 }),
  fc.array(fc.constantFrom('text', '  table'), { maxLength: 400 }),
  fc.array(fc.constant('  a row of a table'), { minLength: 300, maxLength: 900 }),
)
const name = fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }), { nil: undefined })
const notifications = fc.record({
  version: fc.constant('1' as const),
  id: fc.uuid(),
  facts: fc.constant({}),
  kind: fc.constantFrom(...kinds),
  severity: fc.constantFrom(...severities),
  level: fc.constantFrom('summary' as const, 'detail' as const),
  about: fc.record({ campaign: name, image: name }) as fc.Arbitrary<Notification['about']>,
  subject: fc.string({ minLength: 1, maxLength: 100 }),
  body: bodies.map((lines) => lines.join('\n')),
  links: fc.array(
    fc.record({
      title: fc.string({ minLength: 1, maxLength: 300 }),
      url: fc.webUrl({ withQueryParameters: true }),
    }),
    { maxLength: 12 },
  ),
})

/** What somebody reads, without blanks: lines are broken where Slack needs it. */
const read = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll('\u200b', '')
    .replaceAll(/\s/g, '')

describe('any message', () => {
  it('keeps within what Slack takes', () => {
    fc.assert(
      fc.property(notifications, (notification) => {
        const { blocks } = slackMessage(notification)
        expect(blocks.length).toBeLessThanOrEqual(50)
        expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(10_000)
        for (const block of blocks) {
          if (block.type === 'context') expect(block.elements.length).toBeLessThanOrEqual(10)
          const most = block.type === 'header' ? 150 : 3_000
          for (const text of texts([block])) {
            expect(text.length).toBeLessThanOrEqual(most)
            expect(text.trim()).not.toBe('')
            expect(text.isWellFormed()).toBe(true)
          }
        }
      }),
    )
  })

  it('mentions nobody and opens no link that is not its own', () => {
    fc.assert(
      fc.property(notifications, (notification) => {
        const sections = slackMessage(notification).blocks.filter(({ type }) => type === 'section')
        for (const text of texts(sections)) expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
      }),
    )
  })

  it('loses nothing of its body but the end that it says it has left out', () => {
    fc.assert(
      fc.property(notifications, (notification) => {
        const sections = texts(slackMessage(notification).blocks.filter(({ type }) => type === 'section'))
        const last = sections.at(-1) ?? ''
        const isCut = /^_\d+ lines? of \d+ left out here\. /.test(last)
        const shown = (isCut ? sections.slice(0, -1) : sections)
          .map((text) => text.match(/^```\n([\s\S]*)\n```$/)?.[1] ?? text)
          .join('')
        const whole = read(notification.body.toWellFormed())
        if (isCut) expect(whole.startsWith(read(shown))).toBe(true)
        else expect(read(shown)).toBe(whole)
        // Much is shown before anything is left out.
        if (isCut) expect(shown.length).toBeGreaterThan(300)
      }),
    )
  })
})
