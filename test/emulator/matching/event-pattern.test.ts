import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches, UnsupportedOperator } from '../../../emulator/matching/index.ts'

/** Whether `detail.value` of an event matches `[rule]`. */
const matchesValue = (rule: unknown, value: unknown) =>
  matches({ detail: { value: [rule] } }, { detail: value === undefined ? {} : { value } })

// The operators of the EventBridge User Guide, "Comparison operators for use in event patterns", with its examples.
describe.each<[string, unknown, unknown[], unknown[]]>([
  ['equals', 'Alice', ['Alice'], ['alice', 'Alice ', undefined, null]],
  ['empty', '', [''], ['x', null, undefined]],
  ['null', null, [null], ['', 'null', 0, undefined]],
  ['a number', 100, [100], ['100', 101]],
  ['true', true, [true], ['true', false]],
  ['begins with', { prefix: 'us-' }, ['us-', 'us-east-1'], ['eu-us-', 'US-', 5, undefined, null]],
  [
    'begins with, ignoring case',
    { prefix: { 'equals-ignore-case': 'EventB' } },
    ['eventbridge', 'EVENTB'],
    ['xeventb', 'even', 5],
  ],
  ['ends with', { suffix: '.png' }, ['.png', 'a.png'], ['a.PNG', 'a.png.txt', 5, undefined]],
  [
    'ends with, ignoring case',
    { suffix: { 'equals-ignore-case': 'tBridge' } },
    ['EventBridge', 'TBRIDGE'],
    ['bridge', 'tbridges'],
  ],
  ['equals, ignoring case', { 'equals-ignore-case': 'alice' }, ['ALICE', 'Alice'], ['alic', 'alicea', 5]],
  ['exists', { exists: true }, ['', 0, false, null, ['x']], [undefined, { a: 1 }]],
  ['does not exist', { exists: false }, [undefined, { a: 1 }], ['', 0, false, null]],
  ['numeric equals', { numeric: ['=', 301.8] }, [301.8, 3.018e2], [301, '301.8']],
  ['a range', { numeric: ['>', 0, '<=', 5] }, [0.1, 5], [0, 5.1, '3', undefined, null]],
  ['at least', { numeric: ['>=', 10] }, [10, 11], [9.9]],
  ['below', { numeric: ['<', 10] }, [-1, 9.9], [10]],
  ['anything but', { 'anything-but': 'initializing' }, ['running', '', null], ['initializing', undefined]],
  ['anything but a list', { 'anything-but': ['a', 'b'] }, ['c', 5], ['a', 'b']],
  ['anything but numbers', { 'anything-but': [100, 200] }, [300, '100'], [100, 200]],
  ['anything but a prefix', { 'anything-but': { prefix: 'us-' } }, ['eu-west-1', 5], ['us-east-1']],
  ['anything but prefixes', { 'anything-but': { prefix: ['us-', 'eu-'] } }, ['ap-1'], ['us-1', 'eu-1']],
  ['anything but a suffix', { 'anything-but': { suffix: '.png' } }, ['a.txt'], ['a.png']],
  ['anything but suffixes', { 'anything-but': { suffix: ['.png', '.md'] } }, ['a.txt'], ['a.png', 'a.md']],
  [
    'anything but, ignoring case',
    { 'anything-but': { 'equals-ignore-case': ['initializing', 'stopped'] } },
    ['running'],
    ['INITIALIZING', 'Stopped'],
  ],
  ['anything but a wildcard', { 'anything-but': { wildcard: '*/lib/*' } }, ['/bin/x'], ['/usr/lib/x']],
  [
    'a wildcard',
    { wildcard: 'dir/*.png' },
    ['dir/a.png', 'dir/.png', 'dir/b/c.png', 'dir/a\nb.png'],
    ['dirs/a.png', 'dir/axpng', 'dir/a.png2', 5, undefined],
  ],
  ['a wildcard with a literal asterisk', { wildcard: 'a\\*b*' }, ['a*b', 'a*bc'], ['axb', 'a\\xb']],
  ['a wildcard with what regular expressions mean', { wildcard: '(a|b)+[c]$*' }, ['(a|b)+[c]$x'], ['ac']],
])('%s', (_, rule, yes, no) => {
  it.each(yes.map((value) => [value]))('matches %j', (value) => {
    expect(matchesValue(rule, value)).toBe(true)
  })
  it.each(no.map((value) => [value]))('does not match %j', (value) => {
    expect(matchesValue(rule, value)).toBe(false)
  })
})

