import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { deployed } from '../shared/fleet.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { clientsIn } from '../shared/usage.ts'
import { withdrawAmis } from './withdraw-amis.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const { fleet } = deployed()
const parts = { fleet, ledger: dynamoLedger(LEDGER_TABLE) }
const Request = v.object({ operation: text, account: text, region: text, time })

export const handler = lambda(Request, (request) =>
  withdrawAmis({ ...parts, clientsIn: clientsIn(fleet, request.operation) }, request),
)
