import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { campaign } from '../runtime/schemas.ts'
import { announce } from './announce-campaign.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const table = dynamoTable(LEDGER_TABLE)
const parts = { ledger: { campaigns: new CampaignStore(table) }, notify: topic(TOPIC_ARN) }

export const handler = lambda(campaign, (request) => announce(parts, request.campaign))
