import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { dynamoLedger } from '../../ledger/table.ts'
import { taskWaits } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { arn, inRing, text } from '../runtime/schemas.ts'
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
