import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { campaign } from '../runtime/schemas.ts'
import { announce } from './announce-campaign.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const table = dynamoTable(LEDGER_TABLE)
const deps = { ledger: { campaigns: new CampaignStore(table) }, notify: topic(TOPIC_ARN) }

export const handler = createHandler(campaign, (request) => announce(deps, request.campaign))
