import type { SSMClient } from '@aws-sdk/client-ssm'
import { movePointer } from '../../aws/pointers.ts'
import { free } from '../../domain/claims.ts'
import { Superseded, ValidationFailed } from '../../domain/errors.ts'
import { imageWarned } from '../../domain/messages/images.ts'
import { pointerName, versionOfArn } from '../../domain/names.ts'
import { stopOf } from '../../domain/planning/holds.ts'
import { passed } from '../../domain/planning/learning.ts'
import type { RebakeOrder } from '../../domain/planning/order.ts'
import type { Release } from '../../domain/releases/release.ts'
import { judge } from '../../domain/validation/evidence.ts'
import { campaignKey, imageKey, readOrdered, releaseKey } from '../../ledger/campaigns.ts'
import { readEvidence } from '../../ledger/checks.ts'
import { changeKnown, readKnown } from '../../ledger/fleet-state.ts'
import { changeClaims } from '../../ledger/locks.ts'
import { levelOf } from '../../ledger/notified.ts'
import type { Ledger } from '../../ledger/table.ts'
import type { Waits } from '../../ledger/waits.ts'
import type { Notify } from '../runtime/notify.ts'

interface Parts {
  fleet: string
  ssm: SSMClient
  ledger: Ledger
  waits: Waits
  concurrentBakes: number
  notify: Notify
}

interface Request {
  execution: string
  time: string
  campaign: string
  image: string
  parentAmi: string
  imageArn: string
  ami: string
}

/**
 * An AMI that passed its required checks: a release is recorded, the candidate pointer moves, the next bake may begin.
 *
 * @throws ValidationFailed naming each required check that did not pass, and what it found; Superseded where the image is
 * held, or its parent revoked, since the bake began
 */
export async function markCandidate(parts: Parts, request: Request) {
  const { execution, time, campaign, image, parentAmi, imageArn, ami } = request
  const version = versionOfArn(imageArn)
  const { order, startedAt = time } = await readOrdered(parts.ledger, campaign, image)
  await mustHavePassed(parts, request, order)
  const stop = stopOf(await readKnown(parts.ledger), image, [parentAmi])
  if (stop) throw new Superseded(stop)
  const { definition, number, emergency } = order
  await parts.ledger.create(releaseKey(image, version), {
    image,
    version,
    ami,
    parentAmi,
    imageArn,
    definition,
    campaign,
    number,
    bakedAt: time,
    ...(emergency && { emergency }),
  } satisfies Release)
  await movePointer(parts.ssm, pointerName(parts.fleet, image, 'candidate'), ami)
  await parts.ledger.set(imageKey(campaign, image), { status: 'candidate', version })
  const last = {
    ami,
    version,
    parentAmi,
    definition,
    at: startedAt,
    campaign,
    number,
    ...(emergency && { emergency }),
  }
  await changeKnown(parts.ledger, (known) => passed(known, image, last))
  await changeClaims(parts, time, (claims) => free(claims, { holder: execution, stage: 'bake' }))
  return { version }
}

/** What is only advisory, and what will fail before long, people are told of; of what failed, the failure tells. */
async function mustHavePassed(
  { ledger, notify }: Parts,
  { campaign, image, ami }: Request,
  { checks }: RebakeOrder,
): Promise<void> {
  await ledger.set(imageKey(campaign, image), { ami })
  const { failures, warnings } = judge(checks, await readEvidence(ledger, campaign, image, checks))
  if (failures.length > 0) throw new ValidationFailed(`${ami}: ${failures.join('; ')}`)
  const told = { pk: campaignKey(campaign).pk, sk: `WARNED#${image}` }
  if (warnings.length === 0 || (await ledger.get(told))) return
  const level = await levelOf(ledger, campaign, 'image-warned', image)
  await notify(imageWarned({ campaign, image, ami, warnings }, level))
  await ledger.create(told, { warnings })
}
