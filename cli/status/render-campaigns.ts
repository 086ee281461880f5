import { hasFailed } from '../../domain/campaign-status.ts'
import type { CampaignResult, ImageResult } from '../../rehearsal/results.ts'
import { wrongOf } from '../render/closing.ts'
import { duration, instant, secondsBetween } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Cell, type Column, table } from '../render/table.ts'
import { count, oneLine, unpainted } from '../render/text.ts'
import { resultNames, statuses } from './status-words.ts'

const counted = Object.keys(resultNames) as ImageResult['status'][]

const columns: Column[] = [
  { title: 'BEGAN' },
  { title: 'CAMPAIGN', shrinks: true },
  ...counted.map((status): Column => ({ title: resultNames[status].toUpperCase(), align: 'right' })),
  { title: 'TOOK', align: 'right' },
]

/** Many campaigns: one line each with how many of its images ended how, then the images that went wrong. */
export function campaignsLines(
  campaigns: readonly CampaignResult[],
  images: readonly ImageResult[],
  layout: Layout,
): string[][] {
  const { paint = unpainted } = layout
  const rows = campaigns.map((campaign): Cell[] => {
    const own = images.filter((image) => image.campaign === campaign.name)
    const took = secondsBetween(campaign.startedAt, campaign.finishedAt)
    return [
      instant(Date.parse(campaign.startedAt)).slice(0, 16),
      titleCell(campaign, own.length === 0),
      ...counted.map((status) => numberOf(own, status)),
      took === undefined ? campaign.status : duration(took),
    ]
  })
  const title = paint('bold', count(campaigns.length, 'campaign'))
  return [[title, ...table(columns, rows, layout)], wrongLines(images, layout)]
}

/** Red where the campaign itself went wrong, dim where it found nothing to do. */
function titleCell(campaign: CampaignResult, isEmpty: boolean): Cell {
  const text = oneLine(campaign.title)
  if (hasFailed(campaign)) return { text, style: 'red' }
  return isEmpty ? { text, style: 'dim' } : text
}

function numberOf(images: readonly ImageResult[], status: ImageResult['status']): Cell {
  const number = images.filter((image) => image.status === status).length
  return number === 0 ? '' : { text: String(number), style: statuses[status].style }
}

const wrongColumns: Column[] = [
  { title: 'IMAGE' },
  { title: 'STATUS' },
  { title: 'ENDED' },
  { title: 'WHY', shrinks: true },
]
/** The others are in the files of --out, and with --json. */
const most = 20

function wrongLines(images: readonly ImageResult[], layout: Layout): string[] {
  const { paint = unpainted } = layout
  const wrong = wrongOf(images)
  if (wrong.length === 0) return []
  const rows = wrong.slice(0, most).map(({ image, status, finishedAt, reason }): Cell[] => {
    const { icon, style } = statuses[status]
    const text = `${icon} ${resultNames[status]}`
    const ended = finishedAt ? instant(Date.parse(finishedAt)).slice(0, 16) : ''
    return [image, { text, style }, ended, oneLine(reason)]
  })
  const more = wrong.length - rows.length
  return [
    paint('bold', 'What went wrong'),
    ...table(wrongColumns, rows, layout),
    ...(more > 0 ? [paint('dim', `and ${more} more, which --json lists`)] : []),
  ]
}
