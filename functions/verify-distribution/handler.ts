import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { dynamoLedger } from '../../ledger/table.ts'
import { taskWaits } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { inRing, time } from '../runtime/schemas.ts'
import { verify } from './verify-distribution.ts'

const { LEDGER_TABLE, FLEET_NAME, UPSTREAM_ACCOUNTS } = env('LEDGER_TABLE', 'FLEET_NAME', 'UPSTREAM_ACCOUNTS')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = {
  ledger,
  waits: taskWaits(ledger),
  imageBuilder: new ImagebuilderClient({}),
  fleet: FLEET_NAME,
  upstreamAccounts: UPSTREAM_ACCOUNTS.split(','),
}
const Request = v.object({ ...inRing.entries, startedAt: time })

export const handler = lambda(Request, (request) => verify(parts, request))
