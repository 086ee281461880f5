import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { resourceName } from '../domain/names.ts'
import { type GrantContext, grantsIn } from './functions/grants.ts'
import { type FunctionName, type MachineName, machineNames } from './functions/names.ts'
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
  surroundings: GrantContext,
  functions: Record<FunctionName, RebakeFunction>,
): Record<MachineName, StateMachine> {
  const { fleet, arns, ledger } = surroundings
  const grants = grantsIn(surroundings)
  // By name: a rebake starts rebakes, and a role cannot refer to a machine that waits for the role.
  const machine = (name: MachineName) => arns.stateMachine(resourceName(fleet.name, name))
  const executionsOf = (name: MachineName): Permission[] => [
    { actions: ['states:StartExecution'], resources: [machine(name)] },
    {
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [arns.executions(resourceName(fleet.name, name))],
      why: 'What it starts and waits for; the names follow from its own.',
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
    RebakeStateMachineArn: machine('rebake'),
    RollbackStateMachineArn: machine('rollback'),
  }
  const common = { fleet, functions, substitutions }

  const permissions: Record<MachineName, Permission[]> = {
    release: [],
    campaign: executionsOf('rebake'),
    rebake: [
      ...executionsOf('rebake'),
      grants.images('imagebuilder:GetImage', 'imagebuilder:CancelImageCreation'),
      ledger.allow('UpdateItem'),
    ],
    rollback: [],
    revoke: executionsOf('rollback'),
    retire: [],
  }
  return Object.fromEntries(
    machineNames.map((name) => [
      name,
      new RebakeStateMachine(scope, { ...common, name, permissions: permissions[name] }).machine,
    ]),
  ) as Record<MachineName, StateMachine>
}
