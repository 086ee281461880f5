import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { resourceName } from '../../domain/names.ts'
import { dynamoLedger, type Ledger } from '../../ledger/table.ts'
import type { Deployment } from './deployment.ts'

/** The ledger of a deployed fleet. */
export const ledgerOf = ({ fleet, config }: Deployment): Ledger =>
  dynamoLedger(resourceName(fleet.name, 'ledger'), new DynamoDBClient(config))
