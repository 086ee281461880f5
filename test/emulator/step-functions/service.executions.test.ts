import { describe, expect, it } from 'vitest'
import { Cloud, chain, START } from './support.ts'

const machineArn = (name: string) => `arn:aws:states:eu-west-1:111122223333:stateMachine:${name}`

function errorOf(action: () => unknown): string {
  try {
    action()
    return 'none'
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

describe('executions', () => {
  const started = (cloud: Cloud, input: object = {}) =>
    cloud.operation('StartExecution', {
      stateMachineArn: cloud.machine(chain({ Type: 'Wait', Seconds: 5 }), 'm'),
      ...input,
    })

  it('are described while they run and afterwards', async () => {
    const cloud = new Cloud()
    const { executionArn, startDate } = started(cloud, { name: 'n', input: '{"a": 1}' })
    expect(executionArn).toBe('arn:aws:states:eu-west-1:111122223333:execution:m:n')
    const running = {
      executionArn,
      startDate,
      stateMachineArn: machineArn('m'),
      name: 'n',
      status: 'RUNNING',
      input: '{"a": 1}',
      inputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
    }
    expect(cloud.operation('DescribeExecution', { executionArn })).toEqual(running)
    await cloud.clock.run()
    expect(cloud.operation('DescribeExecution', { executionArn })).toEqual({
      ...running,
      status: 'SUCCEEDED',
      stopDate: new Date(START + 5000),
      output: '{"a":1}',
      outputDetails: { included: true },
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    })
  })

  it('have a name of their own when they are given none', () => {
    const cloud = new Cloud()
    const arns = [started(cloud).executionArn, started(cloud).executionArn]
    expect(arns[0]).toMatch(/:m:[0-9a-f-]{36}$/)
    expect(arns[0]).not.toBe(arns[1])
  })

  it('are started once under one name', async () => {
    const cloud = new Cloud()
    const first = started(cloud, { name: 'n', input: '{"a":1}' })
    expect(started(cloud, { name: 'n', input: '{"a":1}' })).toEqual(first)
    const exists = `ExecutionAlreadyExists: Execution Already Exists: '${first.executionArn}'`
    expect(errorOf(() => started(cloud, { name: 'n', input: '{"a":2}' }))).toBe(exists)
    await cloud.clock.run()
    expect(errorOf(() => started(cloud, { name: 'n', input: '{"a":1}' }))).toBe(exists)
  })

  const refused: [string, object, string | RegExp][] = [
    ['StartExecution', { name: 'a:b' }, "InvalidName: Invalid Name: 'a:b'"],
    ['StartExecution', { input: 'no' }, /^InvalidExecutionInput: Invalid State Machine Execution Input: /],
    ['StartExecution', { input: '' }, /^InvalidExecutionInput/],
    ['StartExecution', { input: `"${'x'.repeat(262_144)}"` }, /^InvalidExecutionInput/],
    ['StartExecution', { stateMachineArn: 'x' }, "InvalidArn: Invalid Arn: 'x'"],
    ['StartExecution', { stateMachineArn: machineArn('none') }, /^StateMachineDoesNotExist/],
    ['ListExecutions', { stateMachineArn: machineArn('none') }, /^StateMachineDoesNotExist/],
    ['ListExecutions', { nextToken: 'x' }, "InvalidToken: Invalid Token: 'x'"],
  ]
  for (const name of ['DescribeExecution', 'StopExecution', 'GetExecutionHistory']) {
    const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:m:none'
    refused.push([name, { executionArn }, /^ExecutionDoesNotExist/])
    refused.push([name, { executionArn: machineArn('m') }, /^InvalidArn/])
  }

  it.each(refused)('%s refuses %j', (name, input, expected) => {
    const cloud = new Cloud()
    const stateMachineArn = cloud.machine(chain({ Type: 'Pass' }), 'm')
    expect(errorOf(() => cloud.operation(name, { stateMachineArn, ...input }))).toMatch(expected)
  })

  it('are listed by status, newest first, in pages', async () => {
    const cloud = new Cloud()
    for (const name of ['a', 'b', 'c']) started(cloud, { name })
    await cloud.clock.run()
    started(cloud, { name: 'd' })
    const list = (input: object) => {
      const { executions, nextToken } = cloud.operation('ListExecutions', {
        stateMachineArn: machineArn('m'),
        ...input,
      })
      return [executions.map(({ name }: { name: string }) => name).join(''), nextToken]
    }
    expect(list({})).toEqual(['dcba', undefined])
    expect(list({ statusFilter: 'RUNNING' })).toEqual(['d', undefined])
    const [first, nextToken] = list({ maxResults: 3 })
    expect([first, list({ maxResults: 3, nextToken })]).toEqual(['dcb', ['a', undefined]])
  })

  it('are stopped', async () => {
    const cloud = new Cloud()
    const { executionArn } = started(cloud)
    cloud.clock.at(START + 2000, () => {
      const stop = () => cloud.operation('StopExecution', { executionArn, error: 'E', cause: 'c' })
      expect(stop()).toEqual({ stopDate: new Date(START + 2000) })
      expect(stop()).toEqual({ stopDate: new Date(START + 2000) })
    })
    await cloud.clock.run()
    const described = cloud.operation('DescribeExecution', { executionArn })
    expect(described).toMatchObject({
      status: 'ABORTED',
      error: 'E',
      cause: 'c',
      redriveStatus: 'REDRIVABLE',
    })
    const { events } = cloud.operation('GetExecutionHistory', { executionArn })
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'ExecutionAborted',
    ])
  })

  it('may be stopped before they begin', async () => {
    const cloud = new Cloud()
    const { executionArn } = started(cloud)
    cloud.operation('StopExecution', { executionArn })
    await cloud.clock.run()
    expect(cloud.engine.execution(executionArn).history.events).toHaveLength(2)
  })

  it('show their history in pages, backwards, and without data', async () => {
    const cloud = new Cloud()
    const { executionArn } = started(cloud, { input: '"secret"' })
    await cloud.clock.run()
    const history = (input: object) => cloud.operation('GetExecutionHistory', { executionArn, ...input })
    const ids = (input: object) => history(input).events.map(({ id }: { id: number }) => id)
    expect([ids({}), ids({ reverseOrder: true })]).toEqual([
      [1, 2, 3, 4],
      [4, 3, 2, 1],
    ])
    const { nextToken } = history({ maxResults: 3, reverseOrder: true })
    expect(ids({ maxResults: 3, reverseOrder: true, nextToken })).toEqual([1])
    const bare = history({ includeExecutionData: false }).events
    expect(JSON.stringify(bare)).not.toContain('secret')
    expect(bare[1].stateEnteredEventDetails).toEqual({ name: 'S1' })
  })
})
