import { describe, expect, it } from 'vitest'
import { Cloud, chain, details, failure, invoke, lines, output, times, types } from '../support.ts'

const each = (more: object, ...states: Parameters<typeof chain>) =>
  chain({ Type: 'Map', Items: '{% $states.input %}', ItemProcessor: chain(...states), ...more })

const failing = (bad: number) => (payload: number) => {
  if (payload === bad) throw failure('Broken', `item ${payload}`)
  return payload
}

describe('an inline Map', () => {
  it('gives the outputs in the order of the items, everybody who is first', async () => {
    const execution = await new Cloud().run(
      each({}, { Type: 'Wait', Name: 'W', Seconds: '{% $states.input %}' }),
      [9, 1, 5],
    )
    expect(output(execution)).toEqual([9, 1, 5])
    expect(details(execution, 'MapStateStarted')).toEqual([{ length: 3 }])
    expect(details(execution, 'MapIterationSucceeded').map(({ index }) => index)).toEqual([1, 2, 0])
  })

  it('has the history of the real API', async () => {
    const execution = await new Cloud().run(each({}, { Type: 'Pass', Name: 'P' }), ['a', 'b'])
    expect(lines(execution)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 MapStateEntered',
      '3<2 MapStateStarted',
      '4<3 MapIterationStarted',
      '5<3 MapIterationStarted',
      '6<4 PassStateEntered',
      '7<6 PassStateExited',
      '8<5 PassStateEntered',
      '9<8 PassStateExited',
      '10<7 MapIterationSucceeded',
      '11<9 MapIterationSucceeded',
      '12<11 MapStateSucceeded',
      '13<12 MapStateExited',
      '14<13 ExecutionSucceeded',
    ])
    expect(details(execution, 'MapIterationStarted')).toEqual([
      { name: 'S1', index: 0 },
      { name: 'S1', index: 1 },
    ])
  })

  it('selects what an iteration gets, from the item and the input of the Map', async () => {
    const selector = {
      at: '{% $states.context.Map.Item.Index %}',
      of: '{% $states.context.Map.Item.Value %}',
      from: '{% $states.context.Map.Item.Source %}',
      all: '{% $count($states.input) %}',
    }
    const execution = await new Cloud().run(each({ ItemSelector: selector }, { Type: 'Pass', Name: 'P' }), ['x', 'y'])
    expect(output(execution)).toEqual([
      { at: 0, of: 'x', from: 'STATE_DATA', all: 2 },
      { at: 1, of: 'y', from: 'STATE_DATA', all: 2 },
    ])
  })

  it.each([
    ['no items', [], {}, []],
    ['literal items with expressions', 7, { Items: [1, '{% $states.input %}'] }, [1, 7]],
    ['its input without Items', [1, 2], { Items: undefined }, [1, 2]],
  ])('runs over %s', async (_, input, more, expected) => {
    const execution = await new Cloud().run(each(more, { Type: 'Pass', Name: 'P' }), input)
    expect(output(execution)).toEqual(expected)
  })

  it.each([
    ["{% 'text' %}", "Expected 'array', but was 'string'"],
    ["{% {'a': 1} %}", "Expected 'array', but was 'object'"],
    ['{% $states.input.absent %}', 'returned nothing (undefined)'],
  ])('refuses %s as Items', async (items, cause) => {
    const execution = await new Cloud().run(each({ Items: items }, { Type: 'Pass', Name: 'P' }), {})
    expect([execution.error, types(execution)[2]]).toEqual(['States.QueryEvaluationError', 'EvaluationFailed'])
    expect(execution.cause).toContain(cause)
  })

  it.each([
    [{}, 50, 40, 20],
    [{ MaxConcurrency: 3 }, 7, 3, 30],
    [{ MaxConcurrency: '{% 1 + 1 %}' }, 4, 2, 20],
    [{ MaxConcurrency: 0 }, 41, 40, 20],
  ])('%j runs %d items %d at a time', async (more, count, atOnce, seconds) => {
    const cloud = new Cloud()
    const items = Array.from({ length: count }, (_, i) => i)
    const execution = await cloud.run(each(more, { Type: 'Wait', Name: 'W', Seconds: 10 }), items)
    expect(times(execution, 'MapIterationStarted').filter((time) => time === 0)).toHaveLength(atOnce)
    expect([output(execution), cloud.elapsed]).toEqual([items, seconds])
  })

  it('fails with the first item that fails, and ends the others', async () => {
    const cloud = new Cloud()
    cloud.seconds = 1
    cloud.work = failing(2)
    const execution = await cloud.run(each({ MaxConcurrency: 3 }, { Name: 'T', ...invoke() }), [1, 2, 3, 4])
    expect([execution.error, cloud.invocations.length]).toEqual(['Broken', 3])
    const failed = lines(execution).findIndex((line) => line.endsWith(' TaskFailed')) + 1
    const events = types(execution).slice(failed)
    expect(events).toEqual([
      'MapIterationFailed',
      'TaskStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'MapIterationAborted',
      'TaskStateAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ])
    expect(details(execution, 'MapIterationFailed')).toEqual([{ name: 'S1', index: 1 }])
    expect(details(execution, 'MapIterationAborted').map(({ index }) => index)).toEqual([2, 3])
  })

  it('starts no more items after a failure', async () => {
    const cloud = new Cloud()
    cloud.work = failing(2)
    await cloud.run(each({ MaxConcurrency: 1 }, { Name: 'T', ...invoke() }), [1, 2, 3, 4])
    expect(cloud.invocations).toHaveLength(2)
  })
})

describe('a distributed Map', () => {
  const distributed = {
    ProcessorConfig: { Mode: 'DISTRIBUTED' as const, ExecutionType: 'STANDARD' as const },
  }
  const overAll = (more: object, ...states: Parameters<typeof chain>) =>
    chain({
      Type: 'Map',
      Items: '{% $states.input %}',
      ItemProcessor: { ...chain(...states), ...distributed },
      Label: 'Bakes',
      ...more,
    })

  it('runs each item as an execution of its own', async () => {
    const cloud = new Cloud()
    const execution = await cloud.run(
      overAll({}, { Type: 'Pass', Name: 'P', Output: '{% $states.input * 2 %}' }),
      [1, 2],
    )
    expect(output(execution)).toEqual([2, 4])
    expect(types(execution)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ])
    const [run] = details(execution, 'MapRunStarted') as [{ mapRunArn: string }]
    expect(run.mapRunArn).toMatch(/^arn:aws:states:eu-west-1:111122223333:mapRun:machine-0\/Bakes:[0-9a-f-]{36}$/)
    const { executions } = cloud.operation('ListExecutions', { mapRunArn: run.mapRunArn })
    expect(executions).toHaveLength(2)
    for (const child of executions) {
      expect(child).toMatchObject({
        ...run,
        status: 'SUCCEEDED',
        stateMachineArn: `${execution.stateMachine.arn}/Bakes`,
      })
      expect(cloud.engine.execution(child.executionArn).parent).toBe(execution.arn)
    }
  })

  it('takes the members of an object as items', async () => {
    const execution = await new Cloud().run(overAll({ Items: { a: 1, b: 2 } }, { Type: 'Pass', Name: 'P' }))
    expect(output(execution)).toEqual([
      { Key: 'a', Value: 1 },
      { Key: 'b', Value: 2 },
    ])
  })

  it('does not see the variables outside', async () => {
    const definition = overAll({}, { Type: 'Pass', Name: 'P', Output: '{% $exists($outer) %}' })
    const execution = await new Cloud().run(
      {
        StartAt: 'Set',
        States: { Set: { Type: 'Pass', Assign: { outer: 1 }, Next: 'S1' }, ...definition.States },
      },
      [1],
    )
    expect(output(execution)).toEqual([false])
  })

  it.each([
    [{}, [2], 'FAILED'],
    [{ ToleratedFailureCount: 1 }, [2], 'SUCCEEDED'],
    [{ ToleratedFailureCount: 1 }, [2, 2], 'FAILED'],
    [{ ToleratedFailurePercentage: 50 }, [2, 2], 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: '{% 49 %}' }, [2, 2], 'FAILED'],
    [{ ToleratedFailurePercentage: 100, ToleratedFailureCount: 0 }, [2], 'FAILED'],
  ])('%j with failing items %j is %s', async (more, bad, status) => {
    const cloud = new Cloud()
    cloud.work = failing(2)
    const items = [...bad, ...Array.from({ length: 4 - bad.length }, () => 1)]
    const execution = await cloud.run(overAll(more, { Name: 'T', ...invoke() }), items)
    expect(execution.status).toBe(status)
    if (status === 'SUCCEEDED') return expect(output(execution)).toEqual(items.filter((item) => item === 1))
    expect(execution.error).toBe('States.ExceedToleratedFailureThreshold')
    expect(types(execution).slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed'])
  })

  it('aborts its executions when it fails or is stopped', async () => {
    const cloud = new Cloud()
    const execution = cloud.start(overAll({}, { Type: 'Wait', Name: 'W', Seconds: 100 }), [1, 2])
    cloud.clock.at(cloud.clock.now() + 5000, () => execution.stop())
    await cloud.clock.run()
    const statuses = [...cloud.engine.executions.values()].map(({ status, stopDate }) => [status, stopDate])
    expect(statuses).toEqual(Array(3).fill(['ABORTED', execution.startDate + 5000]))
  })
})
