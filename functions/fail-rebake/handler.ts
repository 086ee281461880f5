import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { defaultBus } from '../shared/events.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { arn, failure, rebake } from '../shared/schemas.ts'
import { count, lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { fail } from './fail-rebake.ts'

const { LEDGER_TABLE, TOPIC_ARN, CONCURRENT_BAKES } = env('LEDGER_TABLE', 'TOPIC_ARN', 'CONCURRENT_BAKES')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = {
  ledger,
  waits: taskWaits(ledger),
  notify: topic(TOPIC_ARN),
  publish: defaultBus(),
  count,
  concurrentBakes: CONCURRENT_BAKES,
}
const Request = v.object({ ...rebake.entries, execution: arn, failure })

export const handler = lambda(Request, (request) => fail(parts, request))
