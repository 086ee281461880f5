import { describe, expect, it } from 'vitest'
import { Cloud, chain, details, failure, invoke, output, START, types } from './support.ts'

describe('256 KiB of payload', () => {
  const long = (length: number) => `{% $pad('', ${length}, 'x') %}`

  it.each([
    [262_142, 'SUCCEEDED'],
    [262_143, 'FAILED'],
  ])('an output of %d characters is %s', async (length, status) => {
    const execution = await new Cloud().run(chain({ Type: 'Pass', Output: long(length) }))
    expect(execution.status).toBe(status)
    if (status === 'FAILED') expect(execution.error).toBe('States.DataLimitExceeded')
  })

  it.each([
    ['bytes, not characters', { Type: 'Pass', Output: "{% $pad('', 140000, 'é') %}" }],
    ['what is assigned at once', { Type: 'Pass', Assign: { a: long(140_000), b: long(140_000) } }],
    ['Arguments', invoke(long(262_144))],
  ] as const)('counts %s', async (_, state) => {
    expect((await new Cloud().run(chain(state as never))).error).toBe('States.DataLimitExceeded')
  })

  it('a result above it is caught by its name only', async () => {
    const run = async (name: string) => {
      const cloud = new Cloud()
      cloud.work = () => 'x'.repeat(262_144)
      const task = invoke(1, { Catch: [{ ErrorEquals: [name], Next: 'End' }], Next: 'End' })
      return (await cloud.run(chain(task, { Type: 'Succeed', Name: 'End' }))).status
    }
    expect([await run('States.ALL'), await run('States.DataLimitExceeded')]).toEqual(['FAILED', 'SUCCEEDED'])
  })
})

describe('32,768 characters of a cause, and 256 of an error', () => {
  const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }], Next: 'End' }
  const end = { Type: 'Succeed', Name: 'End' } as const
  const throwing = async (isStrict: boolean, error: Error) => {
    const cloud = new Cloud()
    cloud.isStrict = isStrict
    cloud.work = () => Promise.reject(error)
    return cloud.run(chain(invoke(1, caught), end))
  }
  const long = failure('Gone', 'x'.repeat(40_000))

  it('are cut, where the question is read leniently', async () => {
    const execution = await throwing(false, long)
    const { Error: error, Cause } = output(execution) as { Error: string; Cause: string }
    expect([execution.status, error, Cause.length]).toEqual(['SUCCEEDED', 'Gone', 32_768])
    const named = await throwing(false, failure('x'.repeat(300)))
    expect((output(named) as { Error: string }).Error).toHaveLength(256)
  })

  it.each([
    ['a cause', long],
    ['a name', failure('x'.repeat(300))],
  ])('are not taken, where it is read strictly: %s', async (_, error) => {
    expect(await throwing(true, error)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' })
  })

  it.each([32_768, 32_769])('a Fail state has a cause of %d characters', async (length) => {
    const execution = await new Cloud().run(chain({ Type: 'Fail', Error: 'Gone', Cause: 'x'.repeat(length) }))
    expect(execution.error).toBe(length === 32_768 ? 'Gone' : 'States.DataLimitExceeded')
  })

  it.each([
    ['StopExecution', { cause: 'x'.repeat(32_769) }],
    ['StopExecution', { error: 'x'.repeat(257) }],
    ['SendTaskFailure', { cause: 'x'.repeat(32_769) }],
  ])('%s takes no more: %j', (operation, texts) => {
    const cloud = new Cloud()
    const execution = cloud.start(chain({ Type: 'Wait', Seconds: 10 }))
    const call = () => cloud.operation(operation, { executionArn: execution.arn, taskToken: 'token', ...texts })
    expect(call).toThrow(/failed to satisfy constraint: Member must have length less than or equal to (32768|256)/)
  })
})

describe('25,000 events', () => {
  it('end the execution', async () => {
    const loop = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass' as const, Next: 'B' },
        B: {
          Type: 'Choice' as const,
          Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'End' }],
          Default: 'A',
        },
        End: { Type: 'Succeed' as const },
      },
    }
    const execution = await new Cloud().run(loop)
    expect(execution.history.events).toHaveLength(25_000)
    expect(details(execution, 'ExecutionFailed')).toEqual([
      {
        error: 'States.Runtime',
        cause: 'The execution reached the maximum number of history events (25000).',
      },
    ])
  })

  it('end it inside a Map too, whatever catches there', async () => {
    const execution = await new Cloud().run(
      chain(
        {
          Type: 'Map',
          Items: '{% [1..9000] %}',
          ItemProcessor: chain({ Type: 'Pass', Name: 'P' }),
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }],
          Next: 'End',
        },
        { Type: 'Succeed', Name: 'End' },
      ),
    )
    expect([execution.error, execution.history.events.length]).toEqual(['States.Runtime', 25_000])
  })
})

describe("the state machine's TimeoutSeconds", () => {
  it('ends the execution as TIMED_OUT', async () => {
    const cloud = new Cloud()
    const execution = await cloud.run({ ...chain({ Type: 'Wait', Seconds: 100 }), TimeoutSeconds: 30 })
    expect(execution).toMatchObject({ status: 'TIMED_OUT', stopDate: START + 30_000, error: undefined })
    expect(types(execution)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionTimedOut'])
    expect(execution.history.events.at(-1)).toMatchObject({
      previousEventId: 0,
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    })
    expect(cloud.elapsed).toBe(30)
  })

  it('leaves nothing behind when the execution ends earlier', async () => {
    const cloud = new Cloud()
    const execution = await cloud.run({ ...chain({ Type: 'Wait', Seconds: 10 }), TimeoutSeconds: 30 })
    expect([execution.status, cloud.elapsed]).toEqual(['SUCCEEDED', 10])
  })
})
