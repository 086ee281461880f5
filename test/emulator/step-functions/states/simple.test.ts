import { describe, expect, it } from 'vitest'
import { Cloud, chain, details, lines, output, types } from '../support.ts'

describe('Pass', () => {
  it('gives its input, and its history is that of the real API', async () => {
    const execution = await new Cloud().run(chain({ Type: 'Pass' }), { a: 1 })
    expect(execution.history.events).toEqual([
      {
        id: 1,
        previousEventId: 0,
        timestamp: expect.any(Date),
        type: 'ExecutionStarted',
        executionStartedEventDetails: {
          input: '{"a":1}',
          inputDetails: { truncated: false },
          roleArn: 'arn:aws:iam::111122223333:role/machine',
        },
      },
      {
        id: 2,
        previousEventId: 0,
        timestamp: expect.any(Date),
        type: 'PassStateEntered',
        stateEnteredEventDetails: { name: 'S1', input: '{"a":1}', inputDetails: { truncated: false } },
      },
      {
        id: 3,
        previousEventId: 2,
        timestamp: expect.any(Date),
        type: 'PassStateExited',
        stateExitedEventDetails: { name: 'S1', output: '{"a":1}', outputDetails: { truncated: false } },
      },
      {
        id: 4,
        previousEventId: 3,
        timestamp: expect.any(Date),
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: { output: '{"a":1}', outputDetails: { truncated: false } },
      },
    ])
  })

  it.each([
    ['a literal', { a: [1, null, true] }, { a: [1, null, true] }],
    ['an expression', '{% $states.input.n + 1 %}', 4],
    ['expressions at any depth', { a: [{ b: '{% $states.input.n %}' }] }, { a: [{ b: 3 }] }],
    ['a string that is none', ' {% no %} and $states.input', ' {% no %} and $states.input'],
    ['null', null, null],
    ['false', false, false],
  ])('Output takes %s', async (_, template, expected) => {
    const execution = await new Cloud().run(chain({ Type: 'Pass', Output: template }), { n: 3 })
    expect(output(execution)).toEqual(expected)
  })

  it('records what it assigns as JSON text', async () => {
    const execution = await new Cloud().run(chain({ Type: 'Pass', Assign: { s: 'x', n: '{% 1 + 1 %}', o: { a: [] } } }))
    expect(details(execution, 'PassStateExited')[0]).toMatchObject({
      assignedVariables: { s: '"x"', n: '2', o: '{"a":[]}' },
      assignedVariablesDetails: { truncated: false },
    })
  })
})

describe('Succeed', () => {
  it('ends with its Output', async () => {
    const execution = await new Cloud().run(
      chain({ Type: 'Pass' }, { Type: 'Succeed', Output: '{% $states.input.a %}' }),
      {
        a: 'done',
      },
    )
    expect(output(execution)).toBe('done')
    expect(types(execution).slice(3)).toEqual(['SucceedStateEntered', 'SucceedStateExited', 'ExecutionSucceeded'])
  })
})

describe('Fail', () => {
  it.each([
    ['literals', { Error: 'Bad', Cause: 'because' }, { error: 'Bad', cause: 'because' }],
    [
      'expressions',
      { Error: '{% $states.input.e %}', Cause: "{% 'for ' & $states.input.e %}" },
      { error: 'E1', cause: 'for E1' },
    ],
    ['nothing', {}, {}],
  ])('fails with %s', async (_, fields, expected) => {
    const execution = await new Cloud().run(chain({ Type: 'Fail', ...fields }), { e: 'E1' })
    expect(execution.status).toBe('FAILED')
    expect(lines(execution)).toEqual(['1<0 ExecutionStarted', '2<0 FailStateEntered', '3<2 ExecutionFailed'])
    expect(details(execution, 'ExecutionFailed')).toEqual([expected])
  })

  it('cannot have an error that is no text', async () => {
    const execution = await new Cloud().run(chain({ Type: 'Fail', Error: '{% 12 %}' }))
    expect(execution.error).toBe('States.QueryEvaluationError')
    expect(execution.cause).toBe(
      "An error occurred while executing the state 'S1' (entered at the event id #2). The JSONata expression '12' specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 12",
    )
  })
})
