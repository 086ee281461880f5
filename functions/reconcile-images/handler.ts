import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { openApprovals } from '../../ledger/approvals.ts'
import { readKnown } from '../../ledger/fleet-state.ts'
import { readClaims } from '../../ledger/locks.ts'
import { holdingOperations } from '../../ledger/operations.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { lambda, measure } from '../runtime/handler.ts'
import { time } from '../runtime/schemas.ts'
import { settle } from '../settle-execution/settle-execution.ts'
import { closingParts, startingParts } from '../workflow/dependencies.ts'
import { measureFleet } from './measure-fleet.ts'
import { reconcileImages } from './reconcile-images.ts'
import { remind } from './remind.ts'
import { sweepExecutions } from './sweep-executions.ts'

const { REBAKE_STATE_MACHINE_ARN } = env('REBAKE_STATE_MACHINE_ARN')
const parts = {
  ...closingParts(),
  ...startingParts(),
  ...deployed(),
  imageBuilder: new ImagebuilderClient({}),
}
const sweeping = {
  ...parts,
  rebakeArn: REBAKE_STATE_MACHINE_ARN,
  settle: (stopped: Parameters<typeof settle>[1]) => settle(parts, stopped),
}

export const handler = lambda(v.object({ time }), async (due) => {
  const claims = await readClaims(parts.ledger)
  const known = await readKnown(parts.ledger)
  const operations = await holdingOperations(parts.ledger, known)
  const { settled, failures } = await sweepExecutions(sweeping, { claims, known, operations, ...due })
  // What was settled has changed what is known.
  const now = settled.length > 0 ? await readKnown(parts.ledger) : known
  const open = await openApprovals(parts.ledger)
  measureFleet({ ...parts, measure }, { known: now, claims, openApprovals: open.length, ...due })
  const { campaigns } = await reconcileImages(parts, now, due.time)
  await remind(parts, open, due.time)
  if (failures.length > 0)
    throw new AggregateError(failures, `not settled: ${failures.map(({ message }) => message).join('; ')}`)
  return { settled, campaigns }
})
