import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { resourceName } from '../../domain/names.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { type Ledger, ledgerOn } from '../../ledger/ledger.ts'
import { NewerSchema, type Table } from '../../ledger/table.ts'
import { BadInput } from '../problems.ts'
import type { Deployment } from './deployment.ts'

/**
 * The ledger of a deployed fleet.
 *
 * @throws BadInput, from each call, where what it reads has a form that this command does not know
 */
export const ledgerOf = ({ fleet, config }: Deployment): Ledger =>
  ledgerOn(refusingNewer(dynamoTable(resourceName(fleet.name, 'ledger'), new DynamoDBClient(config))))

/** A fleet may be deployed by a newer version than this command is of: its items may mean something else. */
export const refusingNewer = (table: Table): Table => ({
  ...table,
  get: (key) => table.get(key).catch(asBadInput),
  all: (pk) => table.all(pk).catch(asBadInput),
})

function asBadInput(error: unknown): never {
  if (!(error instanceof NewerSchema)) throw error
  throw new BadInput(`This fleet was deployed by a newer Rebake (schema ${error.schema}). Update the command.`, {
    cause: error,
  })
}
