import * as v from 'valibot'
import { clientsIn } from '../../aws/ami-usage.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { text, time } from '../runtime/schemas.ts'
import { withdrawAmis } from './withdraw-amis.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const { fleet } = deployed()
const deps = { fleet, ledger: { operations: new OperationStore(dynamoTable(LEDGER_TABLE)) } }
const Request = v.object({ operation: text, account: text, region: text, time })

export const handler = createHandler(Request, (request) =>
  withdrawAmis({ ...deps, clientsIn: clientsIn(fleet, request.operation) }, request),
)
