import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, inRing } from '../runtime/schemas.ts'
import { taskWaits } from '../workflow/task-waits.ts'
import { retry } from './retry-distribution.ts'

const { LEDGER_TABLE, DISTRIBUTION_ROLE_ARN: distributionRole } = env('LEDGER_TABLE', 'DISTRIBUTION_ROLE_ARN')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ledger: { campaigns: new CampaignStore(table), releases: new ReleaseStore(table) },
  waits: taskWaits(new WaitStore(table)),
  imageBuilder: new ImagebuilderClient({}),
  distributionRole,
}
const Request = v.object({ ...inRing.entries, distributedArn: arn })

export const handler = createHandler(Request, (request) => retry(deps, request))
