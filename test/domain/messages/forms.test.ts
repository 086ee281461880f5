import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chatNoteOf, emailOf, formsOf, notificationOf } from '../../../domain/messages/forms.ts'
import { imageReleased } from '../../../domain/messages/images.ts'
import { kinds, severities } from '../../../domain/messages/kinds.ts'
import type { Message } from '../../../domain/messages/message.ts'

const message: Message = {
  id: '0123456789abcdef0123456789abcdef',
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
  id: fc.constant(message.id),
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
      id: message.id,
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

  it('keeps to the limits of its schema, whatever is reported', () => {
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

describe('what SNS would not take', () => {
  const omitted = { omitted: 'too long for a message' }
  const published = (long: Message) => {
    const forms = formsOf(long)
    return { bytes: Buffer.byteLength(JSON.stringify(forms)), ...JSON.parse(forms.default) }
  }

  it.each([
    // Three of the forms have the facts, and quotes within quotes are escaped.
    ['many short facts', { images: Array.from({ length: 12_000 }, (_, i) => `${i}`) }],
    ['a character of several bytes', { reason: '\u6f22'.repeat(40_000) }],
  ])('is left out: %s', (_, facts) => {
    expect(JSON.stringify(facts).length).toBeLessThan(100_000)
    const { bytes, ...notification } = published({ ...message, facts })
    expect(bytes).toBeLessThan(262_144)
    expect(notification).toEqual({ ...notificationOf(message), facts: omitted })
  })

  it.each([
    [{ campaign: 'soe-1', image: 'web' }, '`npx --no-install rebake history web` has the rest.'],
    [{ campaign: 'soe-1' }, '`npx --no-install rebake status soe-1` has the rest.'],
    [{}, 'The ledger has the rest: `npx --no-install rebake status`.'],
  ])('is the last lines of the text where that is too long by itself: %j', (about, where) => {
    const lines = Array.from({ length: 4_000 }, (_, i) => `  image-${i}  failed: exited with 1`)
    const { bytes, body: shown, facts, omittedLines } = published({ ...message, about, body: lines.join('\n') })
    expect(bytes).toBeLessThan(262_144)
    // As much as there is room for.
    expect(bytes).toBeGreaterThan(255_000)
    expect(facts).toEqual(omitted)
    expect(shown.split('\n')).toEqual([
      ...lines.slice(0, 4_000 - omittedLines),
      '',
      `${omittedLines} lines more: this is as much as a message can have. ${where}`,
    ])
  })

  it('is left out of every form, and each says how much', () => {
    const forms = formsOf({ ...message, body: Array.from({ length: 20_000 }, (_, i) => `line ${i}`).join('\n') })
    const { omittedLines, body } = JSON.parse(forms.default)
    expect(omittedLines).toBeGreaterThan(1_000)
    expect(forms.email.startsWith(body)).toBe(true)
    for (const form of [forms.sqs, forms.lambda]) expect(form).toBe(forms.default)
  })

  it('is the end of a line that is too long by itself', () => {
    const { bytes, body, omittedLines } = published({ ...message, body: '\u6f22'.repeat(200_000) })
    expect(bytes).toBeLessThan(262_144)
    expect(bytes).toBeGreaterThan(255_000)
    expect([omittedLines, body]).toEqual([1, expect.stringMatching(/^\u6f22{10000,}\.\.\.\n\n1 line more: /)])
  })

  it('is the end of the release notes of an image with 2,000 targets', () => {
    const published = Array.from({ length: 2_000 }, (_, i) => ({
      account: String(222_200_000_000 + i),
      region: 'us-west-2',
      ami: `ami-${String(i).padStart(17, '0')}`,
    }))
    const released = imageReleased({
      campaign: 'soe-1',
      image: 'web',
      version: '1.0.3/1',
      ami: 'ami-00000000000000001',
      imageArn: '',
      execution: '',
      parentAmi: 'ami-00000000000000002',
      components: [],
      changes: {},
      rings: [{ ring: 'all', parameter: '/golden-images/web', published }],
    })
    const forms = formsOf(released)
    expect(Buffer.byteLength(JSON.stringify(forms))).toBeLessThan(262_144 - 2_048)
    const { omittedLines, body } = JSON.parse(forms.default)
    const named = body.match(/ami-\d{17}$/gm).length
    expect(body).toContain(`${omittedLines} lines more`)
    // The other lines that are left out are not about targets.
    expect([named + omittedLines - 2_000, named > 500]).toEqual([3, true])
  })

  it('is never published, whatever is reported', () => {
    const repeated = fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), fc.nat(60_000))
    fc.assert(
      fc.property(arbitraryMessage, repeated, repeated, (any, [text, times], [fact, count]) => {
        const long = { ...any, body: text.repeat(times), facts: { reason: fact.repeat(count) } }
        expect(published(long).bytes).toBeLessThan(262_144)
      }),
      { numRuns: 25 },
    )
  })
})
