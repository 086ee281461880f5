import { describe, expect, it } from 'vitest'
import { type AlarmDefinition, Metrics } from '../../../emulator/world/metrics.ts'

const minute = 60_000
const metric = { namespace: 'Test', name: 'Looks', dimensions: {} }
const definition = (o: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  name: 'alarm',
  of: [{ metric, stat: 'Sum' }],
  period: 600,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  threshold: 1,
  comparison: 'GreaterThanOrEqualToThreshold',
  missing: 'notBreaching',
  ...o,
})

/** What an alarm that is created at 0 enters in four hours, with a point of each value at its minute: `ALARM@11`. */
function states(o: Partial<AlarmDefinition>, points: [minute: number, value: number][]): string[] {
  const metrics = new Metrics()
  metrics.watch(definition(o), 0)
  for (const [at, value] of points) metrics.record(metric, at * minute, value)
  return metrics.transitions(240 * minute).map(({ time, state }) => `${state}@${time / minute}`)
}

describe('an alarm', () => {
  it.each<[string, Partial<AlarmDefinition>, [number, number][], string[]]>([
    ['is OK without data that is not breaching', {}, [], ['OK@1']],
    ['fires within a minute of its creation without data that is breaching', { missing: 'breaching' }, [], ['ALARM@1']],
    ['stays what it is without data that it ignores', { missing: 'ignore' }, [], []],
    [
      'fires when three periods have breached, and ends when there are no three with data so far back',
      {},
      [5, 15, 25, 35].map((at) => [at, 1]),
      ['OK@1', 'ALARM@26', 'OK@66'],
    ],
    [
      'looks two periods further back where data is missing, and fires later for it',
      { missing: 'breaching', comparison: 'LessThanThreshold' },
      [[0, 1]],
      ['OK@1', 'ALARM@51'],
    ],
    [
      'that ignores what is missing never ends without data',
      { missing: 'ignore' },
      [5, 15, 25].map((at) => [at, 1]),
      ['OK@6', 'ALARM@26'],
    ],
  ])('%s', (_, o, points, expected) => {
    expect(states(o, points)).toEqual(expected)
  })

  it('that is put in the place of another begins again', () => {
    const metrics = new Metrics()
    metrics.watch(definition({ missing: 'breaching' }), 0)
    metrics.watch(definition(), 10 * minute)
    expect(metrics.transitions(20 * minute).map(({ time, state }) => `${state}@${time / minute}`)).toEqual([
      'ALARM@1',
      'OK@11',
    ])
    expect(metrics.fired(0, 5 * minute)).toEqual(['alarm'])
    expect(metrics.fired(11 * minute, 20 * minute)).toEqual([])
    expect(metrics.alarms).toHaveLength(1)
  })

  it('over a metric that DynamoDB always sends has data', () => {
    const metrics = new Metrics()
    const steady = { namespace: 'AWS/DynamoDB', name: 'ConsumedReadCapacityUnits', dimensions: {} }
    const of = [
      { metric, stat: 'Sum' as const },
      { metric: steady, stat: 'Sum' as const, onlyThere: true },
    ]
    metrics.watch(definition({ missing: 'ignore', of }), 0)
    for (const at of [5, 15, 25]) metrics.record(metric, at * minute, 1)
    metrics.record(steady, 5 * minute, 1_000)
    const states = metrics.transitions(240 * minute).map(({ state }) => state)
    expect(states).toEqual(['OK', 'ALARM', 'OK'])
  })
})
