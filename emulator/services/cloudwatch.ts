import type {
  AlarmHistoryItem,
  AlarmType,
  DescribeAlarmHistoryInput,
  DescribeAlarmsInput,
  StateValue,
} from '@aws-sdk/client-cloudwatch'
import { Partitions, pageOf } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type Service, type ServiceDeps } from './types.ts'

export interface NewAlarm {
  account: string
  region: string
  name: string
  /** An alarm over other alarms rather than over a metric. */
  composite?: boolean
  /** OK where nothing is said. */
  state?: StateValue
}

interface Alarm extends Required<NewAlarm> {
  arn: string
  reason: string
  configured: Date
  changed: Date
}

const day = 24 * 3_600_000
/**
 * "CloudWatch preserves alarm history for 30 days."
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
const historyKept = 30 * day

/** CloudWatch's alarms, which are what the world says they are. */
export class CloudWatch implements Service {
  readonly #alarms = new Partitions<Map<string, Alarm>>(() => new Map())
  /** Oldest first; it outlives its alarms. */
  readonly #history = new Partitions<(AlarmHistoryItem & { Timestamp: Date })[]>(() => [])
  readonly #deps: ServiceDeps

  constructor(deps: ServiceDeps) {
    this.#deps = deps
  }

  /** @returns the alarm's ARN */
  addAlarm({ composite = false, state = 'OK', ...named }: NewAlarm): string {
    const now = new Date(this.#deps.clock.now())
    const arn = `arn:aws:cloudwatch:${named.region}:${named.account}:alarm:${named.name}`
    const alarm = {
      ...named,
      composite,
      state,
      arn,
      reason: 'Unchecked: Initial alarm creation',
      configured: now,
      changed: now,
    }
    this.#alarms.in(named).set(named.name, alarm)
    this.#record(alarm, 'ConfigurationUpdate', `Alarm "${named.name}" created`, {
      version: '1.0',
      type: 'Create',
    })
    return arn
  }

  /** The alarm is gone, and its history stays. */
  removeAlarm(arn: string): void {
    const { name, ...place } = this.#named(arn)
    this.#alarms.in(place).delete(name)
  }

  /**
   * Changes an alarm's state, now or when virtual time (epoch milliseconds) gets there.
   * Throws an Error for an alarm that nobody has added.
   */
  setState(arn: string, state: StateValue, o: { reason?: string; at?: number } = {}): void {
    const alarm = this.#named(arn)
    const change = () => this.#change(alarm, state, o.reason ?? `Threshold Crossed: now ${state}`)
    if (o.at === undefined) change()
    else this.#deps.clock.at(o.at, change)
  }

  // "To use this operation and return information about composite alarms, you must be signed on with the
  // cloudwatch:DescribeAlarms permission that is scoped to *": the history has the same condition.
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
  readonly permissions: Record<string, PermissionsOf> = {
    DescribeAlarms: ({ AlarmNames, AlarmTypes }: DescribeAlarmsInput, context) =>
      onAlarms('DescribeAlarms', AlarmNames, AlarmTypes, context),
    DescribeAlarmHistory: ({ AlarmName, AlarmTypes }: DescribeAlarmHistoryInput, context) =>
      onAlarms('DescribeAlarmHistory', AlarmName === undefined ? [] : [AlarmName], AlarmTypes, context),
  }

  readonly operations = {
    DescribeAlarms: (input: DescribeAlarmsInput, context: Context) => {
      const { AlarmNames: names, AlarmNamePrefix: prefix = '', AlarmTypes: types, StateValue: state } = input
      const chosen = [...this.#alarms.in(context).values()]
        .filter(({ name }) => name.startsWith(prefix) && (!names?.length || names.includes(name)))
        .filter((alarm) => isOneOf(typeOf(alarm), types) && (state === undefined || alarm.state === state))
      const page = paged(chosen, input)
      return {
        MetricAlarms: page.items.filter(({ composite }) => !composite).map(metricAlarm),
        CompositeAlarms: page.items.filter(({ composite }) => composite).map(compositeAlarm),
        ...page.next,
      }
    },

    DescribeAlarmHistory: (input: DescribeAlarmHistoryInput, context: Context) => {
      const { AlarmName: name, AlarmTypes: types, HistoryItemType: kind, StartDate, EndDate } = input
      const from = Math.max(StartDate?.getTime() ?? 0, context.now.getTime() - historyKept)
      const to = EndDate?.getTime() ?? Number.POSITIVE_INFINITY
      const chosen = this.#history
        .in(context)
        .filter((item) => name === undefined || item.AlarmName === name)
        .filter((item) => isOneOf(item.AlarmType, types) && (!kind || item.HistoryItemType === kind))
        .filter(({ Timestamp: time }) => time.getTime() >= from && time.getTime() <= to)
      const page = paged(input.ScanBy === 'TimestampAscending' ? chosen : chosen.reverse(), input)
      return { AlarmHistoryItems: page.items, ...page.next }
    },
  }

  #named(arn: string): Alarm {
    const [, , , region = '', account = '', , ...name] = arn.split(':')
    const alarm = this.#alarms.in({ account, region }).get(name.join(':'))
    if (!alarm) throw new Error(`no alarm ${arn}`)
    return alarm
  }

  #change(alarm: Alarm, state: StateValue, reason: string): void {
    const before = { value: alarm.state, reason: alarm.reason, timestamp: written(alarm.changed) }
    if (before.value === state) return
    Object.assign(alarm, { state, reason, changed: new Date(this.#deps.clock.now()) })
    this.#record(alarm, 'StateUpdate', `Alarm updated from ${before.value} to ${state}`, {
      version: '1.0',
      oldState: { stateValue: before.value, stateReason: before.reason },
      newState: { stateValue: state, stateReason: reason },
    })
    const { account, region, arn, name } = alarm
    this.#deps.emit({
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      account,
      region,
      resources: [arn],
      detail: {
        alarmName: name,
        state: { value: state, reason, timestamp: written(alarm.changed) },
        previousState: before,
      },
    })
  }

  #record(alarm: Alarm, kind: 'StateUpdate' | 'ConfigurationUpdate', summary: string, data: object): void {
    this.#history.in(alarm).push({
      AlarmName: alarm.name,
      AlarmType: typeOf(alarm),
      HistoryItemType: kind,
      HistorySummary: summary,
      HistoryData: JSON.stringify(data),
      Timestamp: new Date(this.#deps.clock.now()),
    })
  }
}

