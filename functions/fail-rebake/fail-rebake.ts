import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { readImage } from '../../aws/image-failure.ts'
import { placeOfFailure } from '../../domain/image-failure.ts'
import { isRollingOut } from '../../domain/image-status.ts'
import { causeText, explain, type Failure } from '../../domain/messages/failures.ts'
import { imageFailed } from '../../domain/messages/images.ts'
import { versionOfArn } from '../../domain/names.ts'
import { type FleetState, takenOverBy } from '../../domain/planning/fleet-state.ts'
import { recordBakeFailed as failedBake, removePending } from '../../domain/planning/transitions.ts'
import type { Ended } from '../../domain/releases/image-release.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { bakedAmis } from '../workflow/baked-amis.ts'
import { type CloseDeps, type Closing, close } from '../workflow/close-rebake.ts'
import { isUnknown } from '../workflow/is-unknown-failure.ts'

export interface FailingParts extends CloseDeps {
  ledger: CloseDeps['ledger'] & Pick<Ledger, 'releases'>
  imageBuilder: ImagebuilderClient
}

export interface Failed extends Closing {
  failure: Failure
  /** `aborted` when a person stopped the execution. */
  as?: 'failed' | 'aborted'
}

type Outcome = 'failed' | 'aborted' | 'superseded'

/**
 * A rebake that failed: recorded with what it stops, announced, and its claim free. One that a newer campaign
 * has taken over is no failure, and nobody is notified before the campaign ends.
 *
 * @returns how it ended
 */
export async function fail(deps: FailingParts, failed: Failed): Promise<{ as: Outcome }> {
  const { execution, time, campaign } = failed
  const before = await deps.ledger.campaigns.readImage(campaign, failed.image)
  const as = outcomeOf(failed, before, await deps.ledger.fleetState.read())
  await close(deps, failed, async (item, images) => {
    const { image, imageArn = null } = item
    const read = imageArn === null ? undefined : await readImage(deps.imageBuilder, imageArn).catch(() => undefined)
    const failure = located(failed.failure, read)
    const skipped = stopped(item, images)
    const reason =
      as === 'superseded' ? causeText(failure.cause) : `${explain(failure.error).what}: ${causeText(failure.cause)}`
    const [below, because] =
      as === 'superseded'
        ? (['superseded', `${reason}, with ${image}`] as const)
        : (['skipped', `it descends from ${image}, which ${as === 'aborted' ? 'was stopped' : 'failed'}`] as const)
    for (const child of skipped)
      await deps.ledger.campaigns.recordNotReleased(campaign, child, { status: below, reason: because, time })
    await remember(deps, item, { ended: { at: time, as, reason }, read })
    await deps.ledger.fleetState.change((known) => learn(known, item, skipped, { ...failed, as, reason }))
    if (as !== 'superseded') {
      const level = await deps.ledger.campaigns.levelOf(campaign, 'image-failed', image)
      await deps.notify(imageFailed({ campaign, image, execution, imageArn, failure, skipped }, level))
    }
    const detail = { version: '1' as const, campaign, image, status: as, error: failure.error, reason }
    await deps.publish({ 'detail-type': 'Rebake Image Not Released', time, detail })
    await deps.ledger.campaigns.recordNotReleased(campaign, image, { status: as, reason, time })
    deps.count(as === 'superseded' ? 'ImageSuperseded' : 'ImageFailed')
    if (as === 'failed' && isUnknown(failure)) deps.count('FailureUnknown')
  })
  return { as }
}

/** An image as Image Builder has it; undefined for what cannot be read now, which delays no message. */
type Read = Awaited<ReturnType<typeof readImage>> | undefined

/**
 * What it leaves is kept for as long as the fleet says, and somebody must know of it then. Of a roll-out that is a release. One that
 * some ring has, now or before, is retired as all others are.
 */
async function remember(
  { ledger }: FailingParts,
  { image, imageArn, version, parentAmi = '', order, startedAt, ...item }: CampaignImageItem,
  { ended, read }: { ended: Ended; read: Read },
): Promise<void> {
  if (!imageArn || !order) return
  if (version !== undefined) {
    const release = await ledger.releases.read({ image, version })
    const hasSome = release?.releasedAt !== undefined || Object.keys(release?.distributed ?? {}).length > 0
    if (release && !hasSome) await ledger.releases.recordFailed({ image, version }, ended)
    return
  }
  const amis = [...new Set([item.ami ?? [], bakedAmis(read?.image, imageArn)].flat())]
  const { campaign } = order
  const bake = {
    image,
    version: versionOfArn(imageArn),
    imageArn,
    parentAmi,
    campaign,
    startedAt: startedAt ?? ended.at,
  }
  await ledger.releases.recordBakeEnded({ ...bake, amis, ended })
}

/** Where a bake failed, as Image Builder tells it beside its reason. */
function located(failure: Failure, read: Read): Failure {
  if (failure.error !== 'BakeFailed') return failure
  const place = read && placeOfFailure(read.failure)
  return place === undefined ? failure : { ...failure, cause: `${causeText(failure.cause)} (${place})` }
}

/** A bake that a newer campaign cancelled to take its place is superseded, whatever Image Builder calls it. */
function outcomeOf(
  { failure, as = 'failed', image }: Failed,
  item: CampaignImageItem | undefined,
  known: FleetState,
): Outcome {
  if (failure.error === 'Superseded' || item?.status === 'superseded') return 'superseded'
  const cancelled = failure.error === 'BakeCancelled' && item?.order
  return cancelled && takenOverBy(known, image, cancelled) ? 'superseded' : as
}

/** What the ledger learns of the image, and of those below it that this campaign will not bake any more. */
function learn(
  known: FleetState,
  item: CampaignImageItem,
  skipped: string[],
  { campaign, time, as, reason, failure }: Omit<Failed, 'as'> & { as: Outcome; reason: string },
): FleetState {
  const { image, plan, parentAmi: began, order, startedAt } = item
  const after = [image, ...skipped].reduce((now, each) => removePending(now, each, campaign), known)
  // What a person stopped nobody starts again by themselves, not even where it had not begun.
  const parentAmi = began ?? (as === 'aborted' ? plan.parentAmi : undefined)
  // A candidate's bake is good, whatever became of its roll-out; a promotion bakes nothing.
  if (as === 'superseded' || isRollingOut(item) || !parentAmi || !order || order.promotes) return after
  const bake = { parentAmi, definition: order.definition, at: startedAt ?? time, campaign }
  const because = { failed: reason, failedAt: time }
  // The same image on the same AMI is refused again.
  const givenUp = as === 'aborted' || failure.error === 'ParentRefused'
  return failedBake(after, image, { ...bake, ...because, ...(givenUp && { givenUp }) })
}

/** A child starts when its parent is a candidate: below one that ended before, nothing will. */
function stopped(item: CampaignImageItem, images: CampaignImageItem[]): string[] {
  if (isRollingOut(item)) return []
  const below = (parent: string): CampaignImageItem[] =>
    images
      .filter(({ plan }) => plan.parent === parent && plan.decision === 'bake')
      .flatMap((child) => [child, ...below(child.image)])
  return below(item.image).map((child) => child.image)
}
