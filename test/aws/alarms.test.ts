import { CloudWatchClient, DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { beforeEach, describe, expect, it } from 'vitest'
import { cloudWatchOf, requireQuietAlarm } from '../../aws/alarms.ts'
import { mockOf } from '../support/mocks.ts'

const cloudWatch = mockOf(CloudWatchClient)
const sts = mockOf(STSClient)
const buildAccount = '111122223333'
const since = '2026-09-08T10:00:00Z'
const alarm = 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders: errors'
const time = '2026-09-08T12:00:00Z'
const asking = (more: { alarm?: string; since?: string | undefined; time?: string } = {}) =>
  requireQuietAlarm(
    cloudWatchOf('golden'),
    { ring: 'early', alarm, ...more },
    { since: 'since' in more ? more.since : since, time: more.time ?? time, buildAccount },
  )
const named = { AlarmName: 'orders: errors', StateUpdatedTimestamp: new Date('2026-09-08T09:00:00Z') }
const update = (from: string, to: string) => ({
  Timestamp: new Date('2026-09-08T11:00:00Z'),
  HistoryData: JSON.stringify({ oldState: { stateValue: from }, newState: { stateValue: to } }),
})
const denied = (name: string) => Object.assign(new Error('not authorized'), { name })

beforeEach(() => {
  cloudWatch.reset()
  sts.reset()
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ ...named, StateValue: 'OK' }] })
  cloudWatch.on(DescribeAlarmHistoryCommand).resolves({ AlarmHistoryItems: [update('ALARM', 'OK')] })
})

describe('an alarm', () => {
  it('lets pass what no alarm watches, and nobody is asked', async () => {
    await requireQuietAlarm(cloudWatchOf('golden'), { ring: 'early' }, { since, time, buildAccount })
    expect(cloudWatch.calls()).toEqual([])
  })

  it('lets pass while it is quiet, metric or composite, asked about since then', async () => {
    await asking()
    cloudWatch.on(DescribeAlarmsCommand).resolves({ CompositeAlarms: [{ ...named, StateValue: 'INSUFFICIENT_DATA' }] })
    await asking()
    const types = { AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }
    expect(cloudWatch.commandCalls(DescribeAlarmsCommand)[0]?.args[0].input).toEqual({
      ...types,
      AlarmNames: ['orders: errors'],
    })
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)[0]?.args[0].input).toMatchObject({
      ...types,
      AlarmName: 'orders: errors',
      HistoryItemType: 'StateUpdate',
      StartDate: new Date(since),
    })
    expect(sts.calls()).toEqual([])
  })

  it('stops what it has fired for, though it is quiet again', async () => {
    cloudWatch
      .on(DescribeAlarmHistoryCommand)
      .resolvesOnce({ AlarmHistoryItems: [], NextToken: 'more' })
      .resolvesOnce({ AlarmHistoryItems: [update('OK', 'ALARM'), update('ALARM', 'OK')] })
    await expect(asking()).rejects.toMatchObject({
      name: 'AlarmFired',
      message: 'alarm orders: errors of ring early fired at 2026-09-08T11:00:00.000Z',
    })
  })

  it('stops everything while it is in ALARM, though it went there before', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ ...named, StateValue: 'ALARM' }] })
    await expect(asking()).rejects.toMatchObject({
      name: 'AlarmFired',
      message: 'alarm orders: errors of ring early fired at 2026-09-08T09:00:00.000Z',
    })
  })

  it.each([
    ['is not there', () => cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] }), /there is no arn/],
    ['cannot be read', () => cloudWatch.on(DescribeAlarmsCommand).rejects(denied('AccessDenied')), /not auth/],
    [
      'has a history that cannot be read',
      () => cloudWatch.on(DescribeAlarmHistoryCommand).rejects(denied('AccessDeniedException')),
      /^alarm orders: errors of ring early: not authorized$/,
    ],
  ])('stops everything when it %s', async (_, arrange, message) => {
    arrange()
    await expect(asking()).rejects.toMatchObject({
      name: 'AlarmUnknown',
      message: expect.stringMatching(message),
    })
  })

  it('stops everything when nobody knows since when it must have been quiet', async () => {
    await expect(asking({ since: undefined })).rejects.toMatchObject({ name: 'AlarmUnknown' })
  })

  it.each([
    ['2026-10-07T10:00:00Z', undefined],
    [
      '2026-10-07T10:00:01Z',
      /early: it was last known to be quiet at 2026-09-08T10:00:00Z, and CloudWatch remembers 30 days/,
    ],
  ])('is known until 29 days are over: at %s', async (now, message) => {
    const asked = asking({ time: now })
    if (message)
      await expect(asked).rejects.toMatchObject({ name: 'AlarmUnknown', message: expect.stringMatching(message) })
    else await asked
    expect(cloudWatch.calls().length > 0).toBe(message === undefined)
  })

  it('is asked through the role there, where it is in a target', async () => {
    const theirs = alarm.replace(buildAccount, '222233334444')
    sts.on(AssumeRoleCommand).resolves({ Credentials: { AccessKeyId: 'a', SecretAccessKey: 'b' } as never })
    await asking({ alarm: theirs })
    expect(sts.commandCalls(AssumeRoleCommand)[0]?.args[0].input).toMatchObject({
      RoleArn: 'arn:aws:iam::222233334444:role/golden-publish',
      ExternalId: 'golden',
    })
    sts.on(AssumeRoleCommand).rejects(denied('AccessDenied'))
    await expect(asking({ alarm: theirs })).rejects.toMatchObject({ name: 'TargetUnreachable' })
  })

  it('leaves throttling to anybody who tries again', async () => {
    cloudWatch.on(DescribeAlarmsCommand).rejects(denied('ThrottlingException'))
    await expect(asking()).rejects.toMatchObject({ name: 'ThrottlingException' })
  })
})
