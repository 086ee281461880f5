import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clientToken, rebakeName, shorten } from '../../domain/executions.ts'

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,90}$/)

it('gives names that Step Functions takes, different for different work', () => {
  fc.assert(
    fc.property(name, name, name, (campaign, a, b) => {
      expect(rebakeName(campaign, a)).toMatch(/^[A-Za-z0-9_-]{1,80}$/)
      if (a !== b) expect(rebakeName(campaign, a)).not.toBe(rebakeName(campaign, b))
    }),
  )
})

it.each([
  [80, 'x'.repeat(80)],
  [81, expect.stringMatching(/^x{67}-[0-9a-f]{12}$/)],
])('keeps a name of %i characters as it is, or its start with a hash', (length, expected) => {
  expect(shorten('x'.repeat(length))).toEqual(expected)
})

it('gives client tokens of 64 characters, the same for the same action', () => {
  expect(clientToken('bake', 'x')).toMatch(/^[0-9a-f]{64}$/)
  expect(clientToken('bake', 'x')).toBe(clientToken('bake', 'x'))
  expect(clientToken('a', 'bc')).not.toBe(clientToken('ab', 'c'))
})
