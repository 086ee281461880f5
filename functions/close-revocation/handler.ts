import * as v from 'valibot'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { text, time } from '../runtime/schemas.ts'
import { campaignDeps } from '../workflow/dependencies.ts'
import { close } from './close-revocation.ts'

const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
const deps = {
  ...campaignDeps(),
  ledger: {
    fleetState: new FleetStateStore(dynamoTable(LEDGER_TABLE)),
    operations: new OperationStore(dynamoTable(LEDGER_TABLE)),
  },
  notify: topic(TOPIC_ARN),
}

export const handler = createHandler(v.object({ operation: text, time }), (request) => close(deps, request))
