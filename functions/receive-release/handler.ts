import { EC2Client } from '@aws-sdk/client-ec2'
import { SFNClient } from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { deployedFleet } from '../shared/fleet.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { amiId, failure, text, time } from '../shared/schemas.ts'
import { count, lambda } from '../shared/stack.ts'
import { receiveRelease } from './receive-release.ts'

const { LEDGER_TABLE, TOPIC_ARN, CAMPAIGN_STATE_MACHINE_ARN } = env(
  'LEDGER_TABLE',
  'TOPIC_ARN',
  'CAMPAIGN_STATE_MACHINE_ARN',
)
const parts = {
  fleet: deployedFleet(),
  campaignArn: CAMPAIGN_STATE_MACHINE_ARN,
  ec2: new EC2Client({}),
  stepFunctions: new SFNClient({}),
  ledger: dynamoLedger(LEDGER_TABLE),
  notify: topic(TOPIC_ARN),
  count,
}
const Received = v.object({
  event: v.object({
    account: text,
    time,
    region: text,
    detail: v.object({ ImageId: amiId, State: v.literal('available') }),
  }),
  failure: v.optional(failure),
})

export const handler = lambda(Received, (received) => receiveRelease(parts, received))
