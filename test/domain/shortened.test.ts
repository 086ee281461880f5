import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readErrorData } from '../../domain/error-data.ts'
import { DistributionRetriable, OutsideChangeWindow } from '../../domain/errors.ts'
import { longestMessage, shortened } from '../../domain/shortened.ts'

const bytes = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2
const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }))

it('a text is as it was, or its beginning with whole characters, and never longer as JSON than it may be', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 10, max: 400 }), (text, most) => {
      const short = shortened(text, most)
      expect(bytes(short)).toBeLessThanOrEqual(most)
      if (bytes(text) <= most) expect(short).toBe(text)
      else expect(short.endsWith('…') && text.startsWith(short.slice(0, -1))).toBe(true)
    }),
  )
})

it('keeps as much as there is room for', () => {
  expect(shortened('abcdefghijkl', 10)).toBe('abcdefg…')
  expect(shortened('🦄🦄🦄🦄', 12)).toBe('🦄🦄…')
  expect(shortened('\n\n\n\n\n\n\n', 10)).toBe('\n\n\n…')
})

it.each(['x', '"', '\\', '\u0001', 'ü', '🦄'])(
  'what an error carries is whole JSON, and short enough, of any text: %j',
  (unit) => {
    const long = unit.repeat(40_000)
    const errors = [
      new OutsideChangeWindow({ opensAt: '2027-01-03T13:00:00Z', reasons: [long, long, long] }),
      new DistributionRetriable({ arn: 'arn:aws:imagebuilder:x', failure: long }),
    ]
    for (const { name, message } of errors) {
      expect(bytes(message)).toBeLessThanOrEqual(longestMessage)
      expect(readErrorData(name, message)).toMatchObject(
        name === 'OutsideChangeWindow' ? { opensAt: '2027-01-03T13:00:00Z' } : { arn: 'arn:aws:imagebuilder:x' },
      )
    }
  },
)
