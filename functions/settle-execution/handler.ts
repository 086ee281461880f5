import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { defaultBus } from '../shared/events.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { arn, text, time } from '../shared/schemas.ts'
import { count, lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { settle } from './settle-execution.ts'

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
const Event = v.object({
  time,
  detail: v.object({
    executionArn: arn,
    name: text,
    status: v.picklist(['FAILED', 'TIMED_OUT', 'ABORTED']),
    input: v.nullish(v.string()),
    error: v.nullish(v.string()),
    cause: v.nullish(v.string()),
  }),
})

export const handler = lambda(Event, (event) => settle(parts, event))
