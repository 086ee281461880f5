import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { resourceName } from '../../domain/names.ts'
import { pascalCase } from '../names.ts'
import type { Declaration } from './declarations.ts'

/** Makes the alarms; each says what it means and where to read on, to the person who reads it at night. */
export function createAlarms(scope: Construct, fleet: string, declarations: Declaration[], topic: ITopic): Alarm[] {
  const alarms = new Construct(scope, 'Alarm')
  const action = new SnsAction(topic)
  return declarations.map(({ name, means, metric, over, periods, threshold, missing }) => {
    const rises = 'atLeast' in threshold
    const alarm = new Alarm(alarms, pascalCase(name), {
      alarmName: resourceName(fleet, name),
      alarmDescription: `${means} What to do: docs/runbook.md#${name}`,
      metric: metric(over),
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      threshold: rises ? threshold.atLeast : threshold.below,
      comparisonOperator: rises
        ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        : ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: missing === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(action)
    alarm.addOkAction(action)
    return alarm
  })
}
