import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chatNoteOf, emailOf, formsOf, notificationOf } from '../../../domain/messages/forms.ts'
import { kinds, severities } from '../../../domain/messages/kinds.ts'
import type { Message } from '../../../domain/messages/message.ts'

const message: Message = {
  kind: 'image-failed',
  severity: 'error',
  level: 'summary',
  about: { campaign: 'al2023-ami-1', image: 'web' },
  subject: 'Failed: web was not released',
  body: 'web was not released: <b> & more.\n\nWhy: exit 1',
  links: [{ title: 'Execution', url: 'https://example.com/x' }],
  facts: { image: 'web' },
}
const arbitraryMessage = fc.record({
  kind: fc.constantFrom(...kinds),
  severity: fc.constantFrom(...severities),
  level: fc.constantFrom('summary' as const, 'detail' as const),
  about: fc.record(
    { campaign: fc.string({ maxLength: 120 }), image: fc.string({ maxLength: 120 }) },
    { requiredKeys: [] },
  ),
  subject: fc.string({ maxLength: 100 }),
  body: fc.string({ maxLength: 12_000 }),
  links: fc.array(fc.record({ title: fc.constant('Build log'), url: fc.webUrl() }), { maxLength: 3 }),
  facts: fc.dictionary(fc.string(), fc.string()),
}) as fc.Arbitrary<Message>

it('is mail with its links at the end', () => {
  expect(emailOf(message)).toBe(`${message.body}\n\nExecution: https://example.com/x`)
  expect(emailOf({ ...message, links: [] })).toBe(message.body)
})

describe('a note for Amazon Q in chat applications', () => {
  it('is in the thread of its campaign, in Slack’s markdown', () => {
    expect(chatNoteOf(message)).toEqual({
      version: '1.0',
      source: 'custom',
      id: notificationOf(message).id,
      content: {
        textType: 'client-markdown',
        title: ':red_circle: Failed: web was not released',
        description: 'web was not released: &lt;b&gt; &amp; more.\n\nWhy: exit 1\n\n<https://example.com/x|Execution>',
        keywords: ['image-failed', 'error', 'campaign: al2023-ami-1', 'image: web'],
      },
      metadata: { threadId: 'al2023-ami-1', summary: 'Campaign al2023-ami-1' },
    })
    expect(chatNoteOf({ ...message, about: {} })).not.toHaveProperty('metadata')
  })

  it('keeps to the limits of its schema, whatever is told', () => {
    fc.assert(
      fc.property(arbitraryMessage, (any) => {
        const { content } = chatNoteOf(any)
        expect(content.title.length).toBeLessThanOrEqual(250)
        expect(content.description.length).toBeLessThanOrEqual(8_000)
        for (const keyword of content.keywords) expect(keyword.length).toBeLessThanOrEqual(75)
      }),
    )
  })
})

describe('a notification', () => {
  it('of the same fact has the same id, and of another another', () => {
    expect(notificationOf({ ...message, body: 'in other words' }).id).toBe(notificationOf(message).id)
    expect(notificationOf({ ...message, about: { image: 'api' } }).id).not.toBe(notificationOf(message).id)
  })

  it('leaves out facts that SNS would not take', () => {
    const facts = { images: Array.from({ length: 9_000 }, (_, i) => `an-image-with-a-long-name-${i}`) }
    const all = Object.values(formsOf({ ...message, facts })).join('')
    expect(all.length).toBeLessThan(262_144)
    expect(notificationOf({ ...message, facts }).facts).toEqual({ omitted: 'too long for a message' })
  })
})
