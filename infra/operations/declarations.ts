import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Fleet } from '../../domain/fleet/model.ts'
import { type Metrics, type Over, sumOf } from './metrics.ts'

/** One alarm; docs/runbook.md has a section of its name. */
export interface Declaration {
  name: string
  /** In one sentence. */
  means: string
  metric: (over: Over) => IMetric
  over: Over
  /** In so many periods on end. */
  periods: number
  /** It fires at so much and more, or below so much. */
  threshold: { atLeast: number } | { below: number }
  /** What no data means: nothing wrong, or that nothing runs. */
  missing: 'notBreaching' | 'breaching'
}

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** Any in one period. Functions count only what happens: no data is no harm. */
const any = (period: number): Omit<Declaration, 'name' | 'means' | 'metric'> => ({
  over: { statistic: 'Sum', period },
  periods: 1,
  threshold: { atLeast: 1 },
  missing: 'notBreaching',
})

/** How long a look may be late: a schedule comes within a minute, so one period may have none and the next one two. */
const pollPeriods = ({ poll }: Fleet) => ({ period: Math.max(poll, 5 * minute), periods: 3 })

/**
 * How long an image may hold its lock: as long as its slowest way through the rings may take, and a month for freezes and
 * windows. Step Functions itself ends an execution after a year, and tells nobody before.
 */
const longestLock = ({ images, rings }: Fleet) =>
  30 * day +
  Math.max(
    ...Object.values(images).map((image) =>
      image.rings.reduce((sum, ring) => sum + (rings[ring]?.soak ?? 0) + (rings[ring]?.approval?.timeout ?? 0), 0),
    ),
  )

/**
 * Every alarm. What an image or a campaign that failed means, people are notified in a message with what to do: it is no alarm.
 *
 * @param releaseMachine the ARN of the machine that receives releases
 */
export const declarationsOf = (fleet: Fleet, metrics: Metrics, releaseMachine: string): Declaration[] => [
  {
    ...any(5 * minute),
    name: 'dead-letters',
    means: 'An event could not be delivered or handled, and waits in a dead letter queue.',
    metric: (over) => metrics.deadLetters('ApproximateNumberOfMessagesVisible', over),
    over: { statistic: 'Maximum', period: 5 * minute },
  },
  {
    ...any(hour),
    name: 'function-errors',
    means: 'Functions that events and schedules invoke failed three times or more in an hour.',
    metric: (over) => metrics.ofInvokedByEvents('Errors', over),
    threshold: { atLeast: 3 },
  },
  {
    ...any(5 * minute),
    name: 'function-throttles',
    means: 'Lambda throttled functions for 15 minutes.',
    metric: (over) => metrics.ofInvokedByEvents('Throttles', over),
    periods: 3,
  },
  {
    name: 'reconcile-missing',
    means: 'The reconcile function has not run: lost events are not recovered and freshness is not measured.',
    metric: (over) => metrics.own('FleetExamined', over),
    over: { statistic: 'Sum', period: pollPeriods(fleet).period },
    periods: pollPeriods(fleet).periods,
    threshold: { below: 1 },
    missing: 'breaching',
  },
  ...(Object.values(fleet.images).some(({ freshness }) => freshness !== undefined)
    ? [
        {
          name: 'freshness',
          means: 'The AMI of an image in a target is older than the fleet promises, or its age was not measured.',
          metric: (over: Over) => metrics.own('FreshnessUsed', over),
          over: { statistic: 'Maximum' as const, period: pollPeriods(fleet).period },
          periods: pollPeriods(fleet).periods,
          threshold: { atLeast: 100 },
          missing: 'breaching' as const,
        },
      ]
    : []),
  {
    ...any(5 * minute),
    name: 'release-refused',
    means: 'Rebake refused an upstream release: no image is baked from it.',
    metric: (over) => metrics.own('ReleaseRefused', over),
  },
  {
    ...any(5 * minute),
    name: 'upstream-release-lost',
    means: 'Rebake lost the event of an upstream release: the next poll can find the release.',
    metric: (over) => {
      const machine = metrics.ofMachine(releaseMachine)
      const ends = ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted']
      return sumOf(
        ends.map((name) => machine(name, over)),
        over,
      )
    },
  },
  {
    ...any(5 * minute),
    name: 'image-given-up',
    means: 'An image differs from the fleet file, and Rebake has given up rebaking it.',
    metric: (over) => metrics.own('ImageGivenUp', over),
  },
  {
    ...any(5 * minute),
    name: 'failure-unknown',
    means: 'An image or a campaign failed with an error that Rebake does not know.',
    metric: (over) => metrics.own('FailureUnknown', over),
  },
  {
    ...any(pollPeriods(fleet).period),
    name: 'lock-held-too-long',
    means: 'An image has held its bake or rollout lock for longer than anything in the fleet takes.',
    metric: (over) => metrics.own('OldestLock', over),
    over: { statistic: 'Maximum', period: pollPeriods(fleet).period },
    threshold: { atLeast: longestLock(fleet) },
  },
  {
    ...any(5 * minute),
    name: 'delivery-failures',
    means: 'Rebake could not publish a message, or SNS could not deliver one to a subscriber.',
    metric: (over) =>
      sumOf([metrics.ofTopic('NumberOfNotificationsFailed', over), metrics.own('NotificationFailed', over)], over),
  },
  {
    ...any(5 * minute),
    name: 'ledger-throttles',
    means: 'DynamoDB throttled requests to the ledger for 15 minutes.',
    metric: (over) =>
      // Throttles are there only while something is throttled, and an alarm on metrics of DynamoDB may keep its state without data.
      sumOf(
        ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) => metrics.ofLedger(name, over)),
        over,
        metrics.ofLedger('ConsumedReadCapacityUnits', over),
      ),
    periods: 3,
  },
]
