import * as v from 'valibot'
import { dynamoLedger } from '../../ledger/table.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { arn, failure, text, time } from '../runtime/schemas.ts'
import { closeRetirement } from './close-retirement.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const parts = { ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN) }
const Request = v.object({ operation: text, execution: arn, time, failure: v.optional(failure) })

export const handler = lambda(Request, (request) => closeRetirement(parts, request))
