import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Fleet } from '../../domain/fleet/model.ts'
import { resourceName } from '../../domain/names.ts'
import type { FunctionSpec } from '../functions/function-spec.ts'
import { type FunctionName, functionNames } from '../functions/names.ts'

/** What can be measured of a fleet: by its functions, and by the services that it runs on. */

type Statistic = 'Sum' | 'Maximum'
export interface Over {
  statistic: Statistic
  /** Seconds. */
  period: number
}

export const namespaceOf = (fleet: Fleet) => `Rebake/${fleet.name}`

export const metricsOf = (fleet: Fleet, specs: Record<FunctionName, FunctionSpec>) => {
  const named = (name: string) => resourceName(fleet.name, name)
  const metric =
    (namespace: string, dimensions: Record<string, string>) =>
    (metricName: string, { statistic, period }: Over) =>
      new Metric({
        namespace,
        metricName,
        statistic,
        period: Duration.seconds(period),
        dimensionsMap: dimensions,
      })
  const ofFunction = (name: FunctionName) => metric('AWS/Lambda', { FunctionName: named(name) })
  return {
    /** What functions count and measure themselves. */
    own: metric(namespaceOf(fleet), { service: 'rebake' }),
    deadLetters: metric('AWS/SQS', { QueueName: named('dead-letters') }),
    ofTopic: metric('AWS/SNS', { TopicName: named('notifications') }),
    ofLedger: metric('AWS/DynamoDB', { TableName: named('ledger') }),
    ofFunction,
    ofMachine: (arn: string) => metric('AWS/States', { StateMachineArn: arn }),
    /**
     * Of the functions that events and the clock invoke. Those that the state machines invoke throw what the machines
     * catch: a freeze is an error, too.
     */
    ofInvokedByEvents: (metricName: 'Errors' | 'Throttles', over: Over): IMetric =>
      sumOf(
        functionNames
          .filter((name) => specs[name].asynchronous && name !== 'seed-parameters')
          .map((name) => ofFunction(name)(metricName, over)),
        over,
      ),
  }
}

export type Metrics = ReturnType<typeof metricsOf>

/**
 * @param steady has data always, and counts for nothing: the sum is never missing
 * @throws where an alarm could not watch it: "a maximum of 10 metrics. This is a hard limit" (CloudWatch, alarm limits)
 */
export function sumOf(metrics: IMetric[], { period }: Over, steady?: IMetric): IMetric {
  const all = steady ? [...metrics, steady] : metrics
  if (all.length > 10) throw new Error(`an alarm cannot watch the sum of ${all.length} metrics`)
  return new MathExpression({
    // Missing values count as 0: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    expression: all.map((metric, at) => (metric === steady ? `0 * m${at}` : `m${at}`)).join(' + '),
    usingMetrics: Object.fromEntries(all.map((metric, at) => [`m${at}`, metric])),
    period: Duration.seconds(period),
  })
}
