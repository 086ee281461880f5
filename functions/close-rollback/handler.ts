import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { text, time } from '../runtime/schemas.ts'
import { closeRollback } from './close-rollback.ts'

const { LEDGER_TABLE, FLEET_NAME, TOPIC_ARN } = env('LEDGER_TABLE', 'FLEET_NAME', 'TOPIC_ARN')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  fleet: FLEET_NAME,
  ledger: {
    fleetState: new FleetStateStore(table),
    operations: new OperationStore(table),
    releases: new ReleaseStore(table),
  },
  ssm: new SSMClient({}),
  notify: topic(TOPIC_ARN),
}

const Request = v.object({ operation: text, time })

export const handler = createHandler(Request, (request) => closeRollback(deps, request))
