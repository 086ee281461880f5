import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { resourceName } from '../../domain/names.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { type Ledger, ledgerOn } from '../../ledger/ledger.ts'
import type { Deployment } from './deployment.ts'

/** The ledger of a deployed fleet. */
export const ledgerOf = ({ fleet, config }: Deployment): Ledger =>
  ledgerOn(dynamoTable(resourceName(fleet.name, 'ledger'), new DynamoDBClient(config)))
