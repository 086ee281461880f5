import type { PermissionsOf } from './types.ts'

// Step Functions itself is the engine's; what its calls need is decided here, beside the other services.

const on =
  (action: string, member: string): PermissionsOf =>
  (input) => [{ action: `states:${action}`, resource: input[member] }]

/** A task token does not say here which machine gave it: the right for any machine will do. */
const byToken =
  (action: string): PermissionsOf =>
  () => [{ action: `states:${action}` }]

export const stepFunctionsPermissions: Record<string, PermissionsOf> = {
  StartExecution: on('StartExecution', 'stateMachineArn'),
  StartSyncExecution: on('StartSyncExecution', 'stateMachineArn'),
  DescribeStateMachine: on('DescribeStateMachine', 'stateMachineArn'),
  ListExecutions: on('ListExecutions', 'stateMachineArn'),
  DescribeExecution: on('DescribeExecution', 'executionArn'),
  GetExecutionHistory: on('GetExecutionHistory', 'executionArn'),
  StopExecution: on('StopExecution', 'executionArn'),
  SendTaskSuccess: byToken('SendTaskSuccess'),
  SendTaskFailure: byToken('SendTaskFailure'),
  SendTaskHeartbeat: byToken('SendTaskHeartbeat'),
}
