import crypto from 'node:crypto'
import { expect, it } from 'vitest'
import { quickCrypto } from '../../../emulator/world/quick-crypto.ts'

const keys = ['', 'AWS4secret', Buffer.alloc(32, 7), Buffer.alloc(64, 8), Buffer.alloc(65, 9), 'ä'.repeat(80)]

it.each(keys)('signs as Node does: %#', (key) => {
  const signed = ({ createHmac }: typeof crypto) =>
    createHmac('sha256', key).update('20260901').update(Buffer.from('/us-west-2')).digest().toString('hex')
  expect(signed(quickCrypto)).toBe(signed(crypto))
})

it('leaves every other algorithm, and all else, to Node', () => {
  const signed = ({ createHmac }: typeof crypto) => createHmac('sha1', 'key').update('text').digest('hex')
  expect(signed(quickCrypto)).toBe(signed(crypto))
  expect(quickCrypto.createHash).toBe(crypto.createHash)
})
