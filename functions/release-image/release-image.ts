import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { readComponents } from '../../aws/image-contents.ts'
import { movePointer, readPointers } from '../../aws/pointers.ts'
import { imageReleased } from '../../domain/messages/images.ts'
import { pointerName } from '../../domain/names.ts'
import { promoted, shipped } from '../../domain/planning/learning.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { type Closing, type ClosingParts, close } from '../workflow/close-rebake.ts'
import { readNotes } from '../workflow/release-notes.ts'
import { mustHoldRollOut } from '../workflow/rollout-guard.ts'

interface Parts extends ClosingParts {
  ledger: ClosingParts['ledger'] & Pick<Ledger, 'releases'>
  fleet: string
  imageBuilder: ImagebuilderClient
  ssm: SSMClient
}

/**
 * An image through its last ring: stable, recorded, announced, and its claim free.
 *
 * @throws Superseded where an emergency has overtaken it since.
 */
export async function release(parts: Parts, closing: Closing & { ami: string }) {
  const { execution, campaign, image, ami, time } = closing
  const item = await parts.ledger.campaigns.readOrdered(campaign, image)
  // A repeated closing holds nothing any more, and what is released stays so.
  if (item.status !== 'released') await mustHoldRollOut(parts.ledger, execution, item)
  await promote(parts, image, ami)
  await close(parts, closing, async (item) => {
    const facts = released(campaign, item)
    const { imageArn = '' } = item
    // Before it is known as the newest: the notes say what is new since the one before.
    const changes = await readNotes(parts, { campaign, image, imageArn })
    // What Image Builder does not tell holds up no release.
    const components = typeof changes === 'string' ? [] : await readComponents(parts.imageBuilder, imageArn)
    await parts.notify(imageReleased({ ...facts, execution, imageArn, changes, components }))
    const { version } = facts
    const { promotes } = item.order ?? {}
    await parts.ledger.fleetState.change((known) => {
      const after = shipped(known, image, { ami, version, at: time })
      return promotes ? promoted(after, image, { ami, version, newest: promotes.newest }) : after
    })
    await parts.ledger.releases.recordReleased({ image, version }, time)
    const detail = { ...facts, imageVersion: facts.version, version: '1' as const }
    await parts.publish({ 'detail-type': 'Rebake Image Released', time, detail })
    await parts.ledger.campaigns.recordReleased(campaign, image, time)
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

const released = (campaign: string, image: CampaignImageItem) => ({
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
