import { describe, expect, it } from 'vitest'
import { Cloud, chain, failure, invoke, lines, output, types } from '../support.ts'

const wait = (name: string, seconds: number) => chain({ Type: 'Wait', Name: name, Seconds: seconds, Output: name })

describe('Parallel', () => {
  it('runs its branches at once and gives their outputs in their order', async () => {
    const cloud = new Cloud()
    const execution = await cloud.run(chain({ Type: 'Parallel', Branches: [wait('Slow', 9), wait('Fast', 5)] }))
    expect([output(execution), cloud.elapsed]).toEqual([['Slow', 'Fast'], 9])
    expect(lines(execution)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 ParallelStateEntered',
      '3<2 ParallelStateStarted',
      '4<3 WaitStateEntered',
      '5<3 WaitStateEntered',
      '6<5 WaitStateExited',
      '7<4 WaitStateExited',
      '8<7 ParallelStateSucceeded',
      '9<8 ParallelStateExited',
      '10<9 ExecutionSucceeded',
    ])
  })

  it('gives each branch its Arguments, and its result to Output and Assign', async () => {
    const execution = await new Cloud().run(
      chain(
        {
          Type: 'Parallel',
          Arguments: { n: '{% $states.input.n + 1 %}' },
          Branches: [
            chain({ Type: 'Pass', Name: 'A' }),
            chain({ Type: 'Pass', Name: 'B', Output: '{% $states.input.n %}' }),
          ],
          Assign: { second: '{% $states.result[1] %}' },
          Output: '{% $states.result[0] %}',
        },
        { Type: 'Pass', Output: ['{% $states.input %}', '{% $second %}'] },
      ),
      { n: 1 },
    )
    expect(output(execution)).toEqual([{ n: 2 }, 2])
  })

  it('ends the siblings of a branch that fails, and records where they were', async () => {
    const cloud = new Cloud()
    cloud.seconds = 3
    cloud.work = () => {
      throw failure('Broken')
    }
    const nested = chain({ Type: 'Parallel', Name: 'Nested', Branches: [wait('Deep', 50)] })
    const branches = [chain({ Name: 'Call', ...invoke() }), wait('Long', 100), nested]
    const execution = await cloud.run(chain({ Type: 'Parallel', Branches: branches }))
    expect([execution.error, cloud.elapsed]).toEqual(['Broken', 3])
    expect(execution.stopDate).toBe(execution.startDate + 3000)
    const failed = lines(execution).findIndex((line) => line.endsWith('TaskFailed')) + 1
    expect(lines(execution).slice(failed)).toEqual(
      ['TaskStateAborted', 'WaitStateAborted', 'WaitStateAborted', 'ParallelStateAborted', 'ParallelStateFailed']
        .map((type, i) => `${failed + 1 + i}<${failed} ${type}`)
        .concat(`${failed + 6}<${failed + 5} ExecutionFailed`),
    )
  })

  it('can be retried and caught as a whole', async () => {
    const cloud = new Cloud()
    cloud.work = () => {
      throw failure('Broken')
    }
    const execution = await cloud.run(
      chain(
        {
          Type: 'Parallel',
          Branches: [chain({ Name: 'Call', ...invoke() }), wait('Long', 100)],
          Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 1, IntervalSeconds: 7 }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $states.errorOutput.Error %}' }],
          Next: 'Caught',
        },
        { Type: 'Pass', Name: 'Caught' },
      ),
    )
    expect(output(execution)).toBe('Broken')
    expect(types(execution).filter((type) => type === 'ParallelStateStarted')).toHaveLength(2)
    expect(cloud.invocations).toHaveLength(2)
    expect(execution.stopDate).toBe(execution.startDate + 7000)
  })

  it('fails with the failure of a Fail state', async () => {
    const fail = chain({ Type: 'Fail', Name: 'Stop', Error: 'Stopped', Cause: 'on purpose' })
    const execution = await new Cloud().run(chain({ Type: 'Parallel', Branches: [fail] }))
    expect([execution.error, execution.cause]).toEqual(['Stopped', 'on purpose'])
    expect(lines(execution).slice(3)).toEqual([
      '4<3 FailStateEntered',
      '5<4 ParallelStateFailed',
      '6<5 ExecutionFailed',
    ])
  })
})
