import { UnsupportedFeature } from '../unsupported-feature.ts'
import { type Kind, physical } from './loading.ts'
import type { AlarmDefinition } from './metrics.ts'
import type { World } from './world.ts'

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
    Id: string
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

/**
 * What an alarm makes of missing data. Of AWS/DynamoDB it is said both that it can be chosen and that it cannot.
 */
function missingOf({ aws }: World, alarm: Alarm, of: Stat[]): AlarmDefinition['missing'] {
  const isLedgers = of.every(({ Namespace }) => Namespace === 'AWS/DynamoDB')
  if (isLedgers && aws.isStrict('dynamodb-missing-data')) return 'ignore'
  const { TreatMissingData: given = 'missing' } = alarm
  if (given !== 'breaching' && given !== 'notBreaching' && given !== 'ignore')
    throw new UnsupportedFeature('option', `TreatMissingData ${given}`, alarm.AlarmName)
  return given
}

/** `m0 + m1`, and `0 * m2` in it for a metric that is only there. */
const term = String.raw`(0 \* )?\w+`
const sum = new RegExp(String.raw`^(${term}( \+ ${term})*)?$`)

/** Alarms send nothing to their topic: `Metrics.transitions` says what they would have sent. */
export const alarms: Record<string, Kind> = {
  'AWS::CloudWatch::Alarm': {
    create: (world, place, logicalId, alarm: Alarm) => {
      const name = physical(place, logicalId, alarm.AlarmName)
      const queries = (alarm.Metrics ?? []).flatMap(({ Id, MetricStat }) => (MetricStat ? [{ Id, ...MetricStat }] : []))
      const expression = alarm.Metrics?.find(({ Expression }) => Expression)?.Expression ?? ''
      // A sum of metrics is all that is emulated.
      if (!sum.test(expression)) throw new UnsupportedFeature('metric expression', expression, logicalId)
      const own = { Id: '', Metric: alarm as Stat, Period: alarm.Period ?? 60, Stat: alarm.Statistic ?? 'Sum' }
      const named = new Set(expression.match(/\w+/g))
      const counted = queries.filter(({ Id }) => expression === '' || named.has(Id))
      const all = counted.length > 0 ? counted : [own]
      const onlyThere = new Set([...expression.matchAll(/0 \* (\w+)/g)].map(([, id]) => id))
      world.metrics.watch(
        {
          name,
          of: all.map(({ Id, Metric, Stat: stat }) => ({
            metric: metricOf(Metric),
            stat,
            onlyThere: onlyThere.has(Id),
          })),
          period: all[0]?.Period ?? 60,
          evaluationPeriods: alarm.EvaluationPeriods,
          datapointsToAlarm: alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods,
          threshold: alarm.Threshold,
          comparison: alarm.ComparisonOperator,
          missing: missingOf(
            world,
            alarm,
            all.map(({ Metric }) => Metric),
          ),
        },
        world.clock.now(),
      )
      return {
        ref: name,
        attributes: { Arn: `arn:aws:cloudwatch:${place.region}:${place.account}:alarm:${name}` },
      }
    },
    remove: ({ metrics, clock }, _site, { created }) => metrics.unwatch(created.ref, clock.now()),
  },
}
