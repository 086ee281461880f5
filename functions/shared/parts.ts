import type { ClosingParts } from './closing.ts'
import { env } from './env.ts'
import { defaultBus } from './events.ts'
import { dynamoLedger } from './ledger.ts'
import { topic } from './notify.ts'
import { count } from './stack.ts'
import { taskWaits } from './waits.ts'

/** What it takes to change the claims: to take, to free, and to tell who is next. */
export function claimingParts() {
  const { LEDGER_TABLE, CONCURRENT_BAKES } = env('LEDGER_TABLE', 'CONCURRENT_BAKES')
  const ledger = dynamoLedger(LEDGER_TABLE)
  return { ledger, waits: taskWaits(ledger), concurrentBakes: CONCURRENT_BAKES }
}

/** What it takes to end a rebake. */
export function closingParts(): ClosingParts {
  const { TOPIC_ARN } = env('TOPIC_ARN')
  return { ...claimingParts(), notify: topic(TOPIC_ARN), publish: defaultBus(), count }
}
