import * as v from 'valibot'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, time } from '../runtime/schemas.ts'
import { campaignDeps } from '../workflow/dependencies.ts'
import { receiveCve } from './receive-cve.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const deps = {
  ...campaignDeps(),
  fleet: deployed().fleet,
  ledger: { fleetState: new FleetStateStore(dynamoTable(LEDGER_TABLE)) },
}
const count = v.optional(v.number())
const Event = v.object({
  time,
  resources: v.array(arn),
  detail: v.object({
    'finding-severity-counts': v.object({ critical: count, high: count, medium: count }),
  }),
})

export const handler = createHandler(Event, (event) => receiveCve(deps, event))
