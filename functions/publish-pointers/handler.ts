import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { arn, inRing } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { publish } from './publish-pointers.ts'

const { LEDGER_TABLE, FLEET_NAME } = env('LEDGER_TABLE', 'FLEET_NAME')
const parts = { fleet: FLEET_NAME, ledger: dynamoLedger(LEDGER_TABLE) }

const Request = v.object({ ...inRing.entries, execution: arn })

export const handler = lambda(Request, (request) => publish(parts, request))
