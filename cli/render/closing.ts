import type { ImageResult } from '../../rehearsal/results.ts'
import { duration } from './duration.ts'
import type { Layout } from './layout.ts'
import type { Outcome } from './report.ts'
import { count, list, unpainted, wrap } from './text.ts'

const firstFew = 3
const bad = new Set<ImageResult['status']>(['failed', 'aborted', 'running'])

/** Whether anything went another way than an operator would want. */
export const somethingFailed = ({ summary, refused }: Outcome) =>
  refused.length > 0 || summary.campaigns.length === 0 || summary.images.some(({ status }) => bad.has(status))

/** How it went, in one sentence, naming what failed. */
export function closingLines(
  outcome: Outcome,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const { campaigns, images } = outcome.summary
  const failed = images.filter(({ status }) => bad.has(status))
  if (campaigns.length === 0) return [`${paint('red', '✖')} Nothing was rebaked: no event began a campaign.`]
  const icon = failed.length === 0 ? paint('green', '✔') : paint('red', '✖')
  const sentence = failed.length === 0 ? released(images) : failures(images, failed)
  return wrap(`${icon} ${sentence}; ${pace(outcome)}.`, width, '  ')
}

const pace = ({ summary }: Outcome) =>
  `${duration(summary.makespanSeconds)} rehearsed in ${summary.wallSeconds.toFixed(1)} s`

const skipped = (images: readonly ImageResult[]) => images.filter(({ status }) => status === 'skipped').length

function released(images: readonly ImageResult[]): string {
  const others = skipped(images) > 0 ? `, ${skipped(images)} skipped` : ''
  return `${count(images.length - skipped(images), 'image')} released${others}`
}

function failures(images: readonly ImageResult[], failed: readonly ImageResult[]): string {
  const named = failed.map(({ image }) => image)
  const below = failed.length === 1 ? 'it' : 'them'
  const others = skipped(images) > 0 ? `; ${skipped(images)} below ${below} skipped` : ''
  return `${failed.length} of ${count(images.length, 'image')} failed: ${list(named, firstFew)}${others}`
}
