import type { Progress } from '../../rehearsal/progress.ts'
import type { ImageMoment } from '../rehearse/timeline.ts'
import { instant } from '../render/duration.ts'
import { cell, oneLine } from '../render/text.ts'

/** The opening line of a campaign, where there is no live display. */
export const campaignLine = ({ now, title, waits, images }: Progress) => {
  const more = waits ?? (images.length === 0 ? 'nothing to rebake' : '')
  return `${instant(now)}  Campaign: ${oneLine(title)}${more && `: ${oneLine(more)}`}`
}

/** What an image that runs is at: rather what it waits for than the step in which it does. */
export const stepText = ({ step, waits }: Pick<ImageMoment, 'step' | 'waits'>) => oneLine(waits ?? step)

/** One line for a change of one image; its name takes `width` columns. */
export function changeLine(now: number, image: ImageMoment, width: number): string {
  const outcome = image.status === 'running' ? stepText(image) : image.status
  const reason = image.reason === '' ? '' : `: ${oneLine(image.reason)}`
  return `${instant(now)}  ${cell(image.image, width)}  ${outcome}${reason}`
}
