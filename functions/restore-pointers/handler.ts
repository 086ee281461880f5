import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { restore } from './restore-pointers.ts'

const { LEDGER_TABLE, FLEET_NAME } = env('LEDGER_TABLE', 'FLEET_NAME')
const parts = { fleet: FLEET_NAME, ledger: dynamoLedger(LEDGER_TABLE) }

const Request = v.object({ operation: text, ring: text, time })

export const handler = lambda(Request, (request) => restore(parts, request))
