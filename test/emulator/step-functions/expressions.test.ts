import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Cloud, chain, details, lines, output, START } from './support.ts'

const input = { n: 4, list: [1, 2, 3, 4, 5], text: 'abc', nothing: null, object: { a: 1 } }

async function value(expression: string, seed = 1): Promise<unknown> {
  const execution = await new Cloud(seed).run(chain({ Type: 'Pass', Output: { v: `{% ${expression} %}` } }), input)
  return execution.status === 'SUCCEEDED' ? (output(execution) as { v: unknown }).v : execution.cause
}

describe('JSONata', () => {
  it.each([
    ['$states.input.n * 2', 8],
    ['$states.input.list[$ > 3]', [4, 5]],
    ['$states.input.list[$ > 4]', 5],
    ['$states.input.nothing', null],
    ['[$states.input.absent]', []],
    ["{'a': $states.input.absent, 'b': 1}", { b: 1 }],
    ['[1..3]', [1, 2, 3]],
    ["$sum($states.input.list) & '!'", '15!'],
    ['$map($states.input.list, function($v) { $v * $v })', [1, 4, 9, 16, 25]],
    ['$states.input.object ~> |$|{"b": 2}|', { a: 1, b: 2 }],
    ['$type($states.input.nothing)', 'null'],
    ['$states.context.State.Name', 'S1'],
  ])('%s is %j', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected)
  })

  it.each([
    ['$states.input.absent', 'returned nothing (undefined).'],
    ["1 + 'a'", 'threw an error during evaluation. T2002:'],
    ["$error('stop')", 'threw an error during evaluation. D3137: stop'],
    ['$sum', 'returned an unexpected result type.'],
    ['[function($x) { $x }]', 'returned an unexpected result type.'],
    ['($f := function($n) { 1 + $f($n + 1) }; $f(0))', 'Stack overflow'],
    ["$parse('{')", 'threw an error during evaluation.'],
  ])('%s is an error', async (expression, text) => {
    const cause = await value(expression)
    expect(cause).toContain(`The JSONata expression '${expression}' specified for the field 'Output/v' `)
    expect(cause).toContain(text)
  })

  it('records a failure with the place where it was written', async () => {
    const template = { a: [{ b: 1 }, '{% $states.input.absent %}'] }
    const execution = await new Cloud().run(chain({ Type: 'Pass', Output: template }), input)
    expect(lines(execution).slice(2)).toEqual(['3<2 EvaluationFailed', '4<3 ExecutionFailed'])
    const cause =
      "An error occurred while executing the state 'S1' (entered at the event id #2). The JSONata expression '$states.input.absent' specified for the field 'Output/a[1]' returned nothing (undefined)."
    expect(details(execution, 'EvaluationFailed')).toEqual([
      { error: 'States.QueryEvaluationError', cause, location: 'Output/a[1]', state: 'S1' },
    ])
    expect(details(execution, 'ExecutionFailed')).toEqual([{ error: 'States.QueryEvaluationError', cause }])
  })
})

describe('the depth of an expression', () => {
  const power = (n: number) => `($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(${n}))`
  it.each([
    ['100 terms', (n: number) => Array(n).fill('1').join('+'), 100, 100],
    ['99 parentheses', (n: number) => `${'('.repeat(n)}1${')'.repeat(n)}`, 99, 1],
    ['31 calls in each other', power, 31, 31],
  ])('may be %s, as on AWS, and no more', async (_, expression, most, result) => {
    expect(await value(expression(most))).toBe(result)
    expect(await value(expression(most + 1))).toContain('Stack overflow')
  })

  it.each([
    ['1/0', 'Infinity'],
    ['[0/0]', ['NaN']],
  ])('a number that JSON lacks is its name: %s', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected)
  })
})

describe('the functions of Step Functions', () => {
  const sha = createHash('sha256').update('abc').digest('hex')
  it.each([
    ['$partition($states.input.list, 2)', [[1, 2], [3, 4], [5]]],
    ['$partition($states.input.list, 2.9)', [[1, 2], [3, 4], [5]]],
    ['$partition([1], 5)', [[1]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(2, 2, 1)', 2],
    ["$hash($states.input.text, 'SHA-256')", sha],
    ["$length($hash('abc', 'MD5'))", 32],
    ['$parse(\'{"a": [1, null]}\')', { a: [1, null] }],
    ['$random(7) = $random(7)', true],
    ['$random(7) = $random(8)', false],
    ['$millis()', START],
    ['$now()', '2026-01-05T09:00:00.000Z'],
    ["$now('[Y]-[M01]')", '2026-01'],
    ['$sort($shuffle($states.input.list))', [1, 2, 3, 4, 5]],
  ])('%s is %j', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected)
  })

  it.each(['$partition([], 2)', '$partition([1], 0)', '$range(0, 5)', '$range(0, 5, -1)', "$hash('abc')"])(
    '%s is nothing',
    async (expression) => {
      expect(await value(expression)).toContain('returned nothing (undefined)')
    },
  )

  it.each(["$hash('abc', 'sha-256')", '$range(1, 360146, 1)'])('%s is an error', async (expression) => {
    expect(await value(expression)).toContain('threw an error during evaluation')
  })

  it.each(['$uuid()', '$random()', '$join($shuffle($states.input.list).$string())'])(
    '%s comes from the seed',
    async (expression) => {
      const draws = await Promise.all([value(expression, 1), value(expression, 1), value(expression, 2)])
      expect(draws[0]).toBe(draws[1])
      expect(draws[0]).not.toBe(draws[2])
    },
  )

  it('draws again each time', async () => {
    const [a, b] = (await value('[$uuid(), $uuid()]')) as string[]
    expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(a).not.toBe(b)
  })
})
