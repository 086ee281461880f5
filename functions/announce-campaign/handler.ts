import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { topic } from '../shared/notify.ts'
import { campaign } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { announce } from './announce-campaign.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const parts = { ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN) }

export const handler = lambda(campaign, (request) => announce(parts, request.campaign))
