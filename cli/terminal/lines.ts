import type { Progress } from '../../rehearsal/progress.ts'
import { instant } from '../render/duration.ts'
import { cell, count, oneLine, widthOf } from '../render/text.ts'
import type { ImageMoment } from './timeline.ts'

/** The opening line of a campaign, where there is no live display. */
export const campaignLine = ({ now, upstream, ami, images }: Progress) =>
  `${instant(now)}  ${upstream} released ${ami}: ${count(images.length, 'image')} to rebake`

/** One line for a change of one image; names are filled to the longest of `names`. */
export function changeLine(now: number, image: ImageMoment, names: readonly string[]): string {
  const width = Math.max(...names.map(widthOf))
  const outcome = image.status === 'running' ? image.step : image.status
  const reason = image.reason === '' ? '' : `: ${oneLine(image.reason)}`
  return `${instant(now)}  ${cell(image.image, width)}  ${outcome}${reason}`
}
