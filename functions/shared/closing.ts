import { withdraw } from '../../domain/claims.ts'
import { causeText, explain } from '../../domain/messages/failures.ts'
import { type Failure, imageFailed, imageReleased } from '../../domain/messages/messages.ts'
import { type CampaignImage, imageKey, readCampaign } from './campaigns.ts'
import { changeClaims } from './claims.ts'
import type { Publish } from './events.ts'
import type { Ledger } from './ledger.ts'
import type { Notify } from './notify.ts'
import type { Waits } from './waits.ts'

export interface ClosingParts {
  ledger: Ledger
  waits: Waits
  notify: Notify
  publish: Publish
  concurrentBakes: number
}

export interface Closing {
  execution: string
  time: string
  campaign: string
  image: string
  failure?: Failure | undefined
  /** `aborted` when a person or a timeout stopped the execution. */
  as?: 'failed' | 'aborted'
}

const final = ['released', 'failed', 'skipped', 'aborted']

/**
 * The end of a rebake, whichever it is: the outcome is recorded, the claim is free, people are told. A second
 * closing of the same rebake changes nothing and tells nobody.
 */
export async function close(parts: ClosingParts, closing: Closing) {
  const { execution, time, campaign, image: name, failure } = closing
  const { images } = await readCampaign(parts.ledger, campaign)
  const image = images.find((candidate) => candidate.image === name)
  if (!image) throw new Error(`campaign ${campaign} knows no image ${name}`)
  if (!final.includes(image.status)) {
    if (failure) await fail(parts, closing, failure, image, images)
    else await release(parts, closing, image)
  }
  await changeClaims(parts, time, (claims) => withdraw(claims, execution))
  return {}
}

async function release(
  { ledger, notify, publish }: ClosingParts,
  { campaign, time }: Closing,
  image: CampaignImage,
) {
  const facts = releasedFacts(campaign, image)
  await notify(imageReleased(facts))
  await publish({
    'detail-type': 'Rebake Image Released',
    time,
    detail: { ...facts, imageVersion: facts.version, version: '1' },
  })
  await ledger.set(imageKey(campaign, image.image), { status: 'released', finishedAt: time })
}

async function fail(
  { ledger, notify, publish }: ClosingParts,
  { execution, time, campaign, as = 'failed' }: Closing,
  failure: Failure,
  image: CampaignImage,
  images: CampaignImage[],
) {
  // A child starts when its parent is a candidate: what has not started by now will not.
  const stopped = descendants(images, image.image).filter(({ status }) => status === 'planned')
  const skipped = image.status === 'candidate' ? [] : stopped
  for (const child of skipped)
    await ledger.set(imageKey(campaign, child.image), {
      status: 'skipped',
      reason: `its parent chain stopped at ${image.image}, which failed`,
      finishedAt: time,
    })
  await notify(
    imageFailed({
      campaign,
      image: image.image,
      execution,
      imageArn: image.imageArn ?? null,
      failure,
      skipped: skipped.map((child) => child.image),
    }),
  )
  const reason = `${explain(failure.error).what}: ${causeText(failure.cause)}`
  const detail = {
    version: '1' as const,
    campaign,
    image: image.image,
    status: as,
    error: failure.error,
    reason,
  }
  await publish({ 'detail-type': 'Rebake Image Not Released', time, detail })
  await ledger.set(imageKey(campaign, image.image), { status: as, reason, finishedAt: time })
}

function descendants(images: CampaignImage[], parent: string): CampaignImage[] {
  const children = images.filter(({ plan }) => plan.parent === parent)
  return children.flatMap((child) => [child, ...descendants(images, child.image)])
}

const releasedFacts = (campaign: string, image: CampaignImage) => ({
  campaign,
  image: image.image,
  version: image.version ?? '',
  ami: image.ami ?? '',
  parentAmi: image.parentAmi ?? '',
  rings: (image.order?.rings ?? []).map(({ ring, parameter }) => ({
    ring,
    parameter,
    published: image.distributed?.[ring] ?? [],
  })),
})
