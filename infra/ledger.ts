import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import type { Permission } from './permissions.ts'

type LedgerOperation = 'GetItem' | 'PutItem' | 'UpdateItem' | 'Query' | 'DeleteItem'

/**
 * The table that remembers campaigns, images, waits and claims. It outlives the stack, unless it was made by a deployment that
 * failed: with a name of its own it would be in the way of the next. So it has no protection against deletion, which would keep
 * CloudFormation from rolling back. Point-in-time recovery brings back what somebody deletes.
 */
export class Ledger extends Table {
  constructor(scope: Construct, fleet: Fleet) {
    super(scope, 'Ledger', {
      tableName: resourceName(fleet.name, 'ledger'),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expires',
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
  }

  allow(...operations: LedgerOperation[]): Permission {
    return { actions: operations.map((name) => `dynamodb:${name}`), resources: [this.tableArn] }
  }
}
