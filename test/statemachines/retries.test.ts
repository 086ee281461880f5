import { describe, expect, it } from 'vitest'
import { exits, timedOut } from '../../emulator/world/deaths.ts'
import { readDefinition } from '../../infra/definitions.ts'
import { machineNames } from '../../infra/functions/names.ts'
import { Cloud, FUNCTION, failure } from '../emulator/step-functions/support.ts'

/** Every state that calls a function outlives the end of one invocation, under each name that AWS has for that. */

interface State {
  Type: 'Task'
  Resource?: string
  Retry?: object[]
  Branches?: { States: Record<string, State> }[]
  ItemProcessor?: { States: Record<string, State> }
}

const statesOf = (states: Record<string, State>): [string, State][] =>
  Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap((branch) => statesOf(branch.States)),
    ...statesOf(state.ItemProcessor?.States ?? {}),
  ])

const calling = machineNames.flatMap((machine) =>
  statesOf(readDefinition(machine).States as unknown as Record<string, State>)
    .filter(([, state]) => state.Resource?.startsWith('arn:aws:states:::lambda:invoke'))
    .map(([name, state]) => ({ machine, name, state })),
)

/** Names of what Lambda itself answers, instead of running a function: documented in bp-lambda-serviceexception. */
const refusals = ['ClientExecutionTimeoutException', 'ServiceException', 'AWSLambdaException', 'SdkClientException']
  .concat('TooManyRequestsException')
  .map((name) => `Lambda.${name}`)
const names = [...Object.keys(exits), timedOut.name, ...refusals]

/** The state alone, with nothing of its own but what it does of errors. */
function alone({ Resource, Retry = [] }: State) {
  const Payload = Resource?.endsWith('waitForTaskToken') ? { token: '{% $states.context.Task.Token %}' } : {}
  const Arguments = { FunctionName: FUNCTION, Payload }
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Lost' }]
  const Task = { Type: 'Task' as const, Resource: Resource as string, Arguments, TimeoutSeconds: 3600, Next: 'Done' }
  return {
    StartAt: 'Task',
    States: {
      Task: { ...Task, Retry, Catch } as never,
      Done: { Type: 'Succeed' as const },
      Lost: { Type: 'Fail' as const },
    },
  }
}

describe.each(calling)('$name of $machine', ({ state }) => {
  it.each(names)('goes on after one %s', async (name) => {
    const cloud = new Cloud(name)
    let calls = 0
    cloud.work = ({ token }: { token?: string }) => {
      calls += 1
      if (calls === 1) throw failure(name)
      if (token) cloud.operation('SendTaskSuccess', { taskToken: token, output: '{}' })
      return {}
    }
    const { status } = await cloud.run(alone(state))
    expect([status, calls]).toEqual(['SUCCEEDED', 2])
    expect(cloud.elapsed).toBeLessThan(60)
  })
})
