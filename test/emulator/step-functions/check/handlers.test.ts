import { describe } from 'vitest'
import { chain, invoke } from '../support.ts'
import { check, machine, one } from './support.ts'

describe('Retry and Catch', () => {
  const task = (more: object) => one({ ...invoke(), ...more })
  const retry = (...retriers: object[]) => task({ Retry: retriers })
  check([
    ['that are no list', task({ Retry: {} }), '/States/S1/Retry', 'Expected value of type [ARRAY]'],
    ['without errors', retry({}), '/States/S1/Retry[0]', 'These fields are required: [ErrorEquals]'],
    ['with no errors', retry({ ErrorEquals: [] }), '/States/S1/Retry[0]/ErrorEquals', 'Expected at least one item'],
    [
      'States.ALL in company',
      retry({ ErrorEquals: ['States.ALL', 'E'] }),
      '/States/S1/Retry[0]/ErrorEquals',
      'States.ALL must appear alone',
    ],
    [
      'States.ALL too early',
      retry({ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }),
      '/States/S1/Retry[0]/ErrorEquals',
      /last/,
    ],
    [
      'an interval of 0',
      retry({ ErrorEquals: ['E'], IntervalSeconds: 0 }),
      '/States/S1/Retry[0]/IntervalSeconds',
      /integer from 1/,
    ],
    [
      'a negative count',
      retry({ ErrorEquals: ['E'], MaxAttempts: -1 }),
      '/States/S1/Retry[0]/MaxAttempts',
      /integer from 0/,
    ],
    [
      'a backoff below 1',
      retry({ ErrorEquals: ['E'], BackoffRate: 0.5 }),
      '/States/S1/Retry[0]/BackoffRate',
      /at least 1/,
    ],
    [
      'another jitter',
      retry({ ErrorEquals: ['E'], JitterStrategy: 'SOME' }),
      '/States/S1/Retry[0]/JitterStrategy',
      /FULL, NONE/,
    ],
    [
      'a catcher without Next',
      task({ Catch: [{ ErrorEquals: ['E'] }] }),
      '/States/S1/Catch[0]',
      'These fields are required: [Next]',
    ],
    [
      'a catcher with a path',
      machine(
        chain(
          { ...invoke(), Catch: [{ ErrorEquals: ['E'], Next: 'E', ResultPath: '$' }], Next: 'E' },
          { Type: 'Pass', Name: 'E' },
        ),
      ),
      '/States/S1/Catch[0]/ResultPath',
      /not supported/,
    ],
    ['a Pass that retries', one({ Retry: [] }), '/States/S1/Retry', "Field 'Retry' is not supported"],
  ])
})
