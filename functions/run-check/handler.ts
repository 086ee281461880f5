import { EC2Client } from '@aws-sdk/client-ec2'
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, baked, text, time } from '../runtime/schemas.ts'
import { taskWaits } from '../workflow/task-waits.ts'
import { runCheck } from './run-check.ts'

const { LEDGER_TABLE, SMOKE_DOCUMENT } = env('LEDGER_TABLE', 'SMOKE_DOCUMENT')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ledger: {
    campaigns: new CampaignStore(table),
    fleetState: new FleetStateStore(table),
    releases: new ReleaseStore(table),
  },
  waits: taskWaits(new WaitStore(table)),
  ec2: new EC2Client({}),
  imageBuilder: new ImagebuilderClient({}),
  ssm: new SSMClient({}),
  smokeDocument: SMOKE_DOCUMENT,
  lambda: (region: string) => new LambdaClient({ region, maxAttempts: 1 }),
}
const Request = v.object({ ...baked.entries, taskToken: text, execution: arn, check: text, since: time })

export const handler = createHandler(Request, (request) => runCheck(deps, request))
