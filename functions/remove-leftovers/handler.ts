import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { LockStore } from '../../ledger/locks.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { text } from '../runtime/schemas.ts'
import { removeLeftovers } from './remove-leftovers.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ledger: { locks: new LockStore(table), operations: new OperationStore(table), waits: new WaitStore(table) },
  imageBuilder: new ImagebuilderClient({}),
}

export const handler = createHandler(v.object({ operation: text }), (request) => removeLeftovers(deps, request))
