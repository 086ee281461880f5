import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
} from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, served } from '../accounts.ts'

const hour = 3_600_000
/** Where the hand clock begins. */
const started = Date.parse('2026-09-01T12:00:00Z')
let world: Served
let client: CloudWatchClient
let errors: string
let health: string

beforeAll(async () => {
  world = await served()
  const { cloudwatch } = world.aws
  errors = cloudwatch.addAlarm({ ...build, name: 'payments-errors' })
  health = cloudwatch.addAlarm({ ...build, name: 'payments: health', composite: true })
  cloudwatch.addAlarm({ ...build, name: 'orders-errors', state: 'INSUFFICIENT_DATA' })
  client = as([allow('cloudwatch:*')])
  cloudwatch.setState(errors, 'ALARM', { at: started + 2 * hour, reason: 'Threshold Crossed: 7 errors' })
  cloudwatch.setState(errors, 'OK', { at: started + 3 * hour })
  cloudwatch.setState(health, 'ALARM', { at: started + 4 * hour })
  world.clock.run(started + 5 * hour)
})

afterAll(async () => {
  await world.close()
})

const as = (statements: Parameters<typeof roleWith>[1], o: Parameters<typeof roleWith>[2] = {}) =>
  new CloudWatchClient(clientOptions(world, roleWith(world.aws, statements, o)))
const alarms = async (input: DescribeAlarmsCommandInput, from = client) => {
  const { MetricAlarms = [], CompositeAlarms = [] } = await from.send(new DescribeAlarmsCommand(input))
  return [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName, StateValue }) => `${AlarmName} ${StateValue}`)
}
const history = async (input: DescribeAlarmHistoryCommandInput) => {
  const { AlarmHistoryItems = [] } = await client.send(new DescribeAlarmHistoryCommand(input))
  return AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)
}
const both: DescribeAlarmsCommandInput = { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }

describe('DescribeAlarms', () => {
  it.each<[string, DescribeAlarmsCommandInput, string[]]>([
    ['metric alarms where no type is asked for', {}, ['payments-errors OK', 'orders-errors INSUFFICIENT_DATA']],
    ['no composite alarm though it is named', { AlarmNames: ['payments: health'] }, []],
    ['what is named, of all types', { ...both, AlarmNames: ['payments: health'] }, ['payments: health ALARM']],
    ['what begins so', { ...both, AlarmNamePrefix: 'payments' }, ['payments-errors OK', 'payments: health ALARM']],
    ['what is in a state', { ...both, StateValue: 'ALARM' }, ['payments: health ALARM']],
    ['nothing for a name that is not there', { ...both, AlarmNames: ['other'] }, []],
  ])('has %s', async (_, input, expected) => {
    expect(await alarms(input)).toEqual(expected)
  })

  it('tells since when an alarm is in its state, and why', async () => {
    const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: ['payments-errors'] }))
    expect(MetricAlarms?.[0]).toMatchObject({
      AlarmArn: errors,
      StateReason: 'Threshold Crossed: now OK',
      StateUpdatedTimestamp: new Date(started + 3 * hour),
    })
  })

  it('has pages', async () => {
    const first = await client.send(new DescribeAlarmsCommand({ ...both, MaxRecords: 2 }))
    const input = { ...both, MaxRecords: 2, NextToken: first.NextToken }
    const second = await client.send(new DescribeAlarmsCommand(input))
    expect(second.CompositeAlarms?.length ?? 0).toBe(0)
    expect(second.MetricAlarms).toHaveLength(1)
    const wrong = client.send(new DescribeAlarmsCommand({ NextToken: 'wrong' }))
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidNextToken' })
  })
})

describe('DescribeAlarmHistory', () => {
  const changes = { AlarmName: 'payments-errors', HistoryItemType: 'StateUpdate' } as const
  const at = (hours: number) => new Date(started + hours * hour)

  it.each<[string, DescribeAlarmHistoryCommandInput, string[]]>([
    ['changes, the newest first', changes, ['Alarm updated from ALARM to OK', 'Alarm updated from OK to ALARM']],
    [
      'changes, the oldest first',
      { ...changes, ScanBy: 'TimestampAscending' },
      ['Alarm updated from OK to ALARM', 'Alarm updated from ALARM to OK'],
    ],
    ['what was after a time', { ...changes, StartDate: at(2.5) }, ['Alarm updated from ALARM to OK']],
    ['what was before a time', { ...changes, EndDate: at(2.5) }, ['Alarm updated from OK to ALARM']],
    ['what was made', { AlarmName: 'orders-errors' }, ['Alarm "orders-errors" created']],
    ['nothing of a composite alarm unless it is asked for', { AlarmName: 'payments: health' }, []],
    [
      'a composite alarm’s',
      { AlarmName: 'payments: health', AlarmTypes: ['CompositeAlarm'], HistoryItemType: 'StateUpdate' },
      ['Alarm updated from OK to ALARM'],
    ],
  ])('has %s', async (_, input, expected) => {
    expect(await history(input)).toEqual(expected)
  })

  it('says from what to what, and keeps it 30 days', async () => {
    const { AlarmHistoryItems } = await client.send(new DescribeAlarmHistoryCommand(changes))
    expect(JSON.parse(AlarmHistoryItems?.at(-1)?.HistoryData ?? '')).toMatchObject({
      oldState: { stateValue: 'OK' },
      newState: { stateValue: 'ALARM', stateReason: 'Threshold Crossed: 7 errors' },
    })
    const later = await served()
    const { cloudwatch } = later.aws
    cloudwatch.setState(cloudwatch.addAlarm({ ...build, name: 'a' }), 'ALARM')
    const from = new CloudWatchClient(clientOptions(later))
    const count = async () =>
      (await from.send(new DescribeAlarmHistoryCommand({ AlarmName: 'a' }))).AlarmHistoryItems?.length
    expect(await count()).toBe(2)
    later.clock.run(later.clock.now() + 31 * 24 * hour)
    expect(await count()).toBe(0)
    await later.close()
  })

  it('outlives its alarm', async () => {
    const { cloudwatch } = world.aws
    const arn = cloudwatch.addAlarm({ ...build, name: 'short-lived' })
    cloudwatch.removeAlarm(arn)
    expect(await alarms({ AlarmNames: ['short-lived'] })).toEqual([])
    expect(await history({ AlarmName: 'short-lived' })).toHaveLength(1)
    expect(() => cloudwatch.setState(arn, 'ALARM')).toThrow('no alarm')
  })
})

it('says on the default bus that an alarm has changed', () => {
  const [event] = world.events.filter(({ source }) => source === 'aws.cloudwatch')
  expect(event).toMatchObject({
    'detail-type': 'CloudWatch Alarm State Change',
    resources: [errors],
    time: '2026-09-01T14:00:00Z',
    detail: { alarmName: 'payments-errors', state: { value: 'ALARM' }, previousState: { value: 'OK' } },
  })
})

it('needs the right for all alarms where composite ones are asked for', async () => {
  const narrow = as([{ ...allow('cloudwatch:DescribeAlarms'), Resource: errors }], {
    name: 'narrow',
    logicalId: 'NarrowRole',
  })
  const AlarmNames = ['payments-errors']
  expect(await alarms({ AlarmNames }, narrow)).toEqual(['payments-errors OK'])
  await expect(alarms({ ...both, AlarmNames }, narrow)).rejects.toThrow('cloudwatch:DescribeAlarms')
  await expect(alarms({ AlarmNames: ['orders-errors'] }, narrow)).rejects.toThrow('cloudwatch:DescribeAlarms')
})

itFitsTheModels(() => world.aws.calls)
