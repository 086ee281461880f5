import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { type Claim, inTheWayOf, request as requestTurn } from '../../domain/claims.ts'
import { takenOverBy } from '../../domain/planning/known.ts'
import type { RebakeOrder } from '../../domain/planning/order.ts'
import { cancelBake } from '../shared/bakes.ts'
import { imageKey, readOrdered } from '../shared/campaigns.ts'
import { changeClaims, claimWait, supersededBy } from '../shared/claims.ts'
import { readKnown } from '../shared/known.ts'
import type { Ledger } from '../shared/ledger.ts'
import type { Waits } from '../shared/waits.ts'

interface Parts {
  ledger: Ledger
  waits: Waits
  imageBuilder: ImagebuilderClient
  concurrentBakes: number
  /** Whether older bakes of the image are cancelled rather than waited for. */
  supersede: 'wait' | 'cancel'
}

interface Request {
  taskToken: string
  execution: string
  time: string
  campaign: string
  image: string
  stage: Claim['stage']
  parentAmi: string
}

/**
 * Queues for the image, and for a slot to bake in, and leaves the task token for whoever grants them. The outcome
 * that completes the task is the image's order; where a newer campaign has taken the image over, the task fails
 * as Superseded.
 */
export async function claim(parts: Parts, request: Request) {
  const { ledger, waits } = parts
  const { taskToken, execution, time, campaign, image, stage, parentAmi } = request
  const { order } = await readOrdered(ledger, campaign, image)
  const { number, emergency, remaining } = order
  const turn: Claim = {
    ...{ holder: execution, image, stage, campaign, number, emergency, remaining, since: time },
  }
  if (stage === 'bake')
    await ledger.set(
      imageKey(campaign, image),
      { status: 'baking', execution, parentAmi },
      { startedAt: time },
    )
  await waits.leaveToken(claimWait(turn), taskToken, time, stage === 'bake' ? travelling(order) : {})
  const newer = await newerCampaign(parts, turn)
  if (newer) return waits.bringOutcome(claimWait(turn), supersededBy(newer), time)
  const claims = await changeClaims(parts, time, (current) => requestTurn(current, turn))
  if (stage === 'bake' && parts.supersede === 'cancel')
    for (const older of inTheWayOf(claims, turn)) await cancelBake(parts, older.campaign, image)
  return {}
}

/** Before a bake, a campaign that is to bake the image as well; before a roll-out, one that already has. */
async function newerCampaign({ ledger }: Parts, claim: Claim) {
  const { image, stage, campaign } = claim
  const known = await readKnown(ledger)
  if (stage === 'bake') return takenOverBy(known, image, claim)
  const last = known.images[image]?.last?.campaign
  return last === campaign ? undefined : last
}

/** What the state machine itself reads of the order; the rest stays in the ledger, out of the payload. */
const travelling = ({ checkSeconds, maxChecks, checks, children, rings }: RebakeOrder) => ({
  ...{ checkSeconds, maxChecks, children },
  checks: checks.map(({ check, lookAfter }) => ({ check, lookAfter })),
  rings: rings.map(({ ring, soak, approval }) => ({ ring, soak, approvalSeconds: approval?.timeout ?? 0 })),
})
