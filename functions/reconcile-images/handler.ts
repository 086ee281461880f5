import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { OperationStore } from '../../ledger/operations.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { lambda, measure } from '../runtime/handler.ts'
import { time } from '../runtime/schemas.ts'
import { settle } from '../settle-execution/settle-execution.ts'
import { closingParts, ledgerTable, startingParts } from '../workflow/dependencies.ts'
import { measureFleet } from './measure-fleet.ts'
import { reconcileImages } from './reconcile-images.ts'
import { remind } from './remind.ts'
import { sweepExecutions } from './sweep-executions.ts'

const { REBAKE_STATE_MACHINE_ARN } = env('REBAKE_STATE_MACHINE_ARN')
const table = ledgerTable()
const closing = closingParts(table)
const parts = {
  ...closing,
  ...startingParts(),
  ...deployed(),
  ledger: { ...closing.ledger, operations: new OperationStore(table) },
  imageBuilder: new ImagebuilderClient({}),
}
const sweeping = {
  ...parts,
  rebakeArn: REBAKE_STATE_MACHINE_ARN,
  settle: (stopped: Parameters<typeof settle>[1]) => settle(parts, stopped),
}

export const handler = lambda(v.object({ time }), async (due) => {
  const claims = await parts.ledger.locks.read()
  const known = await parts.ledger.fleetState.read()
  const operations = await parts.ledger.operations.readHolding(known)
  const { settled, failures } = await sweepExecutions(sweeping, { claims, known, operations, ...due })
  // What was settled has changed what is known.
  const now = settled.length > 0 ? await parts.ledger.fleetState.read() : known
  const open = await parts.ledger.campaigns.readOpenApprovals(await parts.ledger.locks.read())
  measureFleet({ ...parts, measure }, { known: now, claims, openApprovals: open.length, ...due })
  const { campaigns } = await reconcileImages(parts, now, due.time)
  await remind(parts, open, due.time)
  if (failures.length > 0)
    throw new AggregateError(failures, `not settled: ${failures.map(({ message }) => message).join('; ')}`)
  return { settled, campaigns }
})
