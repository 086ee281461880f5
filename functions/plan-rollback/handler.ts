import { SFNClient } from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, text, time } from '../runtime/schemas.ts'
import { planRollback } from './plan-rollback.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  fleet: deployed().fleet,
  ledger: {
    fleetState: new FleetStateStore(table),
    operations: new OperationStore(table),
    releases: new ReleaseStore(table),
  },
  stepFunctions: new SFNClient({}),
}
const optional = v.optional(text)
const Request = v.object({
  execution: arn,
  time,
  image: text,
  to: optional,
  ring: optional,
  reason: text,
  by: text,
  hold: v.boolean(),
})

export const handler = createHandler(Request, (request) => planRollback(deps, request))
