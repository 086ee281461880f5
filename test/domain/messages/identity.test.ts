import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IdentifyingFacts, type Kind, kinds } from '../../../domain/messages/kinds.ts'
import { header, idOf } from '../../../domain/messages/message.ts'
import { imageRolledBack, type RolledBackFacts } from '../../../domain/messages/operations.ts'
import { waiversExpire } from '../../../domain/messages/waivers.ts'

it('tells two pairs of waivers apart that end a year apart', () => {
  const pair = (year: number) => {
    const waiver = { owner: 'security', reason: 'no shell', images: [] }
    const waivers = ['CVE-2026-1', 'CVE-2026-2'].map((cve) => ({ ...waiver, cve, expires: `${year}-09-20` }))
    return waiversExpire({ waivers }).id
  }
  expect(pair(2027)).not.toBe(pair(2026))
})

it('tells two rollbacks of an image to one version apart', () => {
  const facts: RolledBackFacts = {
    image: 'web',
    from: '1.0.2/1',
    to: '1.0.1/1',
    by: 'arn:aws:iam::111122223333:user/ada',
    operation: 'rollback-web-20260901T100000Z',
    execution: 'arn:aws:states:us-west-2:111122223333:execution:golden-rollback:x',
    hold: true,
    problems: [],
  }
  const later = { ...facts, operation: 'rollback-web-20260908T100000Z' }
  expect(imageRolledBack(later).id).not.toBe(imageRolledBack(facts).id)
})

/** Few names, and such as look like several: what is different must not run together. */
const name = fc.constantFrom('a', 'b', 'a/b', 'a,b', '["a","b"]', 'null', '')
const optional = fc.option(name, { nil: undefined })
const end = { operation: name, end: fc.constantFrom('ended' as const, 'stopped' as const) }

/** The facts that each kind is identified by. */
const facts: { [K in Kind]: fc.Arbitrary<IdentifyingFacts<K>> } = {
  'campaign-planned': fc.record({ campaign: name }),
  'campaign-waiting': fc.record({ campaign: name, image: optional, ring: optional, until: name }),
  'campaign-finished': fc.record({ campaign: name }),
  'upstream-refused': fc
    .record({
      event: optional,
      ami: name,
      account: name,
      upstream: optional,
      code: fc.constantFrom('older', 'malformed'),
    })
    .map(({ event, upstream, ...known }) => ({
      ...known,
      ...(event !== undefined && { event }),
      ...(upstream !== undefined && { upstream }),
    })),
  'image-released': fc.record({ campaign: name, image: name, version: name }),
  'image-failed': fc.record({ campaign: name, image: name }),
  'image-stale': fc.record({ campaign: name, image: name, tries: fc.nat(3) }),
  'image-warned': fc.record({ campaign: name, image: name, ami: name }),
  'waiver-expiring': fc.record({ waivers: fc.array(fc.record({ cve: name, expires: name }), { maxLength: 3 }) }),
  'approval-requested': fc.record({ campaign: name, image: name, ring: fc.record({ ring: name }) }),
  'approval-reminder': fc.record({
    waiting: fc.array(fc.record({ campaign: name, image: name, ring: name, until: name }), { maxLength: 3 }),
  }),
  'image-rolled-back': fc.record(end),
  'release-revoked': fc.record(end),
  'retirement-report': fc.record({
    operation: name,
    stage: fc.constantFrom('planned' as const, 'incomplete' as const),
  }),
}

/** Facts as a text that is the same where they are: lists in any order, and of an event its id alone. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).sort().join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  const { event, ami, account, ...rest } = value as Record<string, unknown>
  const known = event === undefined ? { ami, account, ...rest } : { event, ...rest }
  const members = Object.entries(known).filter(([, member]) => member !== undefined)
  return `{${members
    .map(([key, member]) => `${JSON.stringify(key)}:${textOf(member)}`)
    .sort()
    .join()}}`
}

describe.each(kinds)('%s', <K extends Kind>(kind: K) => {
  it('has the same id for the same facts, and another for others', () => {
    fc.assert(
      fc.property(facts[kind], facts[kind], (one, other) => {
        expect(idOf(kind, one) === idOf(kind, other)).toBe(textOf(one) === textOf(other))
      }),
      { numRuns: 500 },
    )
  })
})

it('no two kinds share an id, whatever the facts', () => {
  const any = fc.constantFrom(...kinds).chain(<K extends Kind>(kind: K) => facts[kind].map((of) => ({ kind, of })))
  fc.assert(
    fc.property(any, any, (one, other) => {
      fc.pre(one.kind !== other.kind)
      expect(idOf(one.kind, one.of)).not.toBe(idOf(other.kind, other.of))
    }),
  )
})

it('does not compile without a fact of the identity', () => {
  // @ts-expect-error the image is missing
  header('image-failed', 'error', 'summary', { campaign: 'a' })
  // @ts-expect-error nothing that failed is only information
  header('image-failed', 'info', 'summary', { campaign: 'a', image: 'b' })
  // @ts-expect-error a release is no summary
  header('image-released', 'info', 'summary', { campaign: 'a', image: 'b', version: 'c' })
  expect(header('image-failed', 'error', 'summary', { campaign: 'a', image: 'b' }).kind).toBe('image-failed')
})

it('is made as docs/fleet.md says', () => {
  expect(idOf('image-failed', { campaign: 'a', image: 'b' })).toBe(
    createHash('sha256').update('["image-failed","a","b"]').digest('hex').slice(0, 32),
  )
})
