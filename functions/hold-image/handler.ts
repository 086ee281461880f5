import { SFNClient } from '@aws-sdk/client-sfn'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { HoldRequest, holdImage } from './hold-image.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const table = dynamoTable(LEDGER_TABLE)
const deps = {
  ledger: { fleetState: new FleetStateStore(table), operations: new OperationStore(table) },
  stepFunctions: new SFNClient({}),
}

export const handler = createHandler(HoldRequest, (request) => holdImage(deps, request))
