import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { closeRollback } from './close-rollback.ts'

const { LEDGER_TABLE, FLEET_NAME, TOPIC_ARN } = env('LEDGER_TABLE', 'FLEET_NAME', 'TOPIC_ARN')
const parts = {
  fleet: FLEET_NAME,
  ledger: dynamoLedger(LEDGER_TABLE),
  ssm: new SSMClient({}),
  notify: topic(TOPIC_ARN),
}

const Request = v.object({ operation: text, time })

export const handler = lambda(Request, (request) => closeRollback(parts, request))
