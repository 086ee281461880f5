import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { arn, inRing, text } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { requestApproval } from './request-approval.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = {
  ledger,
  waits: taskWaits(ledger),
  notify: topic(TOPIC_ARN),
  imageBuilder: new ImagebuilderClient({}),
}
const Request = v.object({ ...inRing.entries, taskToken: text, execution: arn })

export const handler = lambda(Request, (request) => requestApproval(parts, request))
