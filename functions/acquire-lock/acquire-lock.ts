import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { blockingBakes, type LockRequest, requestLock as requestTurn } from '../../domain/locks.ts'
import { type BakeOrder, toExecutionInput } from '../../domain/planning/bake-order.ts'
import { type FleetState, takenOverBy } from '../../domain/planning/fleet-state.ts'
import { reasonToStop } from '../../domain/planning/holds.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { claimWait } from '../../ledger/wait-ids.ts'
import { cancelBake } from '../workflow/cancel-bake.ts'
import { changeLocks, supersededBy } from '../workflow/locks.ts'
import type { Waits } from '../workflow/task-waits.ts'

interface AcquireLockDeps {
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks'>
  waits: Waits
  imageBuilder: ImagebuilderClient
  concurrentBakes: number
  /** Whether older bakes of the image are cancelled rather than waited for. */
  supersede: 'wait' | 'cancel'
}

interface AcquireLockInput {
  taskToken: string
  execution: string
  time: string
  campaign: string
  image: string
  stage: LockRequest['stage']
  parentAmi: string
}

/**
 * Queues for the image, and for a slot to bake in, and leaves the task token for the function that grants them. The outcome
 * that completes the task is the image's order; where a newer campaign has taken the image over, the task fails
 * as Superseded.
 *
 * @throws Transient where Step Functions does not know the task yet
 */
export async function claim(given: AcquireLockDeps, request: AcquireLockInput) {
  const { ledger } = given
  const waits = given.waits.ofInvocation(request.taskToken)
  const deps = { ...given, waits }
  const { taskToken, execution, time, campaign, image, stage, parentAmi } = request
  const { order, ami } = await ledger.campaigns.readOrdered(campaign, image)
  const { number, emergency, remaining } = order
  const turn: LockRequest = {
    holder: execution,
    image,
    stage,
    campaign,
    number,
    emergency,
    remaining,
    since: time,
  }
  // Of a promotion this is the first that happens; any other roll-out has been a candidate before.
  if (stage === 'bake' || order.promotes) {
    const status = stage === 'bake' ? 'baking' : 'candidate'
    await ledger.campaigns.recordStarted(campaign, image, { status, execution, parentAmi, time })
  }
  await waits.leaveToken(claimWait(turn), taskToken, time, stage === 'bake' ? toExecutionInput(order) : {})
  const why = whyNot(await ledger.fleetState.read(), turn, order, [parentAmi, ami])
  if (why) return waits.bringOutcome(claimWait(turn), { error: 'Superseded', cause: why }, time)
  const locks = await changeLocks(deps, time, (current) => requestTurn(current, turn))
  if (stage === 'bake' && deps.supersede === 'cancel')
    for (const older of blockingBakes(locks, turn)) await cancelBake(deps, older.campaign, image)
  return {}
}

/**
 * It is held, or revoked; or a newer campaign is to bake it, or, before a roll-out, has baked it: of a promotion, since
 * it was planned.
 */
function whyNot(
  known: FleetState,
  turn: LockRequest,
  { promotes }: BakeOrder,
  amis: (string | undefined)[],
): string | undefined {
  const { image, stage, campaign } = turn
  const stop = reasonToStop(known, image, amis)
  if (stop) return stop
  const last = known.images[image]?.last?.campaign
  const expected = promotes ? promotes.newest : campaign
  const newer = stage === 'bake' ? takenOverBy(known, image, turn) : last === expected ? undefined : last
  return newer && supersededBy(newer).cause
}
