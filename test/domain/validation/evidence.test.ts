import { describe, expect, it } from 'vitest'
import { type CheckResult, type Evidence, someOf, verdictOf } from '../../../domain/validation/evidence.ts'

const good: CheckResult = { check: 'state', passed: true, detail: 'available' }
const bad: CheckResult = { check: 'size', passed: false, detail: 'too big' }
const soon: CheckResult = { check: 'waiver', passed: true, warning: true, detail: 'ends soon' }
const evidence = (...results: CheckResult[]): Evidence => ({
  check: 'c',
  mode: 'required',
  results,
  startedAt: '',
  finishedAt: '',
  passed: results.length > 0 && results.every(({ passed }) => passed),
})

describe('the verdict on an image', () => {
  it.each<[string, 'required' | 'advisory', Evidence[], string[], string[]]>([
    ['passed', 'required', [evidence(good)], [], []],
    ['failed', 'required', [evidence(good, bad)], ['c: size: too big'], []],
    ['failed, and only advisory', 'advisory', [evidence(bad)], [], ['c: size: too big']],
    ['left no evidence', 'required', [], ['c: it left no evidence'], []],
    ['left no evidence, and only advisory', 'advisory', [], [], ['c: it left no evidence']],
    ['left the evidence of another', 'required', [{ ...evidence(good), check: 'd' }], ['c: it left no evidence'], []],
    ['looked at nothing', 'required', [evidence()], ['c: it has not passed'], []],
    ['passed with a warning', 'required', [evidence(good, soon)], [], ['c: waiver: ends soon']],
    ['failed with a warning', 'required', [evidence(bad, soon)], ['c: size: too big'], ['c: waiver: ends soon']],
    ['does not agree with its results', 'required', [{ ...evidence(bad), passed: true }], ['c: size: too big'], []],
  ])('%s', (_, mode, found, failures, warnings) => {
    expect(verdictOf([{ check: 'c', mode }], found)).toEqual({ failures, warnings })
  })
})

it.each([
  [[], ''],
  [['a', 'b'], 'a, b'],
  [['a', 'b', 'c', 'd'], 'a, b, 2 more'],
])('%j is reported as %s', (names, reported) => {
  expect(someOf(names, 2)).toBe(reported)
})
