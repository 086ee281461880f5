import { request } from '../../domain/claims.ts'
import type { RebakeOrder } from '../../domain/planning/order.ts'
import { imageKey, readOrdered } from '../shared/campaigns.ts'
import { changeClaims, claimWait } from '../shared/claims.ts'
import type { Ledger } from '../shared/ledger.ts'
import type { Waits } from '../shared/waits.ts'

interface Parts {
  ledger: Ledger
  waits: Waits
  concurrentBakes: number
}

interface Request {
  taskToken: string
  execution: string
  time: string
  campaign: string
  image: string
}

/**
 * Queues for the image's lease and a bake slot, and leaves the task token for whoever grants them. The
 * outcome that completes the task is the image's order.
 */
export async function claim(parts: Parts, { taskToken, execution, time, campaign, image }: Request) {
  const { order } = await readOrdered(parts.ledger, campaign, image)
  await parts.ledger.set(imageKey(campaign, image), { status: 'baking', execution }, { startedAt: time })
  await parts.waits.leaveToken(claimWait(execution), taskToken, time, travelling(order))
  await changeClaims(parts, time, (claims) =>
    request(claims, { holder: execution, image, remaining: order.remaining, since: time }),
  )
  return {}
}

/** What the state machine itself reads of the order; the rest stays in the ledger, out of the payload. */
const travelling = ({
  pipelineArn,
  parentParameter,
  checkSeconds,
  maxChecks,
  children,
  rings,
}: RebakeOrder) => ({
  pipelineArn,
  parentParameter,
  checkSeconds,
  maxChecks,
  children,
  rings: rings.map(({ ring, distributionConfigurationArn, soak }) => ({
    ring,
    distributionConfigurationArn,
    soak,
  })),
})
