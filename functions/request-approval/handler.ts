import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { arn, inRing, text } from '../runtime/schemas.ts'
import { taskWaits } from '../workflow/task-waits.ts'
import { requestApproval } from './request-approval.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ledger: {
    campaigns: new CampaignStore(table),
    fleetState: new FleetStateStore(table),
    releases: new ReleaseStore(table),
  },
  waits: taskWaits(new WaitStore(table)),
  notify: topic(TOPIC_ARN),
  imageBuilder: new ImagebuilderClient({}),
}
const Request = v.object({ ...inRing.entries, taskToken: text, execution: arn })

export const handler = createHandler(Request, (request) => requestApproval(deps, request))
