import { describe, expect, it } from 'vitest'
import { checkDefinition } from '../../../../emulator/step-functions/check/check.ts'
import { chain, FUNCTION, invoke } from '../support.ts'
import { check, end, machine, one, states } from './support.ts'

describe('a state', () => {
  it('is an object', () => {
    expect(checkDefinition(states({ A: 5 }))).toContainEqual({
      path: '/States/A',
      code: 'SCHEMA_VALIDATION_FAILED',
      message: 'Expected value of type [OBJECT]',
    })
  })

  check([
    [
      'of an unknown type',
      one({ Type: 'Loop' }),
      '/States/S1/Type',
      /^Value should be one of the following: \[Pass, Succeed/,
    ],
    ['of an inherited type', one({ Type: 'constructor' }), '/States/S1/Type', /^Value should be one of/],
    [
      'with a field of JSONPath',
      one({ ResultPath: '$.a' }),
      '/States/S1/ResultPath',
      "Field 'ResultPath' is not supported",
    ],
    ['with a field of another type', one({ Seconds: 5 }), '/States/S1/Seconds', "Field 'Seconds' is not supported"],
    [
      'with Next and End',
      states({ A: { Type: 'Pass', End: true, Next: 'B' }, B: end }),
      '/States/A',
      /either 'Next' or 'End'/,
    ],
    [
      'with a name of 81 characters',
      machine(chain({ Type: 'Pass', Name: 'x'.repeat(81) })),
      `/States/${'x'.repeat(81)}`,
      /80 characters/,
    ],
    [
      'Succeed that assigns',
      machine(chain({ Type: 'Succeed', Assign: {} })),
      '/States/S1/Assign',
      "Field 'Assign' is not supported",
    ],
    [
      'Fail with an Output',
      machine(chain({ Type: 'Fail', Output: 1 })),
      '/States/S1/Output',
      "Field 'Output' is not supported",
    ],
    [
      'Fail with an error that is no text',
      machine(chain({ Type: 'Fail', Error: 1 })),
      '/States/S1/Error',
      'Expected value of type [STRING]',
    ],
    ['Wait without a time', one({ Type: 'Wait' }), '/States/S1', /either 'Seconds' or 'Timestamp'/],
    [
      'Wait with two times',
      one({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z' }),
      '/States/S1',
      /either/,
    ],
    [
      'Wait with a bad timestamp',
      one({ Type: 'Wait', Timestamp: 'tomorrow' }),
      '/States/S1/Timestamp',
      'Expected an RFC 3339 timestamp',
    ],
    ['Wait for part of a second', one({ Type: 'Wait', Seconds: 0.5 }), '/States/S1/Seconds', /integer from 0/],
    ['Wait for a text', one({ Type: 'Wait', Seconds: '5' }), '/States/S1/Seconds', /integer from 0/],
    [
      'Choice without choices',
      machine(chain({ Type: 'Choice', Default: 'E' }, { Type: 'Pass', Name: 'E' })),
      '/States/S1',
      'These fields are required: [Choices]',
    ],
    [
      'Choice with none',
      machine(chain({ Type: 'Choice', Choices: [], Default: 'E' }, { Type: 'Pass', Name: 'E' })),
      '/States/S1/Choices',
      'Expected at least one item',
    ],
    [
      'Choice with a rule of JSONPath',
      machine(
        chain(
          { Type: 'Choice', Choices: [{ Condition: true, Variable: '$.a', Next: 'E' }] },
          { Type: 'Pass', Name: 'E' },
        ),
      ),
      '/States/S1/Choices[0]/Variable',
      /not supported/,
    ],
    [
      'Choice with a text as condition',
      machine(chain({ Type: 'Choice', Choices: [{ Condition: 'yes', Next: 'E' }] }, { Type: 'Pass', Name: 'E' })),
      '/States/S1/Choices[0]/Condition',
      'Expected value of type [BOOLEAN]',
    ],
    ['Task without a resource', one({ Type: 'Task' }), '/States/S1', 'These fields are required: [Resource]'],
    [
      'Task with an unknown resource',
      one({ Type: 'Task', Resource: 'arn:aws:states:::ecs:runTask.sync' }),
      '/States/S1/Resource',
      "The resource 'arn:aws:states:::ecs:runTask.sync' is no integration that the emulator emulates",
    ],
    [
      'Task with credentials',
      one({ Type: 'Task', Resource: FUNCTION, Credentials: {} }),
      '/States/S1/Credentials',
      /not supported/,
    ],
    [
      'Task with a heartbeat after its timeout',
      one({ ...invoke(), TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
      '/States/S1/HeartbeatSeconds',
      /smaller/,
    ],
    [
      'Task that names no function',
      one({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: {} }),
      '/States/S1/Arguments',
      'These fields are required: [FunctionName]',
    ],
    [
      'Task that names no machine',
      one({ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution', Arguments: {} }),
      '/States/S1/Arguments',
      /\[StateMachineArn\]/,
    ],
    [
      'Task that does not wait for its function',
      one({
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'f', InvocationType: 'Event' },
      }),
      '/States/S1/Arguments/InvocationType',
      'The emulator emulates RequestResponse only',
    ],
    ['Parallel without branches', one({ Type: 'Parallel' }), '/States/S1', 'These fields are required: [Branches]'],
    [
      'Parallel with a bad branch',
      one({ Type: 'Parallel', Branches: [{ StartAt: 'A' }] }),
      '/States/S1/Branches[0]',
      'These fields are required: [States]',
    ],
    [
      'Parallel with a branch in another language',
      one({ Type: 'Parallel', Branches: [{ ...states({ A: end }), QueryLanguage: 'JSONata' }] }),
      '/States/S1/Branches[0]/QueryLanguage',
      /not supported/,
    ],
    ['Map without a processor', one({ Type: 'Map' }), '/States/S1', 'These fields are required: [ItemProcessor]'],
    [
      'Map over a text',
      one({ Type: 'Map', Items: 'all', ItemProcessor: { StartAt: 'A', States: { A: end } } }),
      '/States/S1/Items',
      /Expected an array/,
    ],
    [
      'inline Map over an object',
      one({ Type: 'Map', Items: {}, ItemProcessor: { StartAt: 'A', States: { A: end } } }),
      '/States/S1/Items',
      'An inline Map takes an array',
    ],
    [
      'inline Map that tolerates failures',
      one({ Type: 'Map', ToleratedFailureCount: 1, ItemProcessor: { StartAt: 'A', States: { A: end } } }),
      '/States/S1/ToleratedFailureCount',
      /distributed Map/,
    ],
    [
      'Map with a reader',
      one({ Type: 'Map', ItemReader: {}, ItemProcessor: { StartAt: 'A', States: { A: end } } }),
      '/States/S1/ItemReader',
      "Field 'ItemReader' is not supported",
    ],
    [
      'distributed Map without its type',
      one({
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'A', States: { A: end } },
      }),
      '/States/S1/ItemProcessor/ProcessorConfig',
      /\[ExecutionType\]/,
    ],
    [
      'express Map',
      one({
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          StartAt: 'A',
          States: { A: end },
        },
      }),
      '/States/S1/ItemProcessor/ProcessorConfig/ExecutionType',
      /one of/,
    ],
  ])
})
