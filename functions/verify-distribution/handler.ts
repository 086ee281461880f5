import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { inRing, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
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
