import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { OperationStore } from '../../ledger/operations.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler, measure } from '../runtime/handler.ts'
import { time } from '../runtime/schemas.ts'
import { settle } from '../settle-execution/settle-execution.ts'
import { campaignDeps, closeDeps, ledgerTable } from '../workflow/dependencies.ts'
import { measureFleet } from './measure-fleet.ts'
import { reconcileImages } from './reconcile-images.ts'
import { remind } from './remind.ts'
import { sweepExecutions } from './sweep-executions.ts'

const { REBAKE_STATE_MACHINE_ARN } = env('REBAKE_STATE_MACHINE_ARN')
const table = ledgerTable()
const closing = closeDeps(table)
const deps = {
  ...closing,
  ...campaignDeps(),
  ...deployed(),
  ledger: { ...closing.ledger, operations: new OperationStore(table), releases: new ReleaseStore(table) },
  imageBuilder: new ImagebuilderClient({}),
}
const sweeping = {
  ...deps,
  rebakeArn: REBAKE_STATE_MACHINE_ARN,
  settle: (stopped: Parameters<typeof settle>[1]) => settle(deps, stopped),
}

export const handler = createHandler(v.object({ time }), async (due) => {
  const locks = await deps.ledger.locks.read()
  const known = await deps.ledger.fleetState.read()
  const operations = await deps.ledger.operations.readHolding(known)
  const { settled, failures } = await sweepExecutions(sweeping, { claims: locks, known, operations, ...due })
  // What was settled has changed what is known.
  const now = settled.length > 0 ? await deps.ledger.fleetState.read() : known
  const open = await deps.ledger.campaigns.readOpenApprovals(await deps.ledger.locks.read())
  measureFleet({ ...deps, measure }, { known: now, claims: locks, openApprovals: open.length, ...due })
  const { campaigns } = await reconcileImages(deps, now, due.time)
  await remind(deps, open, due.time)
  if (failures.length > 0)
    throw new AggregateError(failures, `not settled: ${failures.map(({ message }) => message).join('; ')}`)
  return { settled, campaigns }
})
