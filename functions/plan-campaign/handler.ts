import { EC2Client } from '@aws-sdk/client-ec2'
import * as v from 'valibot'
import { Trigger } from '../../domain/triggers.ts'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { LockStore } from '../../ledger/locks.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, campaign, time } from '../runtime/schemas.ts'
import { plan } from './plan-campaign.ts'

const { LEDGER_TABLE, IMAGE_BUILDER_ARN_PREFIX } = env('LEDGER_TABLE', 'IMAGE_BUILDER_ARN_PREFIX')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ...deployed(),
  ec2: new EC2Client({}),
  ledger: {
    campaigns: new CampaignStore(table),
    fleetState: new FleetStateStore(table),
    locks: new LockStore(table),
    releases: new ReleaseStore(table),
  },
  imageBuilderArnPrefix: IMAGE_BUILDER_ARN_PREFIX,
}
const Request = v.object({ ...campaign.entries, execution: arn, time, trigger: Trigger })

export const handler = createHandler(Request, (request) => plan(deps, request))
