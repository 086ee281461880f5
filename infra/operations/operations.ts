import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct, IDependable } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { FleetKey } from '../fleet-key.ts'
import type { FunctionSpec } from '../functions/function-spec.ts'
import type { FunctionName, MachineName } from '../functions/names.ts'
import { AlarmTopic } from './alarm-topic.ts'
import { createAlarms } from './alarms.ts'
import { createDashboard } from './dashboard.ts'
import { declarationsOf } from './declarations.ts'
import { metricsOf } from './metrics.ts'

interface OperationsProps {
  fleet: Fleet
  key: FleetKey
  specs: Record<FunctionName, FunctionSpec>
  /** ARNs of the state machines. */
  machines: Record<MachineName, string>
  /** What has measured once, or brings the next measurement: alarms for which silence is harm are there no sooner. */
  measuring: IDependable[]
}

/** What operators of a fleet watch, and what wakes them. */
export function createOperations(scope: Construct, { fleet, key, specs, machines, measuring }: OperationsProps): void {
  const metrics = metricsOf(fleet, specs)
  const topic = new AlarmTopic(scope, fleet, key) as ITopic
  const declarations = declarationsOf(fleet, metrics, machines.release)
  const alarms = createAlarms(scope, fleet.name, declarations, topic)
  for (const [at, { missing }] of declarations.entries())
    if (missing === 'breaching') alarms[at]?.node.addDependency(...measuring)
  createDashboard(scope, { fleet, metrics, machines, alarms })
}
