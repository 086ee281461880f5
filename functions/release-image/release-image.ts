import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { readComponents } from '../../aws/image-contents.ts'
import { type Pause, pointOwn, readPointers } from '../../aws/pointers.ts'
import { imageReleased } from '../../domain/messages/images.ts'
import { pointerName } from '../../domain/names.ts'
import { recordPromotion, recordReleased } from '../../domain/planning/transitions.ts'
import { previousFor } from '../../domain/releases/channels.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { type CloseDeps, type Closing, close } from '../workflow/close-rebake.ts'
import { readNotes } from '../workflow/release-notes.ts'
import { requireRolloutLock } from '../workflow/rollout-guard.ts'

interface ReleaseImageDeps extends CloseDeps {
  ledger: CloseDeps['ledger'] & Pick<Ledger, 'releases'>
  fleet: string
  imageBuilder: ImagebuilderClient
  ssm: SSMClient
  pause?: Pause
}

/**
 * An image through its last ring: stable, recorded, announced, and its claim free.
 *
 * @throws Superseded where an emergency has overtaken it since; AnswersLate.
 */
export async function release(deps: ReleaseImageDeps, closing: Closing & { ami: string }) {
  const { execution, campaign, image, ami, time } = closing
  const item = await deps.ledger.campaigns.readOrdered(campaign, image)
  // A repeated closing holds nothing any more, and what is released stays so.
  if (item.status !== 'released') await requireRolloutLock(deps.ledger, execution, item)
  await promote(deps, item, ami)
  await close(deps, closing, async (item) => {
    const facts = released(campaign, item)
    const { imageArn = '' } = item
    // Before it is known as the newest: the notes say what is new since the one before.
    const changes = await readNotes(deps, { campaign, image, imageArn })
    // What Image Builder does not tell holds up no release.
    const components = typeof changes === 'string' ? [] : await readComponents(deps.imageBuilder, imageArn)
    await deps.notify(imageReleased({ ...facts, execution, imageArn, changes, components }))
    const { version } = facts
    const { promotes } = item.order ?? {}
    await deps.ledger.fleetState.change((known) => {
      const after = recordReleased(known, image, { ami, version, at: time })
      return promotes ? recordPromotion(after, image, { ami, version, newest: promotes.newest }) : after
    })
    await deps.ledger.releases.recordReleased({ image, version }, time)
    const detail = { ...facts, imageVersion: facts.version, version: '1' as const }
    await deps.publish({ 'detail-type': 'Rebake Image Released', time, detail })
    await deps.ledger.campaigns.recordReleased(campaign, image, time)
    deps.count('ImageReleased')
  })
  return {}
}

/** The last good release before it is previous; a repeated promotion moves nothing. */
async function promote(
  { fleet, ledger, ssm, pause }: ReleaseImageDeps,
  { image, version }: CampaignImageItem,
  ami: string,
) {
  const [stable, previous] = [pointerName(fleet, image, 'stable'), pointerName(fleet, image, 'previous')]
  const named = await readPointers(ssm, [stable, previous])
  const now = { stable: named.get(stable), previous: named.get(previous) }
  const before = previousFor(await ledger.releases.readAll(image), version, now, (release) => release.ami)
  // Before stable: else a repeat would not know it any more.
  await pointOwn(ssm, { [previous]: before, [stable]: ami }, pause)
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
    // Snapshots and what else the ledger keeps of a copy is nobody else's.
    published: (image.distributed?.[ring] ?? []).map(({ account, region, ami }) => ({ account, region, ami })),
  })),
})
