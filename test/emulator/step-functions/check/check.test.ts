import { describe, expect, it } from 'vitest'
import { checkDefinition, problemText } from '../../../../emulator/step-functions/check/check.ts'
import { chain, invoke } from '../support.ts'
import { check, end, machine, one, pass, states } from './support.ts'

describe('a state machine', () => {
  check([
    ['that is no object', 'text', '/', 'Definition must be a valid JSON object'],
    ['without states', { QueryLanguage: 'JSONata', StartAt: 'A' }, '/', 'These fields are required: [States]'],
    ['with no states', machine({ States: {} }), '/States', 'Expected at least one state'],
    ['with states in a list', machine({ States: [] }), '/States', 'Expected value of type [OBJECT]'],
    ['with an unknown field', machine({ Colour: 'red' }), '/Colour', "Field 'Colour' is not supported"],
    ['with a comment that is no text', machine({ Comment: 1 }), '/Comment', 'Expected value of type [STRING]'],
    ['with a timeout of 0', machine({ TimeoutSeconds: 0 }), '/TimeoutSeconds', /integer from 1/],
    ['with another version', machine({ Version: '2.0' }), '/Version', 'Value should be one of the following: [1.0]'],
    [
      'with a wrong language',
      machine({ QueryLanguage: 'jsonata', States: { S1: { ...end, QueryLanguage: 'JSONata' } } }),
      '/QueryLanguage',
      /one of/,
    ],
    ['in JSONPath by default', pass, '/States/S1', 'The emulator runs JSONata states only; this one is JSONPath'],
    ['in JSONPath', machine({ QueryLanguage: 'JSONPath' }), '/States/S1', /this one is JSONPath/],
    ['with a state in JSONPath', one({ QueryLanguage: 'JSONPath' }), '/States/S1', /this one is JSONPath/],
  ])

  it.each([
    ['JSONata everywhere', machine({ Comment: 'c', Version: '1.0', TimeoutSeconds: 5 })],
    ['JSONata in each state', { StartAt: 'S1', States: { S1: { ...end, QueryLanguage: 'JSONata' } } }],
  ])('is good with %s', (_, definition) => {
    expect(checkDefinition(definition)).toEqual([])
  })
})

describe('where states lead', () => {
  it.each([
    ['StartAt', states({ A: end }, 'B'), ['/StartAt', '/States/A']],
    ['Next', states({ A: { Type: 'Pass', Next: 'B' } }), ['/States/A/Next', '/States']],
    [
      'Default',
      states({ A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'B' }], Default: 'X' }, B: end }),
      ['/States/A/Default'],
    ],
    [
      'a rule',
      states({ A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'X' }], Default: 'B' }, B: end }),
      ['/States/A/Choices[0]/Next'],
    ],
    [
      'a catcher',
      states({ A: { ...invoke(), End: true, Catch: [{ ErrorEquals: ['E'], Next: 'X' }] } }),
      ['/States/A/Catch[0]/Next'],
    ],
    ['inherited names', states({ A: { Type: 'Pass', Next: 'toString' } }), ['/States/A/Next', '/States']],
    ['no state that leads there', states({ A: end, B: { Type: 'Pass', Next: 'A' } }), ['/States/B']],
    [
      'a circle without an end',
      states({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
      ['/States'],
    ],
  ])('%s', (_, definition, paths) => {
    const problems = checkDefinition(definition)
    expect(problems.map(({ path }) => path)).toEqual(paths)
    expect(problems.every(({ code }) => code.startsWith('MISSING_'))).toBe(true)
  })

  it('a name is used once in the whole state machine', () => {
    const definition = machine(chain({ Type: 'Parallel', Branches: [pass] }))
    expect(checkDefinition(definition)).toEqual([
      {
        path: '/States/S1/Branches[0]/States/S1',
        code: 'DUPLICATE_STATE_NAME',
        message: 'Duplicate state name: S1',
      },
    ])
  })
})

describe('variables', () => {
  const inner = (variable: string) => chain({ Type: 'Pass', Name: 'In', Assign: { [variable]: 1 } })
  const outer = (state: object) => machine(chain({ Type: 'Pass', Assign: { v: 1 } }, { Type: 'Parallel', ...state }))
  check([
    [
      'with a name that is none',
      one({ Assign: { 'a.b': 1 } }),
      '/States/S1/Assign/a.b',
      "'a.b' cannot be the name of a variable",
    ],
    ['with the reserved name', one({ Assign: { states: 1 } }), '/States/S1/Assign/states', /cannot be/],
    ['assigned to no object', one({ Assign: [] }), '/States/S1/Assign', 'Expected value of type [OBJECT]'],
    [
      'of an outer scope',
      outer({ Branches: [inner('v')] }),
      '/States/S2/Branches[0]/States/In',
      "Variable 'v' is assigned in an outer scope already",
    ],
  ])

  it.each([
    ['in a scope of its own', outer({ Branches: [inner('w')] })],
    [
      'in a distributed Map, which does not see those outside',
      outer({
        Type: 'Map',
        ItemProcessor: { ...inner('v'), ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      }),
    ],
  ])('may be assigned %s', (_, definition) => {
    expect(checkDefinition(definition)).toEqual([])
  })
})

it('a problem reads as Step Functions tells it', () => {
  expect(checkDefinition({ QueryLanguage: 'JSONata' }).map(problemText)).toEqual([
    'SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt, States] at /',
  ])
})
