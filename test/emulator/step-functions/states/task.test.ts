import { describe, expect, it } from 'vitest'
import { Cloud, chain, details, FUNCTION, failure, invoke, lines, output, ROLE, times, types } from '../support.ts'

const sdk = (resource: string, args?: object, more: object = {}) =>
  chain({ Type: 'Task', Resource: `arn:aws:states:::${resource}`, ...(args && { Arguments: args }), ...more })

describe('lambda:invoke', () => {
  it('invokes the function and gives what Invoke answers', async () => {
    const cloud = new Cloud()
    cloud.seconds = 2
    cloud.work = (payload: { n: number }) => ({ twice: payload.n * 2 })
    const execution = await cloud.run(
      chain(invoke({ n: '{% $states.input %}' }, { Output: undefined, TimeoutSeconds: 60 })),
      4,
    )
    expect(cloud.invocations).toEqual([
      { functionArn: FUNCTION, payload: { n: 4 }, roleArn: ROLE, executionArn: execution.arn, state: 'S1' },
    ])
    expect(output(execution)).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { twice: 8 },
      StatusCode: 200,
    })
    expect(lines(execution).slice(1)).toEqual([
      '2<0 TaskStateEntered',
      '3<2 TaskScheduled',
      '4<3 TaskStarted',
      '5<4 TaskSucceeded',
      '6<5 TaskStateExited',
      '7<6 ExecutionSucceeded',
    ])
    expect(times(execution, 'TaskSucceeded')).toEqual([2])
    expect(details(execution, 'TaskScheduled')).toEqual([
      {
        resourceType: 'lambda',
        resource: 'invoke',
        region: 'eu-west-1',
        parameters: JSON.stringify({ FunctionName: FUNCTION, Payload: { n: 4 } }),
        timeoutInSeconds: 60,
      },
    ])
    expect(details(execution, 'TaskStarted')).toEqual([{ resourceType: 'lambda', resource: 'invoke' }])
  })

  it('gives the function a copy, which it may change', async () => {
    const cloud = new Cloud()
    cloud.work = (payload: { a: number }) => {
      payload.a = 2
    }
    const task = { Type: 'Task', Resource: FUNCTION, Output: '{% $states.input %}' } as const
    expect(output(await cloud.run(chain(task), { a: 1 }))).toEqual({ a: 1 })
  })

  it.each([
    [{ FunctionName: 'work' }, { functionArn: FUNCTION, payload: {} }],
    [
      { FunctionName: FUNCTION, Payload: 'text' },
      { functionArn: FUNCTION, payload: 'text' },
    ],
  ])('takes %j', async (args, expected) => {
    const cloud = new Cloud()
    await cloud.run(sdk('lambda:invoke', args))
    expect(cloud.invocations).toMatchObject([expected])
  })

  it('fails with the name of what the function threw', async () => {
    const cloud = new Cloud()
    cloud.work = () => {
      throw failure('ImageNotReady', 'still baking')
    }
    const execution = await cloud.run(chain(invoke()))
    const cause = {
      errorType: 'ImageNotReady',
      errorMessage: 'still baking',
      trace: ['ImageNotReady: still baking'],
    }
    const expected = { error: 'ImageNotReady', cause: JSON.stringify(cause) }
    expect(details(execution, 'TaskFailed')).toEqual([{ resourceType: 'lambda', resource: 'invoke', ...expected }])
    expect(details(execution, 'ExecutionFailed')).toEqual([expected])
  })
})

describe("a function's own ARN", () => {
  const bare = (more: object = {}) => chain({ Type: 'Task', Resource: FUNCTION, ...more })

  it('has events of its own and gives the bare result', async () => {
    const execution = await new Cloud().run(bare({ TimeoutSeconds: 9 }), { a: 1 })
    expect(output(execution)).toEqual({ a: 1 })
    expect(types(execution).slice(2, 5)).toEqual([
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
    ])
    expect(details(execution, 'LambdaFunctionScheduled')).toEqual([
      { resource: FUNCTION, input: '{"a":1}', inputDetails: { truncated: false }, timeoutInSeconds: 9 },
    ])
    expect(details(execution, 'LambdaFunctionSucceeded')).toEqual([
      { output: '{"a":1}', outputDetails: { truncated: false } },
    ])
    expect(details(execution, 'LambdaFunctionStarted')).toEqual([{}])
  })

  it('fails and times out with its own events', async () => {
    const cloud = new Cloud()
    cloud.seconds = 10
    cloud.work = () => {
      throw failure('Broken')
    }
    expect(types(await cloud.run(bare()))).toContain('LambdaFunctionFailed')
    const late = await new Cloud('late').run(bare({ Arguments: 1 }))
    expect(output(late)).toBe(1)
    const timed = cloud.start(bare({ TimeoutSeconds: 5 }))
    await cloud.clock.run()
    expect(details(timed, 'LambdaFunctionTimedOut')).toEqual([{ error: 'States.Timeout' }])
  })
})

describe('TimeoutSeconds', () => {
  it.each([5, '{% $states.input + 2 %}'])('%s ends the task', async (timeout) => {
    const cloud = new Cloud()
    cloud.seconds = 60
    const execution = await cloud.run(chain(invoke(1, { TimeoutSeconds: timeout })), 3)
    expect([execution.error, execution.cause]).toEqual(['States.Timeout', undefined])
    expect(details(execution, 'TaskTimedOut')).toEqual([
      { resourceType: 'lambda', resource: 'invoke', error: 'States.Timeout' },
    ])
    expect(times(execution, 'ExecutionFailed')).toEqual([5])
  })

  it('does nothing to a task that is quick enough', async () => {
    const cloud = new Cloud()
    cloud.seconds = 4
    const execution = await cloud.run(chain(invoke(1, { TimeoutSeconds: 5 }), { Type: 'Wait', Seconds: 30 }))
    expect([execution.status, cloud.elapsed]).toEqual(['SUCCEEDED', 34])
  })

  it.each([
    ["{% 'soon' %}", "Expected 'number', but was 'string'"],
    ['{% 0 %}', 'must be an integer from 1'],
  ])('%s is an error of the expression', async (timeout, cause) => {
    const execution = await new Cloud().run(chain(invoke(1, { TimeoutSeconds: timeout })))
    expect([execution.error, types(execution)[2]]).toEqual(['States.QueryEvaluationError', 'EvaluationFailed'])
    expect(execution.cause).toContain(cause)
  })
})

it('runs each task of the host in its own turn of the clock', async () => {
  const cloud = new Cloud()
  const log: string[] = []
  cloud.work = (name: string) => {
    log.push(`${name} runs`)
    void Promise.resolve().then(() => log.push(`${name} is done`))
    return name
  }
  const branch = (name: string) => chain({ Name: `Call ${name}`, ...invoke(name) })
  await cloud.run(chain({ Type: 'Parallel', Branches: [branch('A'), branch('B')] }))
  expect(log).toEqual(['A runs', 'A is done', 'B runs', 'B is done'])
})
