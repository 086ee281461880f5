import { Duration, Stack } from 'aws-cdk-lib'
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { functionNames, type MachineName } from '../functions/names.ts'
import { type Metrics, namespaceOf } from './metrics.ts'

interface DashboardProps {
  fleet: Fleet
  metrics: Metrics
  machines: Record<MachineName, string>
  alarms: Alarm[]
}

const hourly = { statistic: 'Sum', period: 3600 } as const
const highest = { statistic: 'Maximum', period: 3600 } as const

/** What became of images, what waits, and how the machinery runs: one page, a month of it. */
export function createDashboard(scope: Construct, props: DashboardProps): void {
  const { fleet, metrics, machines, alarms } = props
  const { own, deadLetters, ofFunction, ofMachine } = metrics
  const graph = (title: string, left: IMetric[], more: { annotate?: number; right?: IMetric[] } = {}) =>
    new GraphWidget({
      title,
      left,
      width: 8,
      height: 6,
      region: Stack.of(scope).region,
      ...(more.right && { right: more.right }),
      ...(more.annotate !== undefined && {
        leftAnnotations: [{ value: more.annotate, label: 'promised' }],
        leftYAxis: { min: 0 },
      }),
    })
  const count = (...names: string[]) => names.map((name) => own(name, hourly))
  const level = (...names: string[]) => names.map((name) => own(name, highest))
  new Dashboard(scope, 'Dashboard', {
    dashboardName: fleet.name,
    defaultInterval: Duration.days(30),
    widgets: [
      [
        new AlarmStatusWidget({
          title: 'Alarms',
          alarms,
          width: 8,
          height: 6,
        }),
        graph('Freshness used', [freshnessOfEach(fleet)], { annotate: 100 }),
        graph('Images', count('ImageReleased', 'ImageFailed', 'ImageSuperseded', 'ImageGivenUp')),
      ],
      [
        graph('Campaigns', count('CampaignStarted', 'ReleaseRefused', 'ReleaseIgnored', 'ReleaseEventLost'), {
          right: level('CampaignsOpen'),
        }),
        graph('What waits', level('ImagesPending', 'LockRequestsWaiting', 'ApprovalsOpen')),
        graph('Executions that failed', [
          ...Object.entries(machines).map(([name, arn]) =>
            ofMachine(arn)('ExecutionsFailed', hourly).with({ label: name }),
          ),
        ]),
      ],
      [
        graph('Dead letters', [deadLetters('ApproximateNumberOfMessagesVisible', highest)]),
        graph(
          'Errors of functions',
          functionNames.map((name) => ofFunction(name)('Errors', hourly).with({ label: name })),
        ),
        graph(
          'Longest runs of functions',
          functionNames.map((name) => ofFunction(name)('Duration', highest).with({ label: name })),
        ),
      ],
    ],
  })
}

/** A search: whichever images there are. Alarms cannot watch one, dashboards can. */
const freshnessOfEach = (fleet: Fleet) =>
  new MathExpression({
    expression: `SEARCH('{${namespaceOf(fleet)},service,Image} MetricName="FreshnessUsed"', 'Maximum', 3600)`,
    usingMetrics: {},
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudWatch fills it in.
    label: "${PROP('Dim.Image')}",
    period: Duration.hours(1),
  })
