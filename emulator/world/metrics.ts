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
  missing: 'breaching' | 'notBreaching'
}

const keyOf = ({ namespace, name, dimensions }: MetricName) =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort()])

export class Metrics {
  readonly alarms: AlarmDefinition[] = []
  readonly #points = new Map<string, Point[]>()

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
    return this.alarms.filter((alarm) => this.#fires(alarm, from, to)).map(({ name }) => name)
  }

  /**
   * A period counts once it is over; before the first of them nothing is known. CloudWatch looks at a few periods more where data
   * is missing, so that its alarms may come later than here.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  #fires(alarm: AlarmDefinition, from: number, to: number): boolean {
    const { period, evaluationPeriods, datapointsToAlarm } = alarm
    const values = this.#values(alarm)
    const first = Math.ceil(from / 1000 / period)
    const count = Math.floor(to / 1000 / period) - first
    const breaches: boolean[] = []
    for (let nth = first; nth < first + count; nth++) {
      breaches.push(breachedBy(values.get(nth), alarm))
      if (breaches.length > evaluationPeriods) breaches.shift()
      if (breaches.filter(Boolean).length >= datapointsToAlarm) return true
    }
    return false
  }

  /** By period, counted from 1970: the sum of the metrics, each by its statistic. */
  #values({ of, period }: AlarmDefinition): Map<number, number> {
    const sums = new Map<number, number>()
    for (const { metric, stat } of of) {
      const own = new Map<number, number>()
      for (const { time, value } of this.#points.get(keyOf(metric)) ?? []) {
        const nth = Math.floor(time / 1000 / period)
        const before = own.get(nth)
        own.set(nth, before === undefined ? value : stat === 'Sum' ? before + value : Math.max(before, value))
      }
      for (const [nth, value] of own) sums.set(nth, (sums.get(nth) ?? 0) + value)
    }
    return sums
  }
}

function breachedBy(value: number | undefined, { missing, threshold, comparison }: AlarmDefinition): boolean {
  if (value === undefined) return missing === 'breaching'
  return comparison === 'LessThanThreshold' ? value < threshold : value >= threshold
}
