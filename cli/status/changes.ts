import { isFinished } from './campaign-status.ts'
import type { Look } from './follow.ts'

/** What changed from look to look, as documents: of a campaign without its images, and of each image by itself. */
export function changes(): (look: Look) => object[] {
  const before = new Map<string, string>()
  const isNew = (key: string, value: object) => {
    const text = JSON.stringify(value)
    const changed = before.get(key) !== text
    before.set(key, text)
    return changed
  }
  return ({ now, campaigns }) =>
    campaigns.flatMap(({ images, ...campaign }) => {
      const name = campaign.campaign
      // The bar alone moves all the time.
      const changed = images.filter(({ done: _, ...image }) => isNew(`${name} ${image.image}`, image))
      const own = isNew(name, campaign) ? [{ time: now, ...campaign }] : []
      const theirs = changed.map((image) => ({ time: now, campaign: name, ...image }))
      // The end of a campaign is the last that is reported of it.
      return isFinished(campaign) ? [...theirs, ...own] : [...own, ...theirs]
    })
}
