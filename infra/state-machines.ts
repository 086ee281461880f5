import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { resourceName } from '../domain/names.ts'
import type { Surroundings } from './functions/grants.ts'
import type { FunctionName } from './functions/names.ts'
import type { Permission } from './permissions.ts'
import type { RebakeFunction } from './rebake-function.ts'
import { RebakeStateMachine } from './state-machine.ts'

/**
 * The state machines, and what each may do itself, without a function.
 *
 * @returns the one that receives releases
 */
export function createStateMachines(
  scope: Construct,
  { fleet, arns, ledger }: Surroundings,
  functions: Record<FunctionName, RebakeFunction>,
): StateMachine {
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
  new RebakeStateMachine(scope, { ...common, name: 'campaign', permissions: nestedRebakes })
  new RebakeStateMachine(scope, {
    ...common,
    name: 'rebake',
    permissions: [
      ...nestedRebakes,
      {
        actions: ['ssm:PutParameter'],
        resources: [arns.parameter(`/${fleet.name}/images/*/parent`)],
        why: 'The parent of every image of this fleet.',
      },
      {
        actions: ['imagebuilder:GetImage', 'imagebuilder:CancelImageCreation'],
        resources: [arns.image(resourceName(fleet.name, '*'))],
        why: 'The images of this fleet; Image Builder gives each build its number.',
      },
      ledger.allow('UpdateItem'),
    ],
  })
  return release.machine
}
