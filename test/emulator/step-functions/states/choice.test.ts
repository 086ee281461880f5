import { describe, expect, it } from 'vitest'
import type { ChoiceState, Workflow } from '../../../../emulator/step-functions/definition.ts'
import { Cloud, output, types } from '../support.ts'

function choosing(choice: Omit<ChoiceState, 'Type'>): Workflow {
  const say = (text: string) => ({
    Type: 'Pass' as const,
    Output: [text, '{% $states.input %}', "{% $exists($v) ? $v : 'unset' %}"],
    End: true,
  })
  return {
    StartAt: 'Ask',
    States: { Ask: { Type: 'Choice', ...choice }, Small: say('small'), Big: say('big'), Else: say('else') },
  }
}

const sizes: ChoiceState['Choices'] = [
  { Condition: '{% $states.input.n < 10 %}', Next: 'Small', Assign: { v: 'assigned' } },
  { Condition: '{% $states.input.n < 100 %}', Next: 'Big', Output: '{% $states.input.n * 2 %}' },
]

describe('Choice', () => {
  it.each([
    ['the first rule that is true', 5, ['small', { n: 5 }, 'assigned']],
    ['a later rule, with its own Output', 50, ['big', 100, 'unset']],
    ['the default, with the Output and Assign of the state', 500, ['else', 'none', 'default']],
  ])('takes %s', async (_, n, expected) => {
    const definition = choosing({ Choices: sizes, Default: 'Else', Output: 'none', Assign: { v: 'default' } })
    const execution = await new Cloud().run(definition, { n })
    expect(output(execution)).toEqual(expected)
    expect(types(execution).slice(1, 3)).toEqual(['ChoiceStateEntered', 'ChoiceStateExited'])
  })

  it('does not look at the rules behind the one that matched', async () => {
    const rules = [
      { Condition: '{% true %}', Next: 'Small' },
      { Condition: '{% $states.input.absent %}', Next: 'Big' },
    ]
    const execution = await new Cloud().run(choosing({ Choices: rules, Default: 'Else' }), {})
    expect(execution.status).toBe('SUCCEEDED')
  })

  it('fails without a match and a default', async () => {
    const definition = choosing({ Choices: [...sizes, { Condition: false, Next: 'Else' }] })
    const execution = await new Cloud().run(definition, { n: 500 })
    expect([execution.error, types(execution).at(-1)]).toEqual(['States.NoChoiceMatched', 'ExecutionFailed'])
    expect(execution.cause).toBe(
      "An error occurred while executing the state 'Ask' (entered at the event id #2). Failed to transition out of the state. The state does not point to a next state.",
    )
  })

  it.each([
    ['{% 1 %}', "Expected 'boolean', but was 'number'"],
    ['{% $states.input.absent %}', 'returned nothing (undefined)'],
  ])('refuses the condition %s', async (condition, cause) => {
    const rules = [{ Condition: condition, Next: 'Small' }]
    const execution = await new Cloud().run(choosing({ Choices: [...rules, ...sizes], Default: 'Else' }), {
      n: 1,
    })
    expect(execution.error).toBe('States.QueryEvaluationError')
    expect(execution.cause).toContain(cause)
    expect(execution.cause).toContain("'Choices[0]/Condition'")
  })
})
