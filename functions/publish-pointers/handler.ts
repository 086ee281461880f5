import * as v from 'valibot'
import { cloudWatchOf } from '../../aws/alarms.ts'
import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { LockStore } from '../../ledger/locks.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, rebake, text } from '../runtime/schemas.ts'
import { promote } from './promote-channels.ts'
import { publish } from './publish-pointers.ts'

const { LEDGER_TABLE, FLEET_NAME } = env('LEDGER_TABLE', 'FLEET_NAME')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  fleet: FLEET_NAME,
  ledger: {
    campaigns: new CampaignStore(table),
    fleetState: new FleetStateStore(table),
    locks: new LockStore(table),
    releases: new ReleaseStore(table),
  },
  cloudWatch: cloudWatchOf(FLEET_NAME),
}

/** Without a ring, it is through the last. */
const Request = v.object({ ...rebake.entries, execution: arn, ring: v.optional(text) })

export const handler = createHandler(Request, async ({ ring, ...request }) =>
  ring === undefined ? await promote(deps, request) : await publish(deps, { ...request, ring }),
)
