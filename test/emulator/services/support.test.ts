import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ClientTokens, Partitions, pageOf } from '../../../emulator/services/support.ts'

it('pages have every item once, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), (items, size) => {
      const seen: number[] = []
      let token: string | undefined
      do {
        const page = pageOf(items, { size, token, most: 5, invalidToken: 'InvalidNextToken' })
        expect(page.items.length).toBeLessThanOrEqual(Math.min(size, 5))
        seen.push(...page.items)
        token = page.next
      } while (token !== undefined)
      expect(seen).toEqual(items)
    }),
  )
})

it.each(['', '?', 'cGFnZS8', Buffer.from('page/-1').toString('base64url')])('%j is no page', (token) => {
  const page = () => pageOf([1, 2], { token, most: 1, invalidToken: 'InvalidNextToken' })
  expect(page).toThrow(expect.objectContaining({ name: 'InvalidNextToken' }))
})

it('a token acts once, whatever the order of its input’s members', () => {
  const tokens = new ClientTokens()
  let acts = 0
  const act = (input: object) => tokens.once('scope', { clientToken: 't', ...input }, () => ++acts)
  expect([act({ a: 1, b: { c: 2, d: 3 } }), act({ b: { d: 3, c: 2 }, a: 1 })]).toEqual([1, 1])
  expect(() => act({ a: 2 })).toThrow(expect.objectContaining({ name: 'IdempotentParameterMismatchException' }))
  expect(tokens.once('other', { clientToken: 't' }, () => ++acts)).toBe(2)
})

it('keeps accounts and regions apart', () => {
  const parts = new Partitions<string[]>((account, region) => [`${account} ${region}`])
  parts.in({ account: 'a', region: 'r' }).push('more')
  expect(parts.in({ account: 'a', region: 'r' })).toEqual(['a r', 'more'])
  expect(parts.in({ account: 'a', region: 's' })).toEqual(['a s'])
})
