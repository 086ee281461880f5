import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { inRing } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { publish } from './publish-pointers.ts'

const { LEDGER_TABLE, FLEET_NAME } = env('LEDGER_TABLE', 'FLEET_NAME')
const parts = { fleet: FLEET_NAME, ledger: dynamoLedger(LEDGER_TABLE) }

export const handler = lambda(inRing, (request) => publish(parts, request))
