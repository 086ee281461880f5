import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import type { CampaignResult, ImageResult } from '../../rehearsal/results.ts'
import { approvalsText, waitsForApproval } from '../approve/render.ts'
import { closingLines } from '../render/closing.ts'
import { duration, secondsBetween } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Cell, type Column, table } from '../render/table.ts'
import { count, list, oneLine, unpainted, wrap } from '../render/text.ts'
import { tree } from '../render/tree.ts'
import { campaignsLines } from '../status/render-campaigns.ts'
import { resultNames, statuses } from '../status/status-words.ts'
import { notificationLines } from './notifications.ts'

/** What the report needs of a rehearsal. */
export type Outcome = Pick<
  Rehearsal,
  'summary' | 'notifications' | 'cost' | 'notRehearsed' | 'unusedPermissions' | 'refused'
>

/**
 * Everything to read after a rehearsal; the line that says how it went comes last, where the eye is.
 * @param parents of the images, by name: the tables are trees
 */
export function reportLines(outcome: Outcome, parents: Record<string, string>, layout: Layout = {}): string[] {
  const { campaigns, images } = outcome.summary
  const sections = [
    notificationLines(outcome.notifications, layout),
    ...(campaigns.length > fewCampaigns
      ? campaignsLines(campaigns, images, layout)
      : campaigns.map((campaign) => campaignLines(campaign, images, parents, layout))),
    factLines(outcome, layout),
    refusedLines(outcome.refused, layout),
    closingLines(outcome, layout),
  ]
  return sections.filter((section) => section.length > 0).flatMap((section) => ['', ...section])
}

/** So many campaigns have a table of their images each; more of them, a line each. */
const fewCampaigns = 3

const columns: Column[] = [
  { title: 'IMAGE' },
  { title: 'STATUS' },
  { title: 'AMI' },
  { title: 'TOOK', align: 'right' },
  { title: 'WHY', shrinks: true },
]

function campaignLines(
  campaign: CampaignResult,
  results: readonly ImageResult[],
  parents: Record<string, string>,
  layout: Layout,
): string[] {
  const images = results.filter((image) => image.campaign === campaign.name)
  const nodes = images.map((item) => ({ name: item.image, parent: parents[item.image] ?? '', item }))
  const rows = tree(nodes).map(({ lead, item }): Cell[] => {
    const { icon, style } = statuses[item.status]
    const took = secondsBetween(item.startedAt, item.finishedAt)
    return [
      lead + item.image,
      { text: `${icon} ${resultNames[item.status]}`, style },
      item.ami ?? '',
      took === undefined ? '' : duration(took),
      item.status === 'released' || waitsForApproval(item) ? approvalsText(item.approvals) : oneLine(item.reason),
    ]
  })
  const { paint = unpainted } = layout
  const took = secondsBetween(campaign.startedAt, campaign.finishedAt)
  const end = took === undefined ? campaign.status : `${campaign.status} after ${duration(took)}`
  const title = `${paint('bold', oneLine(campaign.title))}: ${end}`
  return rows.length === 0 ? [`${title}, no images`] : [title, ...table(columns, rows, layout)]
}

const firstFew = 3

function factLines(outcome: Outcome, { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout) {
  const { summary, cost, notRehearsed, unusedPermissions } = outcome
  const spent = [
    count(cost.transitions, 'state transition'),
    count(cost.lambdaInvocations, 'Lambda invocation'),
    count(cost.apiCalls, 'API call'),
  ]
  const longest = duration(summary.criticalPathSeconds)
  const facts: [string, string[]][] = [
    ['Time', [`${duration(summary.makespanSeconds)}, the longest chain of images ${longest}`]],
    ['Cost', [list(spent)]],
    ['Not rehearsed', notRehearsed.length === 0 ? ['nothing'] : notRehearsed.map(oneLine)],
    ['Never used', unused(unusedPermissions)],
  ]
  const indent = Math.max(...facts.map(([title]) => title.length)) + 2
  return facts.flatMap(([title, texts]) =>
    texts
      .flatMap((text) => wrap(text, width - indent))
      .map((line, index) => paint('bold', (index === 0 ? title : '').padEnd(indent)) + line),
  )
}

function unused(permissions: readonly string[]): string[] {
  if (permissions.length === 0) return ['no permission: each one allowed was needed']
  const more = permissions.length - firstFew
  return [
    `${count(permissions.length, 'permission')}:`,
    ...permissions.slice(0, firstFew).map(oneLine),
    ...(more > 0 ? [`and ${more} more, which --json lists`] : []),
  ]
}

const refusedLines = (refused: readonly string[], { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout) =>
  refused.flatMap((reason) => wrap(`${paint('yellow', '!')} Refused: ${oneLine(reason)}`, width, '  '))
