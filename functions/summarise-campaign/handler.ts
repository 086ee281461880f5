import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { campaign, failure, time } from '../shared/schemas.ts'
import { count, lambda } from '../shared/stack.ts'
import { summarise } from './summarise-campaign.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const parts = { ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN), count }
const Request = v.object({ ...campaign.entries, time, failure: v.optional(failure) })

export const handler = lambda(Request, (request) => summarise(parts, request))
