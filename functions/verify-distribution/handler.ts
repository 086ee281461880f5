import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { inRing, time } from '../runtime/schemas.ts'
import { taskWaits } from '../workflow/task-waits.ts'
import { verify } from './verify-distribution.ts'

const { LEDGER_TABLE, FLEET_NAME, UPSTREAM_ACCOUNTS } = env('LEDGER_TABLE', 'FLEET_NAME', 'UPSTREAM_ACCOUNTS')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ledger: { campaigns: new CampaignStore(table), releases: new ReleaseStore(table) },
  waits: taskWaits(new WaitStore(table)),
  imageBuilder: new ImagebuilderClient({}),
  fleet: FLEET_NAME,
  upstreamAccounts: UPSTREAM_ACCOUNTS.split(','),
}
const Request = v.object({ ...inRing.entries, startedAt: time })

export const handler = createHandler(Request, (request) => verify(deps, request))
