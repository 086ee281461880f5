import { describe, expect, it } from 'vitest'
import { Cloud, chain, details, FUNCTION, failure, lines, output, START, times, types } from '../support.ts'

const waiting = (more: object = {}) =>
  chain({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: FUNCTION, Payload: { token: '{% $states.context.Task.Token %}' } },
    ...more,
  })

/** A cloud whose function keeps the tokens that it gets; `at` runs something some seconds later. */
class Waiting extends Cloud {
  readonly tokens: string[] = []
  override work = ({ token }: { token: string }) => {
    this.tokens.push(token)
    return 'noted'
  }

  at(seconds: number, action: (token: string) => void): this {
    this.clock.at(START + seconds * 1000, () => action(this.tokens.at(-1) as string))
    return this
  }

  send(name: string, seconds: number, input: object = {}): this {
    return this.at(seconds, (taskToken) => this.operation(`SendTask${name}`, { taskToken, ...input }))
  }
}

describe('waitForTaskToken', () => {
  it('waits until the token comes back, however long', async () => {
    const cloud = new Waiting().send('Success', 86_400, { output: '{"ami":"ami-1"}' })
    const execution = await cloud.run(waiting())
    expect([output(execution), cloud.elapsed]).toEqual([{ ami: 'ami-1' }, 86_400])
    expect(lines(execution).slice(2)).toEqual([
      '3<2 TaskScheduled',
      '4<3 TaskStarted',
      '5<4 TaskSubmitted',
      '6<5 TaskSucceeded',
      '7<6 TaskStateExited',
      '8<7 ExecutionSucceeded',
    ])
    expect(details(execution, 'TaskSubmitted')).toMatchObject([
      { resourceType: 'lambda', resource: 'invoke.waitForTaskToken' },
    ])
    expect(details(execution, 'TaskSucceeded')).toMatchObject([{ output: '{"ami":"ami-1"}' }])
  })

  it.each([
    [
      { error: 'E', cause: 'why' },
      { error: 'E', cause: 'why' },
    ],
    [{}, {}],
  ])('fails with SendTaskFailure %j', async (input, expected) => {
    const execution = await new Waiting().send('Failure', 60, input).run(waiting())
    expect(details(execution, 'ExecutionFailed')).toEqual([expected])
    expect(details(execution, 'TaskFailed')).toEqual([
      { resourceType: 'lambda', resource: 'invoke.waitForTaskToken', ...expected },
    ])
  })

  it('is done at once when the token comes back before the call returns', async () => {
    const cloud = new Waiting()
    cloud.seconds = 10
    cloud.clock.at(START, () => {})
    cloud.work = ({ token }) => {
      cloud.operation('SendTaskSuccess', { taskToken: token, output: '1' })
      return 'returned later'
    }
    const execution = await cloud.run(waiting())
    expect(output(execution)).toBe(1)
    expect(types(execution)).not.toContain('TaskSubmitted')
  })

  it('fails when the call fails', async () => {
    const cloud = new Waiting()
    cloud.work = () => {
      throw failure('Broken')
    }
    const execution = await cloud.run(waiting())
    expect([execution.error, types(execution)[4], cloud.engine.outstandingTokens]).toEqual(['Broken', 'TaskFailed', 0])
  })

  it('has a new token for each attempt', async () => {
    const cloud = new Waiting().send('Failure', 5, { error: 'E' }).send('Success', 20, { output: '"second"' })
    const execution = await cloud.run(waiting({ Retry: [{ ErrorEquals: ['E'] }] }))
    expect(output(execution)).toBe('second')
    expect(new Set(cloud.tokens).size).toBe(2)
  })

  it('counts the tokens that are out', async () => {
    const cloud = new Waiting()
    const counts: number[] = []
    const count = () => void counts.push(cloud.engine.outstandingTokens)
    count()
    await cloud.at(1, count).send('Success', 2, { output: '1' }).at(3, count).run(waiting())
    expect(counts).toEqual([0, 1, 0])
  })
})

