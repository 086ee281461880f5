import type { SSMClient } from '@aws-sdk/client-ssm'
import { type Pause, pointOwn } from '../../aws/pointers.ts'
import { Superseded, ValidationFailed } from '../../domain/errors.ts'
import { releaseLock } from '../../domain/locks.ts'
import { imageWarned } from '../../domain/messages/images.ts'
import { pointerName, versionOfArn } from '../../domain/names.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import { reasonToStop } from '../../domain/planning/holds.ts'
import { recordCandidate } from '../../domain/planning/transitions.ts'
import { verdictOf } from '../../domain/validation/evidence.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Notify } from '../runtime/notify.ts'
import { changeLocks } from '../workflow/locks.ts'
import type { Waits } from '../workflow/task-waits.ts'

interface MarkCandidateDeps {
  fleet: string
  ssm: SSMClient
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'releases'>
  waits: Waits
  concurrentBakes: number
  notify: Notify
  pause?: Pause
}

interface MarkCandidateInput {
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
 * held, or its parent revoked, since the bake began; AnswersLate
 */
export async function markCandidate(deps: MarkCandidateDeps, request: MarkCandidateInput) {
  const { execution, time, campaign, image, parentAmi, imageArn, ami } = request
  const version = versionOfArn(imageArn)
  const { order, startedAt = time } = await deps.ledger.campaigns.readOrdered(campaign, image)
  await mustHavePassed(deps, request, order)
  const stop = reasonToStop(await deps.ledger.fleetState.read(), image, [parentAmi])
  if (stop) throw new Superseded(stop)
  const { definition, number, emergency } = order
  await deps.ledger.releases.recordCandidate({
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
  })
  await pointOwn(deps.ssm, { [pointerName(deps.fleet, image, 'candidate')]: ami }, deps.pause)
  await deps.ledger.campaigns.recordCandidate(campaign, image, version)
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
  await deps.ledger.fleetState.change((known) => recordCandidate(known, image, last))
  await changeLocks(deps, time, (locks) => releaseLock(locks, { holder: execution, stage: 'bake' }))
  return { version }
}

/** What is only advisory, and what will fail before long, people are notified of; of what failed, the failure tells. */
async function mustHavePassed(
  { ledger, notify }: MarkCandidateDeps,
  { campaign, image, ami }: MarkCandidateInput,
  { checks }: BakeOrder,
): Promise<void> {
  await ledger.campaigns.recordBaked(campaign, image, ami)
  const { failures, warnings } = verdictOf(checks, await ledger.campaigns.readEvidence(campaign, image, checks))
  if (failures.length > 0) throw new ValidationFailed(`${ami}: ${failures.join('; ')}`)
  if (warnings.length === 0 || (await ledger.campaigns.isWarningAnnounced(campaign, image))) return
  const level = await ledger.campaigns.levelOf(campaign, 'image-warned', image)
  await notify(imageWarned({ campaign, image, ami, warnings }, level))
  await ledger.campaigns.recordWarningAnnounced(campaign, image, warnings)
}
