import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cell, count, list, oneLine, widthOf, wrap } from '../../../cli/render/text.ts'

describe('text', () => {
  it.each([
    { text: 'abc', width: 5, cells: ['abc  ', '  abc'] },
    { text: 'abc', width: 3, cells: ['abc', 'abc'] },
    { text: 'abcdef', width: 4, cells: ['abc…', 'abc…'] },
    { text: 'abcdef', width: 1, cells: ['…', '…'] },
    { text: 'abcdef', width: 0, cells: ['', ''] },
  ])('puts $text into $width columns', ({ text, width, cells }) => {
    expect([cell(text, width), cell(text, width, 'right')]).toEqual(cells)
  })

  it('fills a cell exactly, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), (text, width) => {
        expect([...cell(text, width)]).toHaveLength(width)
      }),
    )
  })

  it.each([
    { name: 'colours', text: 'a \x1b[31mred\x1b[0m b', clean: 'a red b' },
    { name: 'cursor moves', text: 'ab\x1b[2A\x1b[Kc', clean: 'abc' },
    { name: 'lines and tabs', text: ' one\r\n\ttwo  ', clean: 'one two' },
    { name: 'a bell, a backspace and a lone escape', text: 'a\x07b\x08c\x1b', clean: 'a b c' },
    { name: 'text that reads backwards', text: 'exe\u202egpj', clean: 'exe gpj' },
  ])('takes $name out of a line', ({ text, clean }) => expect(oneLine(text)).toBe(clean))

  it('never leaves a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      }),
    )
  })

  it('wraps between words, keeps the indent, and loses none', () => {
    expect(wrap('    the quick brown fox', 14)).toEqual(['    the quick', '    brown fox'])
    expect(wrap('incomprehensible', 5)).toEqual(['incomprehensible'])
    const words = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 })
    fc.assert(
      fc.property(words, fc.integer({ min: 11, max: 40 }), (words, width) => {
        const lines = wrap(`  ${words.join(' ')}`, width)
        expect(lines.join(' ').trim().split(/\s+/)).toEqual(words)
        expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width)
      }),
    )
  })

  it.each([
    [0, '0 images'],
    [1, '1 image'],
    [1234, '1,234 images'],
  ])('counts %i', (number, text) => expect(count(number, 'image')).toBe(text))

  it.each([
    [[], 2, ''],
    [['a'], 2, 'a'],
    [['a', 'b'], 2, 'a and b'],
    [['a', 'b', 'c'], 3, 'a, b and c'],
    [['a', 'b', 'c', 'd', 'e'], 2, 'a, b and 3 more'],
  ])('lists %j, %i shown', (names, shown, text) => expect(list(names, shown)).toBe(text))
})
