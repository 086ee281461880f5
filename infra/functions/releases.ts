import type { Permission } from '../permissions.ts'
import type { FunctionSpec } from './function-spec.ts'
import type { GrantContext, Grants } from './grants.ts'
import type { FunctionName } from './names.ts'

/** The functions of what people do to releases. */
export const releaseFunctions = ({ arns, ledger, notifications }: GrantContext, grants: Grants) => {
  const { table, topic, fleetName } = grants
  const readOperations: Permission = {
    actions: ['states:DescribeExecution'],
    resources: [arns.executions(grants.named('rollback'))],
    why: 'The operations of this fleet: their names have the image and the time.',
  }
  return {
    'plan-rollback': {
      description: 'Decides what an image rolls back to, and where, and holds it',
      environment: table,
      permissions: [ledger.allow('GetItem', 'PutItem', 'UpdateItem', 'Query'), readOperations],
    },
    'restore-pointers': {
      description: 'Points the targets of a ring back to an older AMI, and takes revoked AMIs out of every parameter',
      timeout: 600,
      environment: table,
      permissions: [
        grants.assumePublisher,
        ...grants.movePointers,
        grants.deletePointers,
        ledger.allow('GetItem', 'PutItem', 'UpdateItem', 'Query'),
      ],
    },
    'close-rollback': {
      description: 'Moves the channels of the build account back, records a rollback and announces it',
      environment: { ...table, ...topic, ...fleetName },
      permissions: [
        ...grants.movePointers,
        grants.deletePointers,
        ledger.allow('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        ...notifications.allowPublish(),
      ],
    },
    'hold-image': {
      description: 'Holds an image where it is, or lets it go on',
      environment: table,
      permissions: [ledger.allow('GetItem', 'PutItem'), readOperations],
    },
  } satisfies Partial<Record<FunctionName, FunctionSpec>>
}
