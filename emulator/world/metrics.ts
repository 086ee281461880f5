/** CloudWatch's metrics: what functions print and services measure, and which alarms that sets off. */

export interface MetricName {
  namespace: string
  name: string
  dimensions: Record<string, string>
}

interface Point {
  /** Virtual time, epoch milliseconds. */
  time: number
  value: number
}

interface MetricStat {
  metric: MetricName
  stat: 'Sum' | 'Maximum'
  /** It counts for nothing: its samples keep the sum from missing. */
  onlyThere?: boolean
}

/** As a template declares it; periods are seconds. */
export interface AlarmDefinition {
  name: string
  /** The sum of them, as far as alarms here have expressions. */
  of: MetricStat[]
  period: number
  evaluationPeriods: number
  datapointsToAlarm: number
  threshold: number
  comparison: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold'
  missing: 'breaching' | 'notBreaching' | 'ignore'
}

export type AlarmState = 'INSUFFICIENT_DATA' | 'OK' | 'ALARM'

/** An alarm that enters a state. */
export interface Transition {
  alarm: string
  /** Epoch milliseconds. */
  time: number
  state: AlarmState
}

interface Watched {
  definition: AlarmDefinition
  /** Epoch milliseconds. */
  since: number
  until: number
}

const minute = 60_000

/** Periods that are looked at beyond those that count, where data is missing. */
const wider = 2

const keyOf = ({ namespace, name, dimensions }: MetricName) =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort()])

export class Metrics {
  readonly #watched: Watched[] = []
  readonly #points = new Map<string, Point[]>()

  /** The alarms that are there. */
  get alarms(): AlarmDefinition[] {
    return this.#watched.filter(({ until }) => until === Number.POSITIVE_INFINITY).map(({ definition }) => definition)
  }

  /** An alarm from now on, in the place of one of its name: it knows nothing of what that one was. */
  watch(definition: AlarmDefinition, time: number): void {
    this.unwatch(definition.name, time)
    this.#watched.push({ definition, since: time, until: Number.POSITIVE_INFINITY })
  }

  unwatch(name: string, time: number): void {
    for (const each of this.#watched) if (each.definition.name === name && each.until > time) each.until = time
  }

  record(metric: MetricName, time: number, value: number): void {
    const key = keyOf(metric)
    const points = this.#points.get(key)
    if (points) points.push({ time, value })
    else this.#points.set(key, [{ time, value }])
  }

  /**
   * What a function printed in the embedded metric format, at virtual time.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
   */
  print(line: string, time: number): void {
    const { _aws, ...members } = JSON.parse(line) as Record<string, unknown> & {
      _aws: {
        CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[]
      }
    }
    for (const { Namespace: namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics)
      for (const names of Dimensions)
        for (const { Name: name } of Metrics) {
          const dimensions = Object.fromEntries(names.map((each) => [each, String(members[each])]))
          for (const value of [members[name]].flat()) this.record({ namespace, name, dimensions }, time, Number(value))
        }
  }

  /** The alarms that were in ALARM at some time from one to the other, epoch milliseconds. */
  fired(from: number, to: number): string[] {
    const there = this.#watched.filter(({ until }) => until > from)
    const fired = there.filter((each) => {
      const transitions = this.#transitionsOf(each, to)
      const before = transitions.findLast(({ time }) => time <= from)
      return before?.state === 'ALARM' || transitions.some(({ time, state }) => time > from && state === 'ALARM')
    })
    return [...new Set(fired.map(({ definition }) => definition.name))]
  }

  /** Every state that an alarm has entered, oldest first, up to a time in epoch milliseconds. */
  transitions(to: number): Transition[] {
    return this.#watched.flatMap((each) => this.#transitionsOf(each, to)).toSorted((a, b) => a.time - b.time)
  }

  /**
   * CloudWatch looks at an alarm once a minute, from its creation on, at the periods up to that minute. It has no data at first.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
   */
  #transitionsOf({ definition, since, until }: Watched, to: number): Transition[] {
    const points = definition.of.map(({ metric }) => this.#points.get(keyOf(metric)) ?? [])
    const end = Math.min(until, to)
    const found: Transition[] = []
    let state: AlarmState = 'INSUFFICIENT_DATA'
    for (const time of this.#looks(definition, points, { since, end })) {
      const next = this.#evaluate(definition, points, time, state)
      if (next !== state) found.push({ alarm: definition.name, time, state: next })
      state = next
    }
    return found
  }

  /** The minutes in which the answer may be another: the first, and those in which a point comes into a period or goes out of it. */
  #looks(
    { period, evaluationPeriods }: AlarmDefinition,
    points: Point[][],
    { since, end }: { since: number; end: number },
  ): number[] {
    const times = new Set([since + minute])
    for (const { time } of points.flat())
      for (let nth = 0; nth <= evaluationPeriods + wider; nth++)
        times.add(since + Math.ceil((time + nth * period * 1000 - since + 1) / minute) * minute)
    return [...times].filter((time) => time > since && time <= end).sort((a, b) => a - b)
  }

  /**
   * The points of the periods that count, or where some are missing those a little further back, decide; what is missing still counts
   * as the alarm has it. "The exact number of data points" further back depends, nobody says how: the table of the guide has two.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  #evaluate(definition: AlarmDefinition, points: Point[][], time: number, state: AlarmState): AlarmState {
    const { evaluationPeriods, datapointsToAlarm, missing } = definition
    const values: number[] = []
    for (let nth = 0; nth < evaluationPeriods + wider && values.length < evaluationPeriods; nth++) {
      const value = valueIn(definition, points, time - nth * definition.period * 1000)
      if (value !== undefined) values.push(value)
    }
    if (values.length === 0 && missing === 'ignore') return state
    const filled = missing === 'ignore' ? state === 'ALARM' : missing === 'breaching'
    const breaches =
      values.filter((value) => breaks(value, definition)).length + (filled ? evaluationPeriods - values.length : 0)
    return breaches >= datapointsToAlarm ? 'ALARM' : 'OK'
  }
}

/** The sum of the metrics in the period that ends at a time; undefined where none of them has data. */
function valueIn({ of, period }: AlarmDefinition, points: Point[][], end: number): number | undefined {
  const parts = of.map(({ metric, stat, onlyThere }, at) => {
    const there = (points[at] ?? []).filter(({ time }) => time >= end - period * 1000 && time < end)
    const all = there.map(({ value }) => value)
    if (all.length === 0) return isSteady(metric) ? 0 : undefined
    if (onlyThere) return 0
    return stat === 'Sum' ? all.reduce((sum, value) => sum + value, 0) : Math.max(...all)
  })
  // "Missing values count as 0" in a sum, as long as there are others.
  const known = parts.filter((part) => part !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, part) => sum + part, 0)
}

/**
 * "ConsumedReadCapacityUnits ... DynamoDB sends it every minute, even for tables with zero traffic".
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
const isSteady = ({ namespace, name }: MetricName) =>
  namespace === 'AWS/DynamoDB' && /^Consumed(Read|Write)CapacityUnits$/.test(name)

const breaks = (value: number, { threshold, comparison }: AlarmDefinition): boolean =>
  comparison === 'LessThanThreshold' ? value < threshold : value >= threshold
