import { describe, expect, it } from 'vitest'
import { Cloud, chain, FUNCTION, invoke, output, ROLE } from './support.ts'

describe('variables', () => {
  it('are evaluated first and assigned afterwards (the example of the AWS guide)', async () => {
    const execution = await new Cloud().run(
      chain(
        { Type: 'Pass', Assign: { x: 3, a: 6 } },
        { Type: 'Pass', Assign: { x: '{% $a %}', nextX: '{% $x %}' }, Output: '{% $x %}' },
        { Type: 'Pass', Output: ['{% $states.input %}', '{% $x %}', '{% $nextX %}'] },
      ),
    )
    expect(output(execution)).toEqual([3, 6, 3])
  })

  it('are read in inner scopes, which keep their own to themselves', async () => {
    const inner = (name: string) =>
      chain(
        { Type: 'Pass', Name: `Set ${name}`, Assign: { mine: `{% $outer & '${name}' %}` } },
        { Type: 'Pass', Name: `Get ${name}`, Output: '{% $mine %}' },
      )
    const execution = await new Cloud().run(
      chain(
        { Type: 'Pass', Assign: { outer: 'o' } },
        { Type: 'Parallel', Branches: [inner('A'), inner('B')], Assign: { both: '{% $states.result %}' } },
        { Type: 'Map', Items: [1, 2], ItemProcessor: inner('C'), Assign: { mapped: '{% $states.result %}' } },
        { Type: 'Pass', Output: ['{% $both %}', '{% $mapped %}', '{% $exists($mine) %}'] },
      ),
    )
    expect(output(execution)).toEqual([['oA', 'oB'], ['oC', 'oC'], false])
  })

  it('an inner scope sees the outer variables as they were when it began', async () => {
    const branch = chain({ Type: 'Wait', Name: 'W', Seconds: 5, Output: '{% $v %}' })
    const execution = await new Cloud().run(
      chain({ Type: 'Pass', Assign: { v: 1 } }, { Type: 'Parallel', Branches: [branch], Assign: { v: 2 } }),
    )
    expect(output(execution)).toEqual([1])
  })

  it('a catcher assigns in the scope of its own state', async () => {
    const fail = chain({ Type: 'Fail', Name: 'F', Error: 'E' })
    const execution = await new Cloud().run(
      chain(
        {
          Type: 'Parallel',
          Branches: [fail],
          Catch: [{ ErrorEquals: ['E'], Next: 'End', Assign: { why: '{% $states.errorOutput.Error %}' } }],
          Next: 'End',
        },
        { Type: 'Pass', Name: 'End', Output: '{% $why %}' },
      ),
    )
    expect(output(execution)).toBe('E')
  })
})

describe('the context object', () => {
  it('tells the execution, the state and the state machine', async () => {
    const cloud = new Cloud()
    const execution = await cloud.run(
      chain({ Type: 'Wait', Seconds: 1.5 - 0.5 }, { Type: 'Pass', Output: '{% $states.context %}' }),
      { a: 1 },
    )
    expect(output(execution)).toEqual({
      Execution: {
        Id: execution.arn,
        Input: { a: 1 },
        StartTime: '2026-01-05T09:00:00Z',
        Name: 'run',
        RoleArn: ROLE,
        RedriveCount: 0,
      },
      StateMachine: { Id: execution.stateMachine.arn, Name: 'machine-0' },
      State: { Name: 'S2', EnteredTime: '2026-01-05T09:00:01Z' },
    })
  })

  it('tells a task its retries, and its token where it waits for one', async () => {
    const cloud = new Cloud()
    await cloud.run(chain(invoke('{% $states.context.State %}')))
    expect(cloud.invocations[0]?.payload).toMatchObject({ Name: 'S1', RetryCount: 0 })
    const waits = {
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: FUNCTION, Payload: '{% $states.context.Task.Token %}' },
    }
    await cloud.run(chain(invoke(1, waits)))
    expect(cloud.invocations[1]?.payload).toMatch(/^[A-Za-z0-9+/=]{100,}$/)
  })

  it('tells the states of an iteration their item', async () => {
    const item = chain({ Type: 'Pass', Name: 'P', Output: '{% $states.context.Map.Item.Index %}' })
    expect(output(await new Cloud().run(chain({ Type: 'Map', Items: ['a', 'b'], ItemProcessor: item })))).toEqual([
      0, 1,
    ])
  })
})
