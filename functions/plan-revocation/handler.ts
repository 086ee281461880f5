import * as v from 'valibot'
import { clientsIn } from '../../aws/ami-usage.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, text, time } from '../runtime/schemas.ts'
import { plan, preview } from './plan-revocation.ts'

const request = { image: text, version: text, descendants: v.boolean(), force: v.boolean() }
const Input = v.union([
  v.object({
    operation: text,
    execution: arn,
    time,
    request: v.object({ ...request, reason: text, by: text }),
  }),
  v.object({ preview: v.object(request) }),
])

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const { fleet } = deployed()
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  fleet,
  ledger: {
    fleetState: new FleetStateStore(table),
    operations: new OperationStore(table),
    releases: new ReleaseStore(table),
  },
  clientsIn: clientsIn(fleet, 'revoke'),
}

/** Asked by the state machine it revokes; asked by a person for a preview it changes nothing. */
export const handler = createHandler(Input, async (input) =>
  'preview' in input ? preview(deps, input.preview) : plan(deps, { ...input, ...input.request }),
)
