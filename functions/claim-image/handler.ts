import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { arn, rebake, text } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { claim } from './claim-image.ts'

const { LEDGER_TABLE, CONCURRENT_BAKES } = env('LEDGER_TABLE', 'CONCURRENT_BAKES')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = { ledger, waits: taskWaits(ledger), concurrentBakes: CONCURRENT_BAKES }
const Request = v.object({ ...rebake.entries, taskToken: text, execution: arn })

export const handler = lambda(Request, (request) => claim(parts, request))
