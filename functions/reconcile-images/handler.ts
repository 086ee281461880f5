import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { settle } from '../settle-execution/settle-execution.ts'
import { openApprovals } from '../shared/approvals.ts'
import { readClaims } from '../shared/claims.ts'
import { env } from '../shared/env.ts'
import { deployed } from '../shared/fleet.ts'
import { readKnown } from '../shared/known.ts'
import { holdingOperations } from '../shared/operations.ts'
import { closingParts, startingParts } from '../shared/parts.ts'
import { time } from '../shared/schemas.ts'
import { lambda, measure } from '../shared/stack.ts'
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