describe('timeouts of a task that waits', () => {
  it('ends after TimeoutSeconds, heartbeats or not', async () => {
    const cloud = new Waiting().send('Heartbeat', 8)
    const execution = await cloud.run(waiting({ TimeoutSeconds: 10, HeartbeatSeconds: 9 }))
    expect([execution.error, times(execution, 'TaskTimedOut')]).toEqual(['States.Timeout', [10]])
    expect(details(execution, 'TaskScheduled')).toMatchObject([{ timeoutInSeconds: 10, heartbeatInSeconds: 9 }])
  })

  it('ends when a heartbeat is late', async () => {
    const cloud = new Waiting().send('Heartbeat', 4).send('Heartbeat', 8)
    const execution = await cloud.run(waiting({ HeartbeatSeconds: '{% 5 %}' }))
    expect([execution.error, times(execution, 'TaskTimedOut')]).toEqual(['States.HeartbeatTimeout', [13]])
  })

  it('is completed by a token that comes back at the same instant, but first', async () => {
    const cloud = new Waiting().send('Success', 10, { output: '1' })
    expect((await cloud.run(waiting({ TimeoutSeconds: 10 }))).status).toBe('SUCCEEDED')
  })
})

describe('a token that is no good', () => {
  const answer = async (name: string, seconds: number, more: object, input: object = {}, token?: string) => {
    const cloud = new Waiting()
    const answers: string[] = []
    if (!('TimeoutSeconds' in more)) cloud.send('Success', 5, { output: '1' })
    cloud.at(seconds, (taskToken) => {
      try {
        cloud.operation(`SendTask${name}`, { taskToken: token ?? taskToken, ...input })
        answers.push('accepted')
      } catch (error) {
        answers.push(`${(error as Error).name}: ${(error as Error).message}`)
      }
    })
    await cloud.run(waiting(more))
    return answers[0]
  }

  it.each(['Success', 'Failure', 'Heartbeat'])('SendTask%s after the task is done is TaskTimedOut', async (name) => {
    expect(await answer(name, 6, {}, { output: '2' })).toBe(
      "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'",
    )
  })

  it('is TaskTimedOut after the time is up', async () => {
    expect(await answer('Success', 4, { TimeoutSeconds: 3 }, { output: '2' })).toMatch(/^TaskTimedOut/)
  })

  it.each(['nonsense', ''])('%j is InvalidToken', async (token) => {
    expect(await answer('Success', 1, {}, { output: '2' }, token)).toBe("InvalidToken: Invalid Token: 'Invalid token'")
  })

  it.each(['{', undefined, `"${'x'.repeat(262_144)}"`])(
    'an output that is no JSON or too long is InvalidOutput, and the token stays good',
    async (text) => {
      expect(await answer('Success', 1, {}, { output: text })).toMatch(/^InvalidOutput/)
    },
  )

  describe('that comes back before the call has answered', () => {
    /** How executions of this name end, whose function sends its token back itself. */
    const early = async (isStrict: boolean, name: string) => {
      const cloud = new Cloud()
      cloud.isStrict = isStrict
      cloud.work = ({ token: taskToken }: { token: string }) =>
        cloud.operation('SendTaskSuccess', { taskToken, output: '1' })
      const execution = cloud.start(waiting(), {}, name)
      await cloud.clock.run()
      return `${execution.status} ${execution.error ?? ''}`
    }
    const names = Array.from({ length: 1_000 }, (_, at) => `run-${at}`)
    const countOf = (ends: string[]) => ends.filter((end) => end === 'FAILED TaskDoesNotExist').length

    it('is not known once in a while, where the question is read strictly', async () => {
      const count = countOf(await Promise.all(names.map((name) => early(true, name))))
      expect(count).toBeGreaterThan(0)
      expect(count).toBeLessThan(15)
      const [lost = ''] = (
        await Promise.all(names.map(async (name) => ((await early(true, name)).startsWith('FAILED') ? [name] : [])))
      ).flat()
      expect(await early(false, lost)).toBe('SUCCEEDED ')
      // Another try has another token.
      const cloud = new Cloud()
      cloud.work = ({ token: taskToken }: { token: string }) =>
        cloud.operation('SendTaskSuccess', { taskToken, output: '1' })
      const again = cloud.start(waiting({ Retry: [{ ErrorEquals: ['States.ALL'] }] }), {}, lost)
      await cloud.clock.run()
      expect(again.status).toBe('SUCCEEDED')
    })
  })
})
