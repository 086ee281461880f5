import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Cloud, chain, FUNCTION, failure, invoke, SYNC } from './support.ts'

/** A machine with a bit of everything that draws, waits, branches and fails. */
async function everything(seed: number, items: number[]): Promise<string> {
  const cloud = new Cloud(seed)
  cloud.work = async (payload: { n: number; token?: string }) => {
    await cloud.clock.sleep(payload.n * 10)
    if (payload.n % 3 === 0) throw failure('Unlucky')
    const { token } = payload
    if (token) {
      const taskToken = token
      cloud.clock.at(
        cloud.clock.now() + 500,
        () => void cloud.operation('SendTaskSuccess', { taskToken, output: '{}' }),
      )
    }
    return { id: payload.n }
  }
  const child = cloud.machine(chain({ Type: 'Pass', Output: { id: '{% $uuid() %}', r: '{% $random() %}' } }), 'child')
  const retry = { Retry: [{ ErrorEquals: ['Unlucky'], JitterStrategy: 'FULL', MaxAttempts: 2 }] }
  const token = {
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: FUNCTION, Payload: { n: 1, token: '{% $states.context.Task.Token %}' } },
    Output: '{% $states.result %}',
  }
  await cloud.run(
    chain(
      {
        Type: 'Map',
        Items: '{% $states.input %}',
        ItemProcessor: chain({ Name: 'Item', ...invoke({ n: '{% $states.input %}' }, retry) }),
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Both' }],
        Next: 'Both',
      },
      {
        Type: 'Parallel',
        Name: 'Both',
        Branches: [
          chain({ Name: 'Token', ...invoke(1, token) }),
          chain({ Type: 'Task', Name: 'Nested', Resource: SYNC, Arguments: { StateMachineArn: child } }),
        ],
      },
    ),
    items,
  )
  return JSON.stringify([[...cloud.engine.executions.values()].map(({ history }) => history.events), cloud.events])
}

it('one seed gives one history, byte for byte; another gives another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }), async (seed, items) => {
      const first = await everything(seed, items)
      expect(await everything(seed, items)).toBe(first)
      expect(await everything(seed + 1, items)).not.toBe(first)
    }),
    { numRuns: 25 },
  )
})

it('runs a hundred executions of twenty states, each to its end', async () => {
  const cloud = new Cloud()
  const states = Array.from({ length: 10 }, (_, i) => [
    { Type: 'Pass' as const, Name: `P${i}`, Assign: { [`v${i}`]: '{% $states.context.Execution.Name %}' } },
    { Name: `T${i}`, ...invoke({ n: '{% $states.context.Execution.Input.n %}' }) },
  ]).flat()
  const stateMachineArn = cloud.machine(chain(...states))
  for (let n = 0; n < 100; n++) cloud.engine.startExecution({ stateMachineArn, input: `{"n":${n}}` })
  await cloud.clock.run()
  expect([...cloud.engine.executions.values()].every(({ status }) => status === 'SUCCEEDED')).toBe(true)
})
