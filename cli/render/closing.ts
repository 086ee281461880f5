import { hasFailed } from '../../domain/campaign-status.ts'
import { type ShownStatus, shownStatuses } from '../../domain/image-status.ts'
import type { ImageResult, Summary } from '../../rehearsal/results.ts'
import { waitsForApproval } from '../approve/render.ts'
import type { Outcome } from '../rehearse/report.ts'
import { statuses } from '../status/status-words.ts'
import { duration } from './duration.ts'
import type { Layout } from './layout.ts'
import { count, list, oneLine, unpainted, wrap } from './text.ts'

const firstFew = 3

/** Those that did not end as an operator would want; who waits for an approval is no such case. */
export const wrongOf = (images: readonly ImageResult[]) =>
  images.filter((image) => statuses[image.status].wrong && !waitsForApproval(image))

/** Whether anything went another way than an operator would want. To be overtaken by something newer is none. */
export const somethingFailed = ({ summary, refused }: Outcome) =>
  refused.length > 0 ||
  summary.campaigns.length === 0 ||
  wrongOf(summary.images).length > 0 ||
  summary.campaigns.some(hasFailed)

/** How it went, in one sentence, naming what failed. */
export function closingLines(
  outcome: Outcome,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const { summary } = outcome
  if (summary.campaigns.length === 0) return [`${paint('red', '✖')} Nothing was rebaked: no event began a campaign.`]
  const sentence = failure(summary)
  const icon = sentence === undefined ? paint('green', '✔') : paint('red', '✖')
  return wrap(`${icon} ${sentence ?? success(summary)}; ${pace(summary)}.`, width, '  ')
}

const pace = ({ makespanSeconds, wallSeconds }: Summary) =>
  `${duration(makespanSeconds)} rehearsed in ${wallSeconds.toFixed(1)} s`

/** What is counted, and in how many campaigns: an image may be rebaked in several. */
function words({ campaigns }: Summary) {
  const many = campaigns.length > 1
  return {
    noun: many ? 'rebake' : 'image',
    where: many ? ` in ${count(campaigns.length, 'campaign')}` : '',
  }
}

const numberOf = ({ images }: Summary, status: ShownStatus) => images.filter((image) => image.status === status).length

function success(summary: Summary): string {
  const { noun, where } = words(summary)
  if (summary.images.length === 0) return `Nothing had to be rebaked${where}`
  const quiet = shownStatuses.filter((status) => statuses[status].settled && !statuses[status].wrong)
  const others = quiet.flatMap((status) => {
    const number = status === 'released' ? 0 : numberOf(summary, status)
    return number > 0 ? [`, ${number} ${status}`] : []
  })
  const waiting = summary.images.filter(waitsForApproval).length
  const waits = waiting === 0 ? '' : `, ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for approval`
  return `${count(numberOf(summary, 'released'), noun)} released${where}${others.join('')}${waits}`
}

/** undefined where nothing failed. */
function failure(summary: Summary): string | undefined {
  const failed = wrongOf(summary.images)
  if (failed.length > 0) {
    const { noun, where } = words(summary)
    const named = [...new Set(failed.map(({ image }) => image))]
    const skipped = numberOf(summary, 'skipped')
    const others = skipped > 0 ? `; ${skipped} below ${failed.length === 1 ? 'it' : 'them'} skipped` : ''
    return `${failed.length} of ${count(summary.images.length, noun)} failed${where}: ${list(named, firstFew)}${others}`
  }
  const titles = summary.campaigns.filter(hasFailed).map(({ title }) => oneLine(title))
  return titles.length === 0
    ? undefined
    : `${titles.length} of ${count(summary.campaigns.length, 'campaign')} failed: ${list(titles, firstFew)}`
}
