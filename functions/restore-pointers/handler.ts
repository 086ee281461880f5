import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { FleetStateStore } from '../../ledger/fleet-state.ts'
import { OperationStore } from '../../ledger/operations.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { text, time } from '../runtime/schemas.ts'
import { clearPointers } from '../workflow/clear-pointers.ts'
import { restore } from './restore-pointers.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const { fleet } = deployed()
const table = dynamoTable(LEDGER_TABLE)
const ledger = {
  fleetState: new FleetStateStore(table),
  operations: new OperationStore(table),
  releases: new ReleaseStore(table),
}

/** Without a ring, it is a revocation: what still names its AMIs. */
const Request = v.object({ operation: text, ring: v.optional(text), time })

export const handler = createHandler(Request, async ({ ring, ...request }) => {
  if (ring !== undefined) return await restore({ fleet: fleet.name, ledger }, { ...request, ring })
  const problems = await clearPointers({ fleet, ledger, ssm: new SSMClient({}) }, request.operation)
  await ledger.operations.recordProblems(request.operation, problems)
  return {}
})
