import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { defaultBus } from '../shared/events.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { amiId, arn, rebake } from '../shared/schemas.ts'
import { count, lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { release } from './release-image.ts'

const { LEDGER_TABLE, TOPIC_ARN, FLEET_NAME, CONCURRENT_BAKES } = env(
  'LEDGER_TABLE',
  'TOPIC_ARN',
  'FLEET_NAME',
  'CONCURRENT_BAKES',
)
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = {
  fleet: FLEET_NAME,
  ssm: new SSMClient({}),
  ledger,
  waits: taskWaits(ledger),
  notify: topic(TOPIC_ARN),
  publish: defaultBus(),
  count,
  concurrentBakes: CONCURRENT_BAKES,
}
const Request = v.object({ ...rebake.entries, execution: arn, ami: amiId })

export const handler = lambda(Request, (request) => release(parts, request))
