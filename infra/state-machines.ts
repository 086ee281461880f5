import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { resourceName } from '../domain/names.ts'
import { grantsIn, type Surroundings } from './functions/grants.ts'
import type { FunctionName } from './functions/names.ts'
import type { Permission } from './permissions.ts'
import type { RebakeFunction } from './rebake-function.ts'
import { RebakeStateMachine } from './state-machine.ts'

/**
 * The state machines, and what each may do itself, without a function.
 *
 * @returns each by its name
 */
export function createStateMachines(
  scope: Construct,
  surroundings: Surroundings,
  functions: Record<FunctionName, RebakeFunction>,
): Record<'release' | 'campaign' | 'rebake', StateMachine> {
  const { fleet, arns, ledger } = surroundings
  const grants = grantsIn(surroundings)
  const rebake = resourceName(fleet.name, 'rebake')
  // By name: a rebake starts rebakes, and a role cannot refer to a machine that waits for the role.
  const nestedRebakes: Permission[] = [
    { actions: ['states:StartExecution'], resources: [arns.stateMachine(rebake)] },
    {
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [arns.executions(rebake)],
      why: 'The rebakes that this one starts and waits for; their names follow from the campaign.',
    },
    {
      // https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [arns.eventRule('StepFunctionsGetEventsForStepFunctionsExecutionRule')],
    },
  ]
  const substitutions = {
    FleetName: fleet.name,
    LedgerTableName: ledger.tableName,
    RebakeStateMachineArn: arns.stateMachine(rebake),
  }
  const common = { fleet, functions, substitutions }

  const release = new RebakeStateMachine(scope, { ...common, name: 'release', permissions: [] })
  const campaign = new RebakeStateMachine(scope, { ...common, name: 'campaign', permissions: nestedRebakes })
  const baking = new RebakeStateMachine(scope, {
    ...common,
    name: 'rebake',
    permissions: [
      ...nestedRebakes,
      grants.images('imagebuilder:GetImage', 'imagebuilder:CancelImageCreation'),
      ledger.allow('UpdateItem'),
    ],
  })
  return { release: release.machine, campaign: campaign.machine, rebake: baking.machine }
}
