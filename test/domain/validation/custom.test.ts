import { describe, expect, it } from 'vitest'
import { readAnswer, readError } from '../../../domain/validation/custom.ts'

const answer = (value: unknown) => readAnswer(JSON.stringify(value))
const good = { passed: true, detail: 'all licences known' }

describe("a custom check's answer", () => {
  it('is what the function says, one by one', () => {
    const results = [{ check: 'gpl', passed: false, detail: 'found foo' }]
    expect(answer({ ...good, results })).toEqual([{ check: 'answer', ...good }, ...results])
  })

  it.each<[string, string, string]>([
    ['empty', '', 'it is empty'],
    ['no JSON', 'ok', 'it is not JSON'],
    ['no mapping', '"ok"', 'answer: Invalid type: Expected Object but received "ok"'],
    ['null', 'null', 'answer: Invalid type: Expected Object but received null'],
    ['without detail', '{"passed": true}', 'detail: Invalid key: Expected "detail" but received undefined'],
    [
      'text for passed',
      '{"passed": "yes", "detail": "x"}',
      'passed: Invalid type: Expected boolean but received "yes"',
    ],
    ['without a word', '{"passed": true, "detail": ""}', 'detail: Invalid length: Expected !0 but received 0'],
    [
      'with an unknown member',
      '{"passed": true, "detail": "x", "result": []}',
      'result: Invalid key: Expected never but received "result"',
    ],
    [
      'wrong inside',
      '{"passed": true, "detail": "x", "results": [{"check": "a", "passed": 1, "detail": "x"}]}',
      'results.0.passed: Invalid type: Expected boolean but received 1',
    ],
    [
      'too long',
      JSON.stringify({ passed: true, detail: 'x'.repeat(1_001) }),
      'detail: Invalid length: Expected <=1000 but received 1001',
    ],
    [
      'of too many results',
      JSON.stringify({ ...good, results: Array(51).fill({ check: 'a', passed: true, detail: 'x' }) }),
      'results: Invalid length: Expected <=50 but received 51',
    ],
  ])('is wrong: %s', (_, text, what) => {
    expect(readAnswer(text)).toEqual([
      { check: 'answer', passed: false, detail: `the function's answer is wrong: ${what}` },
    ])
  })

  it('is shown in one line', () => {
    expect(answer({ passed: true, detail: 'one\r\n\u001b[31mtwo' })).toEqual([
      { check: 'answer', passed: true, detail: 'one [31mtwo' },
    ])
  })
})

it.each([
  ['{"errorType": "TypeError", "errorMessage": "x is\\nundefined"}', 'TypeError: x is undefined'],
  ['{"errorMessage": "Task timed out after 3.00 seconds"}', 'Task timed out after 3.00 seconds'],
  ['oops', 'it does not say why'],
])('a function that threw %s', (payload, why) => {
  expect(readError(payload)).toBe(why)
})
