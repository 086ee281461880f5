import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { protocols } from '../../../domain/messages/channels.ts'
import { attributesOf, chatNoteOf, emailOf, formsOf, notificationOf } from '../../../domain/messages/forms.ts'
import { kinds } from '../../../domain/messages/kinds.ts'
import type { Message } from '../../../domain/messages/message.ts'
import { kindTable, reference } from '../../../domain/messages/reference.ts'
import { slackMessage } from '../../../domain/messages/slack.ts'
import { refusalCodes } from '../../../domain/planning/refusals.ts'
import { samples } from '../../support/every-message.ts'

const messagesOf = (kind: (typeof kinds)[number]) =>
  samples[kind].flatMap(({ message, rereported, others }) => [message, ...rereported, ...others])

describe.each(kinds)('%s', (kind) => {
  const messages = messagesOf(kind)

  it('is what its row says that it may be', () => {
    const { severities, levels } = reference[kind]
    for (const message of messages) {
      expect(message.kind).toBe(kind)
      expect(severities).toContain(message.severity)
      expect(levels).toContain(message.level)
    }
  })

  it('is what SNS takes', () => {
    for (const message of messages) {
      expect(message.subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/)
      expect(publishedBytes(message)).toBeLessThanOrEqual(262_144)
      expect(emailOf(message).length).toBeLessThan(64_000)
    }
  })

  it('is what Slack takes', () => {
    for (const message of messages) {
      const { blocks, text } = slackMessage(notificationOf(message))
      expect(blocks.length).toBeLessThanOrEqual(50)
      for (const block of blocks)
        for (const { text: each } of 'elements' in block ? block.elements : [block.text])
          expect(each.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3_000)
      expect(text).toContain(message.subject)
      expect(JSON.stringify(blocks)).not.toContain('<b>')
    }
  })

  it('is what Amazon Q takes', () => {
    for (const message of messages) {
      const { content } = chatNoteOf(message)
      expect(content.title.length).toBeLessThanOrEqual(250)
      expect(content.description.length).toBeLessThanOrEqual(8_000)
      for (const keyword of content.keywords) expect(keyword.length).toBeLessThanOrEqual(75)
      expect(content.description).not.toContain('<b>')
    }
  })

  it('has the same icon wherever people chat', () => {
    for (const message of messages) {
      const [icon] = slackMessage(notificationOf(message)).text.split(' ')
      expect(chatNoteOf(message).content.title.split(' ')[0]).toBe(icon)
    }
  })

  it('has an id that follows from its facts, and not from its words', () => {
    for (const { message, rereported } of samples[kind]) {
      expect(message.id).toMatch(/^[0-9a-f]{32}$/)
      for (const again of rereported) {
        expect([again.subject, again.body]).not.toEqual([message.subject, message.body])
        expect(again.id).toBe(message.id)
      }
    }
  })
})

/** As SNS counts: the forms, and each attribute with its name and type. */
const publishedBytes = (message: Message) =>
  Object.entries(attributesOf(message)).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`),
    Buffer.byteLength(JSON.stringify(formsOf(message))),
  )

it('no two facts of any kinds have one id', () => {
  const facts = Object.values(samples)
    .flat()
    .flatMap(({ message, others }) => [message, ...others])
  // The other facts of two builders of a kind are not those of one.
  expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length)
})

/** `vitest -u` writes it into the page. */
it('docs/fleet.md has the table of kinds', async () => {
  const page = readFileSync('docs/fleet.md', 'utf8')
  const table = /^\| kind \| (severity \| )?level \|.*?(?=\n\n)/ms
  expect(page).toMatch(table)
  await expect(page.replace(table, kindTable)).toMatchFileSnapshot('../../../docs/fleet.md')
})

it.each(protocols)('docs/fleet.md says what a subscriber by %s gets', (protocol) => {
  expect(readFileSync('docs/fleet.md', 'utf8')).toMatch(new RegExp(`^\\| .*\`${protocol}\`.* \\| .* \\|$`, 'm'))
})

it.each(refusalCodes)('docs/fleet.md names the code %s of a refused upstream', (code) => {
  expect(readFileSync('docs/fleet.md', 'utf8')).toContain(`\`${code}\``)
})

it('says of a warning that the image goes on', () => {
  expect(emailOf(samples['image-warned'][0]?.message as Message)).toBe(`web goes on as ami-0b, and its checks warn:

  packages: forbidden: installed: telnet

An advisory check does not stop it. A waiver that ends will: renew it in fleet.yaml, or fix what it is for.
Warnings of other images of this campaign are not reported one by one: the ledger has them.
Campaign: soe-ami-0a`)
})

it('says of waivers that end whose they are and for which images', () => {
  const message = samples['waiver-expiring'][0]?.message as Message
  expect(message.subject).toBe('2 waivers will expire')
  expect(emailOf(message)).toBe(`After its day, a waiver fails the check of the images that it is for:
  CVE-2026-1, the last day 2026-09-20: no shell (security), for web
  CVE-2026-2, the last day 2026-09-21: not reachable (web team), for all images

Fix what it is for and take the waiver away, or give it another day in fleet.yaml, and deploy.`)
})
