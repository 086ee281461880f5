import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches } from '../../../emulator/step-functions/retry.ts'
import { Cloud, chain, details, failure, invoke, output, times, types } from './support.ts'

/** A function that fails with these errors in turn, then works. */
function failsWith(cloud: Cloud, ...errors: string[]): void {
  cloud.work = () => {
    const error = errors.shift()
    if (error) throw failure(error)
    return 'worked'
  }
}

describe('Retry', () => {
  it.each([
    ['the defaults', {}, [0, 1, 3, 7]],
    ['an interval', { IntervalSeconds: 5 }, [0, 5, 15, 35]],
    ['no backoff', { IntervalSeconds: 5, BackoffRate: 1 }, [0, 5, 10, 15]],
    ['a backoff with a fraction', { IntervalSeconds: 2, BackoffRate: 1.5 }, [0, 2, 5, 9.5]],
    ['a longest delay', { IntervalSeconds: 3, MaxDelaySeconds: 4 }, [0, 3, 7, 11]],
    ['no jitter', { JitterStrategy: 'NONE' }, [0, 1, 3, 7]],
    ['fewer attempts', { MaxAttempts: 1 }, [0, 1]],
    ['no attempts', { MaxAttempts: 0 }, [0]],
  ])('waits as set with %s', async (_, retrier, expected) => {
    const cloud = new Cloud()
    failsWith(cloud, 'E', 'E', 'E', 'E', 'E')
    const execution = await cloud.run(chain(invoke(1, { Retry: [{ ErrorEquals: ['E'], ...retrier }] })))
    expect(times(execution, 'TaskScheduled')).toEqual(expected)
    expect(execution.error).toBe('E')
  })

  it('counts the attempts of each retrier by itself (the complex scenario of the AWS guide)', async () => {
    const cloud = new Cloud()
    failsWith(cloud, 'ErrorA', 'ErrorB', 'ErrorC', 'ErrorB')
    const execution = await cloud.run(
      chain(
        invoke(1, {
          Retry: [
            { ErrorEquals: ['ErrorA', 'ErrorB'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
            { ErrorEquals: ['ErrorC'], IntervalSeconds: 5 },
          ],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
          Next: 'Z',
        }),
        { Type: 'Pass', Name: 'Z' },
      ),
    )
    expect(times(execution, 'TaskScheduled')).toEqual([0, 1, 3, 8])
    expect(output(execution)).toMatchObject({ Error: 'ErrorB' })
  })

  it('schedules again in the same state, after the failure, and tells expressions the count', async () => {
    const cloud = new Cloud()
    failsWith(cloud, 'E')
    const retry = { Retry: [{ ErrorEquals: ['E'] }] }
    const execution = await cloud.run(chain(invoke('{% $states.context.State.RetryCount %}', retry)))
    expect(cloud.invocations.map(({ payload }) => payload)).toEqual([0, 1])
    expect(types(execution).slice(1)).toEqual([
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
    expect(execution.history.events[5]?.previousEventId).toBe(5)
  })

  it('retries what an expression did wrong', async () => {
    const cloud = new Cloud()
    const answers = [{}, { name: 'now it is there' }]
    cloud.work = () => answers.shift()
    const task = invoke(1, {
      Output: '{% $states.result.Payload.name %}',
      Retry: [{ ErrorEquals: ['States.QueryEvaluationError'] }],
    })
    expect(output(await cloud.run(chain(task)))).toBe('now it is there')
  })

  it('draws a full jitter between nothing and the whole delay, from the seed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const run = async () => {
          const cloud = new Cloud(seed)
          failsWith(cloud, 'E', 'E')
          const retry = { ErrorEquals: ['E'], IntervalSeconds: 10, JitterStrategy: 'FULL' }
          return times(await cloud.run(chain(invoke(1, { Retry: [retry] }))), 'TaskScheduled') as [
            number,
            number,
            number,
          ]
        }
        const [first, second, third] = await run()
        expect(second - first).toBeLessThanOrEqual(10)
        expect(third - second).toBeLessThanOrEqual(20)
        expect(await run()).toEqual([first, second, third])
      }),
      { numRuns: 20 },
    )
  })
})

describe('Catch', () => {
  const caught = (catcher: object, after: object = {}) =>
    chain(
      invoke('{% $states.input %}', {
        Catch: [{ ErrorEquals: ['E'], Next: 'Caught', ...catcher }],
        Next: 'Caught',
      }),
      { Type: 'Pass', Name: 'Caught', ...after },
    )

  it('hands on the error output and leaves the state', async () => {
    const cloud = new Cloud()
    failsWith(cloud, 'E')
    const execution = await cloud.run(caught({}))
    expect(output(execution)).toEqual({ Error: 'E', Cause: expect.stringContaining('"errorType":"E"') })
    expect(types(execution).slice(4)).toEqual([
      'TaskFailed',
      'TaskStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('has its own Output and Assign, which see the error and the input', async () => {
    const cloud = new Cloud()
    failsWith(cloud, 'E')
    const catcher = { Output: '{% $states.input %}', Assign: { why: '{% $states.errorOutput.Error %}' } }
    const execution = await cloud.run(caught(catcher, { Output: ['{% $states.input %}', '{% $why %}'] }), 'in')
    expect(output(execution)).toEqual(['in', 'E'])
    expect(details(execution, 'TaskStateExited')).toMatchObject([{ assignedVariables: { why: '"E"' } }])
  })

  it('asks catchers in their order, and passes on what none wants', async () => {
    const cloud = new Cloud()
    failsWith(cloud, 'Other')
    expect((await cloud.run(caught({}))).error).toBe('Other')
  })

  it('gives a timeout an empty cause', async () => {
    const cloud = new Cloud()
    cloud.seconds = 10
    const task = invoke(1, {
      TimeoutSeconds: 1,
      Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'End' }],
      Next: 'End',
    })
    const execution = await cloud.run(chain(task, { Type: 'Succeed', Name: 'End' }))
    expect(output(execution)).toEqual({ Error: 'States.Timeout', Cause: '' })
  })

  it('fails the state when its own expressions fail', async () => {
    const cloud = new Cloud()
    failsWith(cloud, 'E')
    const execution = await cloud.run(caught({ Output: '{% $states.input.absent %}' }))
    expect(execution.error).toBe('States.QueryEvaluationError')
    expect(details(execution, 'EvaluationFailed')).toMatchObject([{ location: 'Catch[0]/Output', state: 'S1' }])
  })
})

describe('matches', () => {
  it.each([
    [['A', 'B'], 'B', true],
    [['A'], 'a', false],
    [['States.ALL'], 'Anything', true],
    [['States.ALL'], 'States.Timeout', true],
    [['States.ALL'], 'States.QueryEvaluationError', true],
    [['States.ALL'], 'States.DataLimitExceeded', false],
    [['States.ALL'], 'States.Runtime', false],
    [['States.Runtime'], 'States.Runtime', false],
    [['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
    [['States.TaskFailed'], 'Anything', true],
    [['States.TaskFailed'], 'States.Timeout', false],
    [['States.TaskFailed'], 'States.HeartbeatTimeout', false],
    [['States.TaskFailed'], 'States.DataLimitExceeded', false],
    [['States.Timeout'], 'States.HeartbeatTimeout', true],
    [['States.HeartbeatTimeout'], 'States.HeartbeatTimeout', true],
    [['States.HeartbeatTimeout'], 'States.Timeout', false],
    [['States.ALL'], undefined, true],
  ])('%j takes %s: %s', (names, error, expected) => {
    expect(matches(names, error)).toBe(expected)
  })
})