describe('a pattern', () => {
  const event = {
    source: 'aws.ec2',
    resources: ['arn:aws:ec2:::image/ami-1', 'arn:aws:ec2:::image/ami-2'],
    detail: { State: 'available', nested: { deep: 5 }, none: [] },
  }

  it.each<[string, Record<string, unknown>, boolean]>([
    ['every key must match', { source: ['aws.ec2'], detail: { State: ['failed'] } }, false],
    ['one of a list is enough', { detail: { State: ['failed', 'available'] } }, true],
    ['one element of an array in the event is enough', { resources: [{ suffix: 'ami-2' }] }, true],
    ['no element of an array in the event', { resources: [{ suffix: 'ami-3' }] }, false],
    ['objects go as deep as they like', { detail: { nested: { deep: [{ numeric: ['=', 5] }] } } }, true],
    ['an object where the event has none', { source: { deep: ['x'] } }, false],
    ['a key that the event does not have', { account: ['1'] }, false],
    ['a key of every object of JavaScript', { detail: { constructor: [{ exists: true }] } }, false],
    ['nothing demanded', {}, true],
    ['$or: one of them', { $or: [{ source: ['aws.s3'] }, { detail: { State: ['available'] } }] }, true],
    ['$or: none of them', { $or: [{ source: ['aws.s3'] }, { detail: { State: ['failed'] } }] }, false],
    ['$or and another key', { source: ['aws.s3'], $or: [{ detail: { State: ['available'] } }] }, false],
    ['$or further down', { detail: { $or: [{ State: ['failed'] }, { nested: { deep: [5] } }] } }, true],
  ])('%s', (_, pattern, expected) => {
    expect(matches(pattern, event)).toBe(expected)
  })

  it.each<[string, unknown, string, string]>([
    ['an operator that it does not know', { cidr: '10.0.0.0/24' }, 'cidr', ''],
    ['an operator that every object has', { constructor: 'x' }, 'constructor', ''],
    ['no operator', {}, '', ''],
    ['two operators', { prefix: 'a', suffix: 'b' }, 'prefix with suffix', ''],
    ['anything-but of another', { 'anything-but': { numeric: ['=', 1] } }, 'anything-but numeric', ''],
    ['an unknown comparison', { numeric: ['!=', 1] }, 'numeric', ' with "!="'],
    ['a comparison that every object has', { numeric: ['valueOf', 1] }, 'numeric', ' with "valueOf"'],
    ['a list of prefixes on their own', { prefix: ['a', 'b'] }, 'prefix', ' with ["a","b"]'],
  ])('refuses %s', (_, rule, operator, more) => {
    try {
      matchesValue(rule, 5)
    } catch (error) {
      expect(error).toBeInstanceOf(UnsupportedOperator)
      expect(error).toMatchObject({ operator, message: expect.stringMatching(/ does not know the operator /) })
      expect(error).toHaveProperty('message', expect.stringContaining(`'${operator}'${more}`))
      return
    }
    expect.unreachable('it matched, or did not')
  })

  it('refuses a value that is in no list', () => {
    expect(() => matches({ source: 'aws.ec2' }, event)).toThrow("'source' must be a list or an object")
  })
})

describe('properties', () => {
  const text = fc.string({ unit: 'binary' })

  it('a text has each of its beginnings as a prefix, each of its ends as a suffix', () => {
    fc.assert(
      fc.property(text, fc.nat(), (value, at) => {
        const cut = at % (value.length + 1)
        expect(matchesValue({ prefix: value.slice(0, cut) }, value)).toBe(true)
        expect(matchesValue({ suffix: value.slice(cut) }, value)).toBe(true)
      }),
    )
  })

  it('a wildcard matches whatever stands for its asterisk, and itself as text when escaped', () => {
    const escaped = (part: string) => part.replace(/[\\*]/g, '\\$&')
    fc.assert(
      fc.property(text, text, text, (before, between, after) => {
        const whole = before + between + after
        expect(matchesValue({ wildcard: `${escaped(before)}*${escaped(after)}` }, whole)).toBe(true)
        expect(matchesValue({ wildcard: escaped(whole) }, whole)).toBe(true)
        expect(matchesValue({ wildcard: escaped(whole) }, `${whole}x`)).toBe(false)
      }),
    )
  })

  it('anything-but is the opposite of equals for every value that is there', () => {
    const value = fc.oneof(text, fc.double({ noNaN: true }), fc.boolean(), fc.constant(null))
    fc.assert(
      fc.property(value, value, (rule, given) => {
        expect(matchesValue({ 'anything-but': rule }, given)).toBe(!matchesValue(rule, given))
      }),
    )
  })
})
