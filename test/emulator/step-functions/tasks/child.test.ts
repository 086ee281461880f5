import { describe, expect, it } from 'vitest'
import type { Workflow } from '../../../../emulator/step-functions/definition.ts'
import { Cloud, chain, details, output, START, SYNC, times, types } from '../support.ts'

const nested = (child: string, more: object = {}, args: object = {}, resource = SYNC) =>
  chain({
    Type: 'Task',
    Resource: resource,
    Arguments: { StateMachineArn: child, Name: 'child', Input: { n: 1 }, ...args },
    ...more,
  })

const sleeper = chain({ Type: 'Wait', Seconds: 100, Output: { slept: '{% $states.input.n %}' } })

function family(child: Workflow, more: object = {}, args: object = {}, resource = SYNC) {
  const cloud = new Cloud()
  const arn = cloud.machine(child, 'child-machine')
  const parent = cloud.start(nested(arn, more, args, resource), {}, 'parent')
  const childArn = 'arn:aws:states:eu-west-1:111122223333:execution:child-machine:child'
  return { cloud, parent, child: () => cloud.engine.execution(childArn), childArn, machineArn: arn }
}

describe('states:startExecution', () => {
  it('starts an execution and goes on', async () => {
    const { cloud, parent, child, childArn } = family(sleeper, {}, {}, 'arn:aws:states:::states:startExecution')
    await cloud.clock.run()
    expect(output(parent)).toEqual({ ExecutionArn: childArn, StartDate: '2026-01-05T09:00:00.000Z' })
    expect([parent.stopDate, child().stopDate]).toEqual([START, START + 100_000])
    expect(cloud.calls).toMatchObject([
      { service: 'states', action: 'startExecution', arguments: { Input: '{"n":1}' } },
    ])
  })

  it('.sync:2 waits and gives what DescribeExecution says, payloads parsed', async () => {
    const { cloud, parent, child, childArn, machineArn } = family(sleeper)
    await cloud.clock.run()
    expect(output(parent)).toEqual({
      ExecutionArn: childArn,
      Input: { n: 1 },
      InputDetails: { Included: true },
      Name: 'child',
      Output: { slept: 1 },
      OutputDetails: { Included: true },
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      StartDate: START,
      StateMachineArn: machineArn,
      Status: 'SUCCEEDED',
      StopDate: START + 100_000,
    })
    expect(child().parent).toBe(parent.arn)
    expect(types(parent).slice(2, 6)).toEqual(['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'])
    expect(details(parent, 'TaskScheduled')).toMatchObject([
      { resourceType: 'states', resource: 'startExecution.sync:2' },
    ])
  })

  it('.sync leaves the payloads as text', async () => {
    const { cloud, parent } = family(sleeper, {}, {}, 'arn:aws:states:::states:startExecution.sync')
    await cloud.clock.run()
    expect(output(parent)).toMatchObject({ Input: '{"n":1}', Output: '{"slept":1}' })
  })

  it.each([
    ['fails', chain({ Type: 'Fail', Error: 'Own', Cause: 'why' }), { Status: 'FAILED', Error: 'Own', Cause: 'why' }],
    ['times out', { ...sleeper, TimeoutSeconds: 5 }, { Status: 'TIMED_OUT' }],
  ])('raises States.TaskFailed when the child %s', async (_, definition, expected) => {
    const { cloud, parent, childArn } = family(definition)
    await cloud.clock.run()
    expect(parent.error).toBe('States.TaskFailed')
    expect(JSON.parse(parent.cause ?? '')).toMatchObject({
      ...expected,
      ExecutionArn: childArn,
      Input: '{"n":1}',
    })
    expect(details(parent, 'TaskFailed')).toMatchObject([
      { error: 'States.TaskFailed', resource: 'startExecution.sync:2' },
    ])
  })

  it('raises States.TaskFailed when the child is aborted', async () => {
    const { cloud, parent, child } = family(sleeper)
    cloud.clock.at(START + 5000, () => child().stop('Operator', 'enough'))
    await cloud.clock.run()
    expect(JSON.parse(parent.cause ?? '')).toMatchObject({
      Status: 'ABORTED',
      Error: 'Operator',
      Cause: 'enough',
    })
  })

  it.each([
    ['StateMachineDoesNotExist', { StateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:none' }],
    ['InvalidArn', { StateMachineArn: 'none' }],
    ['InvalidName', { Name: 'a b' }],
    ['InvalidExecutionInput', { Input: 'no json' }],
  ])('could not be submitted: %s', async (name, args) => {
    const { cloud, parent } = family(sleeper, {}, args)
    await cloud.clock.run()
    expect(parent.error).toBe(`StepFunctions.${name}Exception`)
    expect(types(parent).slice(2, 5)).toEqual(['TaskScheduled', 'TaskStarted', 'TaskSubmitFailed'])
  })

  it('takes no Input and no Name', async () => {
    const { cloud, parent } = family(
      sleeper,
      { Output: '{% $states.result.Input %}' },
      { Input: null, Name: undefined },
    )
    await cloud.clock.run()
    expect(output(parent)).toBeUndefined()
    const child = [...cloud.engine.executions.values()].find(({ arn }) => arn !== parent.arn)
    expect([child?.input, child?.error]).toEqual(['{}', 'States.QueryEvaluationError'])
  })

  it('is refused under a name that has run', async () => {
    const { cloud, parent } = family(chain({ Type: 'Fail' }), {
      Retry: [{ ErrorEquals: ['States.TaskFailed'] }],
    })
    await cloud.clock.run()
    expect(parent.error).toBe('StepFunctions.ExecutionAlreadyExistsException')
  })
})

describe('aborting a parent', () => {
  it('aborts its children, and theirs', async () => {
    const cloud = new Cloud()
    const grandchild = cloud.machine(sleeper)
    const child = cloud.machine(nested(grandchild, {}, { Name: 'grandchild' }))
    const parent = cloud.start(nested(child))
    cloud.clock.at(START + 7000, () =>
      cloud.operation('StopExecution', { executionArn: parent.arn, error: 'E', cause: 'c' }),
    )
    await cloud.clock.run()
    const ends = [...cloud.engine.executions.values()].map(({ status, stopDate, error }) => [status, stopDate, error])
    expect(ends).toEqual([
      ['ABORTED', START + 7000, 'E'],
      ['ABORTED', START + 7000, undefined],
      ['ABORTED', START + 7000, undefined],
    ])
    expect(parent.history.events.at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      previousEventId: 0,
      executionAbortedEventDetails: { error: 'E', cause: 'c' },
    })
  })

  it('a sibling that fails aborts the child of a branch', async () => {
    const cloud = new Cloud()
    const child = cloud.machine(sleeper)
    const fail = chain({ Type: 'Wait', Name: 'W', Seconds: 3 }, { Type: 'Fail', Name: 'F', Error: 'E' })
    const parent = await cloud.run(chain({ Type: 'Parallel', Name: 'P', Branches: [nested(child), fail] }))
    expect(parent.error).toBe('E')
    expect([...cloud.engine.executions.values()].map(({ status }) => status)).toEqual(['FAILED', 'ABORTED'])
  })

  it('a task that times out leaves its child running', async () => {
    const { cloud, parent, child } = family(sleeper, { TimeoutSeconds: 5 })
    await cloud.clock.run()
    expect([parent.error, times(parent, 'TaskTimedOut'), child().status]).toEqual(['States.Timeout', [5], 'SUCCEEDED'])
  })
})
