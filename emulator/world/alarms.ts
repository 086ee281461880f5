import { UnsupportedFeature } from '../unsupported-feature.ts'
import { type Load, physical } from './loading.ts'
import type { AlarmDefinition } from './metrics.ts'

interface Stat {
  MetricName: string
  Namespace: string
  Dimensions?: { Name: string; Value: string }[]
}

interface Alarm extends Partial<Stat> {
  AlarmName?: string
  Statistic?: 'Sum' | 'Maximum'
  Period?: number
  Metrics?: {
    Expression?: string
    MetricStat?: { Metric: Stat; Period: number; Stat: 'Sum' | 'Maximum' }
  }[]
  EvaluationPeriods: number
  DatapointsToAlarm?: number
  Threshold: number
  ComparisonOperator: AlarmDefinition['comparison']
  TreatMissingData?: string
}

const metricOf = ({ MetricName: name, Namespace: namespace, Dimensions = [] }: Stat) => ({
  name,
  namespace,
  dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
})

/** Alarms are looked at when all is over (`Metrics.fired`): they send nothing to their topic. */
export const alarms: Record<string, Load> = {
  'AWS::CloudWatch::Alarm': ({ metrics }, place, logicalId, alarm: Alarm) => {
    const name = physical(place, logicalId, alarm.AlarmName)
    const stats = (alarm.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat ?? [])
    const expression = alarm.Metrics?.find(({ Expression }) => Expression)?.Expression ?? ''
    // A sum of metrics is all that is emulated.
    if (!/^(\w+( \+ \w+)*)?$/.test(expression)) throw new UnsupportedFeature('metric expression', expression, logicalId)
    const own = { Metric: alarm as Stat, Period: alarm.Period ?? 60, Stat: alarm.Statistic ?? 'Sum' }
    const all = stats.length > 0 ? stats : [own]
    metrics.alarms.push({
      name,
      of: all.map(({ Metric, Stat: stat }) => ({ metric: metricOf(Metric), stat })),
      period: all[0]?.Period ?? 60,
      evaluationPeriods: alarm.EvaluationPeriods,
      datapointsToAlarm: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
      threshold: alarm.Threshold,
      comparison: alarm.ComparisonOperator,
      missing: alarm.TreatMissingData === 'breaching' ? 'breaching' : 'notBreaching',
    })
    return {
      ref: name,
      attributes: { Arn: `arn:aws:cloudwatch:${place.region}:${place.account}:alarm:${name}` },
    }
  },
}
