import { type ChangeWindow, changeWindowAfter } from '../calendar/change-window.ts'
import { localText } from '../calendar/local-time.ts'
import type { Fleet } from '../fleet/model.ts'
import { isAmong } from '../fleet/selection.ts'
import type { Trigger } from '../triggers.ts'
import { beginsOf } from './trigger-rules.ts'

/** What may have to wait: a whole campaign, the bake of an image, or its roll-out to a ring. */
export interface Scope {
  image?: string | undefined
  ring?: string | undefined
}

/** When a change may begin, and why not before; undefined when that is now. Emergencies do not ask. */
export function nextChangeWindow(fleet: Fleet, scope: Scope, now: Date): ChangeWindow | undefined {
  const freezes = Object.entries(fleet.freezes)
    .filter(([, freeze]) => concerns(scope, freeze.images, freeze.rings))
    .map(([name, freeze]) => ({ name, ...freeze }))
  const imageWindow = fleet.images[scope.image ?? '']?.window
  const ringWindow = fleet.rings[scope.ring ?? '']?.window
  const windows = [
    ...(imageWindow ? [{ of: `image ${scope.image}`, window: imageWindow }] : []),
    ...(ringWindow ? [{ of: `ring ${scope.ring}`, window: ringWindow }] : []),
  ]
  return changeWindowAfter(now, { freezes, windows })
}

/** A freeze of some images or rings holds up those alone; one of neither, everything. */
const concerns = (
  { image, ring }: Scope,
  images: readonly string[] | undefined,
  rings: readonly string[] | undefined,
): boolean =>
  (images === undefined || (image !== undefined && isAmong(image, images))) &&
  (rings === undefined || (ring !== undefined && rings.includes(ring)))

/** When a campaign may begin: the time that it is for, and the freezes of the whole fleet. */
export function campaignWindow(fleet: Fleet, trigger: Trigger, now: Date): ChangeWindow | undefined {
  if (trigger.emergency) return undefined
  const begins = beginsOf(fleet, trigger)
  const isEarly = begins !== undefined && begins.at > now
  const opening = nextChangeWindow(fleet, {}, isEarly ? begins.at : now)
  if (!isEarly) return opening
  const reasons = [`it is for ${localText(begins.at, begins.timezone)}`, ...(opening?.reasons ?? [])]
  return { opensAt: opening?.opensAt ?? begins.at, reasons }
}
