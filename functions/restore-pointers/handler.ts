import * as v from 'valibot'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { text, time } from '../runtime/schemas.ts'
import { restore } from './restore-pointers.ts'

const { LEDGER_TABLE, FLEET_NAME } = env('LEDGER_TABLE', 'FLEET_NAME')
const deps = { fleet: FLEET_NAME, ledger: { operations: new OperationStore(dynamoTable(LEDGER_TABLE)) } }

const Request = v.object({ operation: text, ring: text, time })

export const handler = createHandler(Request, (request) => restore(deps, request))
