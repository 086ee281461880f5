import { isOpen } from '../../domain/campaign-status.ts'
import { type ImageStatus, isFinished, isPlanned } from '../../domain/image-status.ts'
import { titleOf, triggerKinds } from '../../domain/trigger-kinds.ts'
import type { CampaignImageItem, CampaignItem } from '../../ledger/items.ts'
import type { CampaignState } from '../deployment/steering.ts'
import { BadInput, Failed } from '../problems.ts'
import { inProse } from '../typed.ts'

/** What would end, and what has ended already. */
export interface Cancellation {
  campaign: string
  /** What it is about, as a list shows it. */
  title: string
  /** Where not the whole campaign ends. */
  image?: string
  /** What the whole campaign waits for. */
  waiting?: { until: string; reasons: string[] }
  /** It starts again by itself what is not as the fleet says. */
  returns: boolean
  /** Their rebakes are stopped; with the rings that have them, which keep them. */
  underWay: { image: string; status: ImageStatus; version?: string; rings: string[] }[]
  /** They will not be started. */
  notStarted: string[]
  /** In the whole campaign. */
  over: { image: string; status: ImageStatus }[]
}

/**
 * How the campaign, or the image in it, has ended; undefined where it has not.
 * @throws BadInput where there is none of that name; Failed where it has not begun
 */
export function endOf({ record, images }: CampaignState, campaign: string, name: string | undefined) {
  if (!record)
    throw new BadInput(`The ledger knows no campaign ${campaign}. ${inProse('status')} lists those that are open.`)
  const open = isOpen(record)
  if (name === undefined) return open ? undefined : record.status
  const image = images.find((each) => each.image === name)
  if (!image) throw new BadInput(`Campaign ${campaign} does not rebake ${name}.`)
  if (image.status === 'left') throw new Failed(`Campaign ${campaign} does not rebake ${name}: ${image.reason}.`)
  if (isFinished(image)) return image.status
  if (!open) return record.status
  if (isPlanned(image))
    throw new Failed(
      `${name} has not begun: it begins when ${image.plan.parent} has passed its checks. Cancel that, or the campaign, ` +
        `or ${name} once it has begun.`,
    )
  return undefined
}

/** What cancelling the campaign, or the image in it, comes to. */
export function cancellationOf({ record, images }: CampaignState, campaign: string, name?: string): Cancellation {
  const { trigger, status, waiting } = record as CampaignItem
  const baked = images.filter(({ plan }) => plan.decision === 'bake').sort((a, b) => a.plan.order - b.plan.order)
  const below = (image: string): string[] => [
    image,
    ...baked.filter(({ plan }) => plan.parent === image).flatMap((child) => below(child.image)),
  ]
  const mine = name === undefined ? undefined : below(name)
  const open = baked.filter((each) => !isFinished(each) && (mine?.includes(each.image) ?? true))
  return {
    campaign,
    title: titleOf(trigger),
    ...(name !== undefined && { image: name }),
    ...(status === 'waiting' && waiting && { waiting }),
    returns: status === 'waiting' && triggerKinds[trigger.kind].returns,
    underWay: open.filter((each) => !isPlanned(each)).map(underWayOf),
    notStarted: open.filter(isPlanned).map(({ image }) => image),
    over: baked.filter(isFinished).map(({ image, status }) => ({ image, status })),
  }
}

function underWayOf({ image, status, version, published = {} }: CampaignImageItem) {
  return { image, status, ...(version && { version }), rings: Object.keys(published) }
}
