import { describe, expect, it } from 'vitest'
import { Cloud, chain, output, times, types } from '../support.ts'

describe('Wait', () => {
  it.each([
    [{ Seconds: 90 }, 90],
    [{ Seconds: 0 }, 0],
    [{ Seconds: '{% $states.input.n * 2 %}' }, 14],
    [{ Timestamp: '2026-01-05T10:00:00Z' }, 3600],
    [{ Timestamp: '2026-01-05T11:00:00.500+01:00' }, 3600.5],
    [{ Timestamp: '{% $states.input.at %}' }, 86_400],
    [{ Timestamp: '2020-01-01T00:00:00Z' }, 0],
  ])('%j waits %d seconds of virtual time', async (fields, seconds) => {
    const execution = await new Cloud().run(chain({ Type: 'Wait', ...fields }), {
      n: 7,
      at: '2026-01-06T09:00:00Z',
    })
    expect(times(execution, 'WaitStateExited')).toEqual([seconds])
    expect(types(execution)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'WaitStateExited', 'ExecutionSucceeded'])
  })

  it('gives its input, or its Output', async () => {
    const waits = chain({ Type: 'Wait', Seconds: 1 }, { Type: 'Wait', Seconds: 1, Output: '{% $states.input.a %}' })
    expect(output(await new Cloud().run(waits, { a: 5 }))).toBe(5)
  })

  it.each([
    [{ Seconds: "{% '5' %}" }, "Expected 'number', but was 'string' for value: \"5\""],
    [{ Seconds: '{% 1.5 %}' }, 'must be an integer from 0'],
    [{ Seconds: '{% -1 %}' }, 'must be an integer from 0'],
    [{ Timestamp: "{% 'tomorrow' %}" }, 'must be an RFC 3339 timestamp'],
    [{ Timestamp: '{% $states.input.absent %}' }, 'returned nothing (undefined)'],
  ])('%j fails', async (fields, cause) => {
    const execution = await new Cloud().run(chain({ Type: 'Wait', ...fields }))
    expect(execution.error).toBe('States.QueryEvaluationError')
    expect(execution.cause).toContain(cause)
    expect(types(execution).slice(2)).toEqual(['EvaluationFailed', 'ExecutionFailed'])
  })
})
