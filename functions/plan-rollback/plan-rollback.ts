import type { SFNClient } from '@aws-sdk/client-sfn'
import { RequestRefused } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { clearRolledBack, type Hold, hold, recordRolledBack } from '../../domain/planning/holds.ts'
import { planRollback as decide, type RollbackPlan } from '../../domain/releases/rollback.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { refuseUnderWay, requireHold } from '../workflow/hold-guard.ts'

interface PlanRollbackDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'fleetState' | 'operations' | 'releases'>
  stepFunctions: SFNClient
}

interface PlanRollbackInput {
  /** The execution's ARN. */
  execution: string
  /** ISO 8601. */
  time: string
  image: string
  to?: string | undefined
  ring?: string | undefined
  reason: string
  by: string
  hold: boolean
}

/**
 * Decides what an image rolls back to, and where. From here on it is held, and what goes back is marked: campaigns that
 * are under way stop before their next step. A repeat decides the same.
 *
 * @returns the names of the rings, in their order
 * @throws RequestRefused where there is nothing to roll back to, and where another operation has the image
 */
export async function planRollback(deps: PlanRollbackDeps, request: PlanRollbackInput) {
  const { fleet, ledger } = deps
  const { execution, time, image, ring, reason, by } = request
  const operation = execution.split(':').at(-1) ?? ''
  const plan = decide(fleet, await ledger.releases.readAll(image), request)
  if ('refused' in plan) throw new RequestRefused(plan.refused)
  const heldBefore = await holdOfOthers(deps, image, operation)
  const { from, to, previous } = plan
  await ledger.operations.recordRollbackStarted({
    operation,
    kind: 'rollback',
    execution,
    by,
    reason,
    status: 'running',
    startedAt: time,
    image,
    from: from.version,
    to: to.version,
    hold: request.hold,
    ...(previous && { previous: previous.version }),
    ...(ring !== undefined && { ring }),
    ...(heldBefore && { heldBefore }),
  })
  await takeHold(ledger, image, heldBefore, { at: time, by, reason, operation })
  if (ring === undefined) await mark(ledger, plan, { at: time, by, reason, operation })
  for (const each of plan.rings) await ledger.operations.recordRollbackRing(operation, each, time)
  await ledger.operations.recordProblems(operation, plan.problems)
  return { rings: plan.rings.map(({ ring }) => ({ ring })) }
}

/** @throws RequestRefused where an operation that still runs holds the image */
async function holdOfOthers(deps: PlanRollbackDeps, image: string, operation: string): Promise<Hold | undefined> {
  const { held } = (await deps.ledger.fleetState.read()).images[image] ?? {}
  if (held?.operation === operation) return undefined
  await refuseUnderWay(deps, image, held)
  return held
}

/** @throws Transient where somebody else held it or let it go in the meantime */
const takeHold = (ledger: PlanRollbackDeps['ledger'], image: string, before: Hold | undefined, held: Hold) =>
  ledger.fleetState.change((known) => {
    if (known.images[image]?.held?.operation === held.operation) return known
    requireHold(known, image, before)
    return hold(known, image, held)
  })

/** What the image rolls back from is not rolled out any further, nor what was baked from it; what it rolls back to may be again. */
async function mark(
  ledger: PlanRollbackDeps['ledger'],
  { image, to, leaves }: RollbackPlan,
  rolledBack: Hold & { operation: string },
): Promise<void> {
  await ledger.fleetState.change((known) =>
    recordRolledBack(
      clearRolledBack(known, to.ami),
      leaves.map(({ ami }) => ami),
    ),
  )
  for (const { version } of leaves) await ledger.releases.recordRolledBack({ image, version }, rolledBack)
  if (to.rolledBack) await ledger.releases.clearRolledBack(to)
}
