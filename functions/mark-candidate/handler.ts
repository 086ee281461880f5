import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { arn, baked } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { markCandidate } from './mark-candidate.ts'

const { LEDGER_TABLE, FLEET_NAME, CONCURRENT_BAKES } = env('LEDGER_TABLE', 'FLEET_NAME', 'CONCURRENT_BAKES')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = {
  fleet: FLEET_NAME,
  ssm: new SSMClient({}),
  ledger,
  waits: taskWaits(ledger),
  concurrentBakes: CONCURRENT_BAKES,
}
const Request = v.object({ ...baked.entries, execution: arn })

export const handler = lambda(Request, (request) => markCandidate(parts, request))
