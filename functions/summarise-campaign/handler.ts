import * as v from 'valibot'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { env } from '../runtime/env.ts'
import { count, createHandler } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { campaign, failure, time } from '../runtime/schemas.ts'
import { summarise } from './summarise-campaign.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ledger: { campaigns: new CampaignStore(table), fleetState: new FleetStateStore(table) },
  notify: topic(TOPIC_ARN),
  count,
}
const Request = v.object({ ...campaign.entries, time, failure: v.optional(failure) })

export const handler = createHandler(Request, (request) => summarise(deps, request))