/** 2026-09-01T12:00:00.000+0000 */
const written = (time: Date) => time.toISOString().replace('Z', '+0000')

const typeOf = ({ composite }: Alarm): AlarmType => (composite ? 'CompositeAlarm' : 'MetricAlarm')

/** "If you omit this parameter, only metric alarms are returned", whatever names there are. */
const isOneOf = (type: AlarmType | undefined, wanted: AlarmType[] | undefined) =>
  type !== undefined && (wanted?.length ? wanted : ['MetricAlarm']).includes(type)

const common = (alarm: Alarm) => ({
  AlarmName: alarm.name,
  AlarmArn: alarm.arn,
  ActionsEnabled: true,
  AlarmActions: [],
  OKActions: [],
  InsufficientDataActions: [],
  AlarmConfigurationUpdatedTimestamp: alarm.configured,
  StateValue: alarm.state,
  StateReason: alarm.reason,
  StateUpdatedTimestamp: alarm.changed,
  StateTransitionedTimestamp: alarm.changed,
})

const metricAlarm = (alarm: Alarm) => ({
  ...common(alarm),
  MetricName: 'Errors',
  Namespace: 'Service',
  Statistic: 'Sum',
  Dimensions: [],
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
})

const compositeAlarm = (alarm: Alarm) => ({ ...common(alarm), AlarmRule: 'ALARM("errors")' })

function onAlarms(action: string, names: string[] = [], types: AlarmType[] = [], { account, region }: Context) {
  const arn = (name: string) => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`
  const resources = types.includes('CompositeAlarm') ? ['*'] : (names.length > 0 ? names : ['*']).map(arn)
  return resources.map((resource) => ({ action: `cloudwatch:${action}`, resource }))
}

function paged<T>(
  all: T[],
  { MaxRecords: size, NextToken: token }: { MaxRecords?: number | undefined; NextToken?: string | undefined },
) {
  if (size !== undefined && (size < 1 || size > 100))
    throw new AwsError('InvalidParameterValueException', 'MaxRecords is 1 to 100.')
  const { items, next } = pageOf(all, { size, token, most: 100, invalidToken: 'InvalidNextToken' })
  return { items, next: next === undefined ? {} : { NextToken: next } }
}
