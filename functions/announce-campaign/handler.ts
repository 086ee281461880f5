import { dynamoLedger } from '../../ledger/table.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { campaign } from '../runtime/schemas.ts'
import { announce } from './announce-campaign.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const parts = { ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN) }

export const handler = lambda(campaign, (request) => announce(parts, request.campaign))
