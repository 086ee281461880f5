import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { arn, failure, text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { closeRetirement } from './close-retirement.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const parts = { ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN) }
const Request = v.object({ operation: text, execution: arn, time, failure: v.optional(failure) })

export const handler = lambda(Request, (request) => closeRetirement(parts, request))
