import { isFinished, isPlanned } from '../../domain/image-status.ts'
import { removeExecution } from '../../domain/locks.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Count } from '../runtime/handler.ts'
import type { Notify } from '../runtime/notify.ts'
import type { Publish } from '../runtime/publish-event.ts'
import { changeLocks } from './locks.ts'
import type { Waits } from './task-waits.ts'

export interface CloseDeps {
  ledger: Pick<Ledger, 'campaigns' | 'locks' | 'fleetState'>
  waits: Waits
  notify: Notify
  publish: Publish
  count: Count
  concurrentBakes: number
}

/** A rebake that ends: which, when, and in which execution. */
export interface Closing {
  execution: string
  time: string
  campaign: string
  image: string
  /** Nobody could start it: `execution` is the one that tried to, and keeps what it holds. Nothing is closed where it has begun. */
  unstarted?: boolean | undefined
}

/**
 * The end of a rebake, whichever it is: `record` writes the outcome and tells people, and the claim is free. A
 * second closing of the same rebake records nothing and tells nobody.
 */
export async function close(
  deps: CloseDeps,
  { execution, time, campaign, image: name, unstarted = false }: Closing,
  record: (image: CampaignImageItem, images: CampaignImageItem[]) => Promise<void>,
): Promise<void> {
  const { images } = await deps.ledger.campaigns.read(campaign)
  const image = images.find((candidate) => candidate.image === name)
  if (!image) throw new Error(`campaign ${campaign} knows no image ${name}`)
  if (unstarted && !isPlanned(image)) return
  if (!isFinished(image)) await record(image, images)
  if (unstarted) return
  await changeLocks(deps, time, (locks) => removeExecution(locks, execution))
}
