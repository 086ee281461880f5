import type { SSMClient } from '@aws-sdk/client-ssm'
import { imageReleased } from '../../domain/messages/messages.ts'
import { pointerName } from '../../domain/names.ts'
import { type CampaignImage, imageKey, readOrdered } from '../shared/campaigns.ts'
import { type Closing, type ClosingParts, close } from '../shared/closing.ts'
import { movePointer, readPointers } from '../shared/pointers.ts'
import { mustHoldRollOut } from '../shared/roll-outs.ts'

interface Parts extends ClosingParts {
  fleet: string
  ssm: SSMClient
}

/**
 * An image through its last ring: stable, recorded, announced, and its claim free.
 *
 * @throws Superseded where an emergency has overtaken it while it soaked.
 */
export async function release(parts: Parts, closing: Closing & { ami: string }) {
  const { execution, campaign, image, ami, time } = closing
  const { order, status } = await readOrdered(parts.ledger, campaign, image)
  // A repeated closing holds nothing any more.
  if (status !== 'released') await mustHoldRollOut(parts.ledger, execution, order)
  await promote(parts, image, ami)
  await close(parts, closing, async (item) => {
    const facts = released(campaign, item)
    await parts.notify(imageReleased(facts))
    const detail = { ...facts, imageVersion: facts.version, version: '1' as const }
    await parts.publish({ 'detail-type': 'Rebake Image Released', time, detail })
    await parts.ledger.set(imageKey(campaign, image), { status: 'released', finishedAt: time })
    parts.count('ImageReleased')
  })
  return {}
}

/** What was stable is previous; a repeated promotion moves nothing. */
async function promote({ fleet, ssm }: Parts, image: string, ami: string) {
  const stable = pointerName(fleet, image, 'stable')
  const before = (await readPointers(ssm, [stable])).get(stable)
  if (before === ami) return
  if (before) await movePointer(ssm, pointerName(fleet, image, 'previous'), before)
  await movePointer(ssm, stable, ami)
}

const released = (campaign: string, image: CampaignImage) => ({
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
