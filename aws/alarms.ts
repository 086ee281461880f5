import {
  type AlarmHistoryItem,
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
} from '@aws-sdk/client-cloudwatch'
import { alarmMemory } from '../domain/alarms.ts'
import { AlarmFired, AlarmUnknown } from '../domain/errors.ts'
import type { RingOrder } from '../domain/planning/ring-order.ts'
import { isDenied } from './errors.ts'
import { Sessions } from './targets.ts'

/** Metric alarms only, where nothing is said. */
const AlarmTypes = ['MetricAlarm' as const, 'CompositeAlarm' as const]

/** A client in the alarm's account and region. */
export type CloudWatchFor = (alarm: string, buildAccount: string) => Promise<CloudWatchClient>

/** In a target account it acts through the role there, in a session of its own: a function outlives a session. */
export const cloudWatchOf =
  (fleet: string): CloudWatchFor =>
  async (alarm, buildAccount) => {
    const { partition, account, region } = placeOf(alarm)
    if (account === buildAccount) return new CloudWatchClient({ region })
    const sessions = new Sessions({ fleet, partition, session: 'ask-alarm' })
    return new CloudWatchClient(await sessions.configFor({ account, region }))
  }

/**
 * Lets an image pass a ring only when the ring's alarm is quiet, and was so since the image was published there. An
 * alarm without enough data is quiet: of many, that is how they are.
 *
 * `since` and `time`, which is now, are ISO 8601. Of what is longer ago than CloudWatch remembers, nobody knows.
 *
 * @throws AlarmFired, AlarmUnknown
 */
export async function requireQuietAlarm(
  client: CloudWatchFor,
  { ring, alarm }: Pick<RingOrder, 'ring' | 'alarm'>,
  { since, time, buildAccount }: { since: string | undefined; time: string; buildAccount: string },
): Promise<void> {
  if (!alarm) return
  const { name } = placeOf(alarm)
  const unknown = (why: string, cause?: unknown) => new AlarmUnknown(`alarm ${name} of ring ${ring}: ${why}`, { cause })
  if (!since) throw unknown('nothing tells since when it must have been quiet')
  if (Date.parse(time) - Date.parse(since) > alarmMemory * 1000)
    throw unknown(`it was last known to be quiet at ${since}, and CloudWatch remembers 30 days`)
  try {
    const cloudWatch = await client(alarm, buildAccount)
    const state = await stateOf(cloudWatch, name)
    if (!state) throw unknown(`there is no ${alarm}`)
    const firedAt = (await firstFired(cloudWatch, name, since)) ?? (state.value === 'ALARM' ? state.since : undefined)
    if (firedAt) throw new AlarmFired(`alarm ${name} of ring ${ring} fired at ${firedAt}`)
  } catch (error) {
    throw isDenied(error) ? unknown(error.message, error) : error
  }
}

async function stateOf(client: CloudWatchClient, name: string) {
  const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes }),
  )
  const found = [...MetricAlarms, ...CompositeAlarms].find(({ AlarmName }) => AlarmName === name)
  return found && { value: found.StateValue, since: timeOf(found.StateUpdatedTimestamp) }
}

async function firstFired(client: CloudWatchClient, name: string, since: string) {
  let NextToken: string | undefined
  do {
    const page = await client.send(
      new DescribeAlarmHistoryCommand({
        AlarmName: name,
        AlarmTypes,
        HistoryItemType: 'StateUpdate',
        ScanBy: 'TimestampAscending',
        StartDate: new Date(since),
        NextToken,
      }),
    )
    const fired = page.AlarmHistoryItems?.find(isAlarm)
    if (fired) return timeOf(fired.Timestamp)
    NextToken = page.NextToken
  } while (NextToken)
  return undefined
}

const timeOf = (time: Date | undefined) => time?.toISOString() ?? 'an unknown time'

/** `{"version":"1.0","oldState":{"stateValue":"OK",...},"newState":{"stateValue":"ALARM",...}}` */
const isAlarm = ({ HistoryData: data = '{}' }: AlarmHistoryItem) => JSON.parse(data).newState?.stateValue === 'ALARM'

/** The name may hold colons. */
function placeOf(alarm: string) {
  const [, partition = '', , region = '', account = '', , ...name] = alarm.split(':')
  return { partition, account, region, name: name.join(':') }
}
