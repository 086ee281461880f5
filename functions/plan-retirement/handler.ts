import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { clientsIn } from '../../aws/ami-usage.ts'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { LockStore } from '../../ledger/locks.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { arn, text, time } from '../runtime/schemas.ts'
import { planRun, showPlan } from './plan-retirement.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const { fleet } = deployed()
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  fleet,
  imageBuilder: new ImagebuilderClient({}),
  ledger: {
    campaigns: new CampaignStore(table),
    locks: new LockStore(table),
    fleetState: new FleetStateStore(table),
    operations: new OperationStore(table),
    releases: new ReleaseStore(table),
  },
  notify: topic(TOPIC_ARN),
}
/** From the state machine; or from a person, who is shown the plan and nothing more. */
const Request = v.union([
  v.object({
    operation: text,
    execution: arn,
    time,
    by: text,
    reason: v.optional(text),
    act: v.optional(v.boolean(), false),
  }),
  v.object({ show: v.literal(true), time }),
])

export const handler = createHandler(Request, async (request): Promise<object> => {
  const session = 'show' in request ? 'rebake-retire' : request.operation
  const all = { ...deps, clientsIn: clientsIn(fleet, session) }
  return 'show' in request ? showPlan(all, request.time) : planRun(all, request)
})
