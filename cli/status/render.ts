import type { OperationStatus } from '../../domain/operations.ts'
import type { OperationItem } from '../../ledger/items.ts'
import { openLines } from '../approve/render.ts'
import { duration, minute, secondsBetween } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Cell, type Column, table } from '../render/table.ts'
import { count, oneLine, type Paint, unpainted, wrap } from '../render/text.ts'
import { tree } from '../render/tree.ts'
import { inProse } from '../typed.ts'
import type { Standing } from './api.ts'
import type { CampaignStatus, ImageStatus } from './campaign-status.ts'
import type { Look } from './follow.ts'
import { statusCounts, statuses } from './status-words.ts'

/** What is going on: the open campaigns or the one that was asked for, and what stands beside them. */
export interface State extends Look, Standing {
  /** The campaign that ended last, where none was asked for. */
  ended?: CampaignStatus
}

/** What is going on in a fleet: campaign by campaign, then what waits for a person. */
export function statusLines(
  { now, campaigns, ended, held, operations, approvals }: State,
  place: string,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const layout = { width, paint }
  const sections = [
    ...(campaigns.length === 0 ? [wrap(`No campaign is open in ${place}.`, width)] : []),
    ...campaigns.map((campaign) => campaignLines(campaign, now, layout)),
    ...(ended ? [[paint('dim', 'The last that ended'), ...campaignLines(ended, now, layout)]] : []),
    ...(approvals.length > 0 ? [openLines(approvals, layout)] : []),
    ...(held.length > 0 ? [heldLines(held, layout)] : []),
    ...(operations.length > 0 ? [operations.flatMap((each) => operationLines(each, layout))] : []),
  ]
  return sections.flatMap((section, at) => (at === 0 ? section : ['', ...section]))
}

const columns: Column[] = [
  { title: 'IMAGE' },
  { title: 'STATUS' },
  { title: 'WHAT', shrinks: true },
  { title: 'TOOK', align: 'right' },
]

function campaignLines(
  campaign: CampaignStatus,
  now: string,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout,
): string[] {
  const { title, campaign: name, reason, status, waits, startedAt, finishedAt, images } = campaign
  const took = duration(secondsBetween(startedAt, finishedAt ?? now) ?? 0)
  const counts = images.length === 0 ? '' : `: ${statusCounts(images)}`
  const rows = tree(images.map((image) => ({ name: image.image, parent: image.parent, item: image }))).map(
    ({ lead, item }) => rowOf(lead, item, now),
  )
  return [
    paint('bold', oneLine(title)),
    ...wrap(`  ${name}: ${oneLine(reason)}`, width),
    ...wrap(
      `  ${finishedAt ? `${status} ${minute(finishedAt)} UTC after` : `${status} since ${minute(startedAt)} UTC,`} ${took}${counts}`,
      width,
    ),
    ...(waits === undefined ? [] : wrap(`  ${paint('yellow', oneLine(waits))}`, width)),
    ...(rows.length === 0 ? [] : table(columns, rows, { width, paint })),
  ]
}

function rowOf(lead: string, image: ImageStatus, now: string): Cell[] {
  const { icon, style } = statuses[image.status]
  const took = secondsBetween(image.startedAt ?? null, image.finishedAt ?? now)
  return [
    lead + image.image,
    { text: `${icon} ${image.status}`, style },
    oneLine(image.waits ?? (image.reason === '' ? image.step : image.reason)),
    took === undefined ? '' : duration(took),
  ]
}

const heldColumns: Column[] = [
  { title: 'HELD' },
  { title: 'SINCE (UTC)' },
  { title: 'BY', shrinks: true },
  { title: 'WHY', shrinks: true },
]

function heldLines(held: State['held'], layout: Layout): string[] {
  const { paint = unpainted } = layout
  const [first] = held
  return [
    paint('bold', `${count(held.length, 'image')} ${held.length === 1 ? 'is' : 'are'} held.`),
    ...table(
      heldColumns,
      held.map(({ image, at, by, reason }) => [image, minute(at), by, oneLine(reason)]),
      layout,
    ),
    `  ${inProse('resume', first?.image ?? '')} lets it go on`,
  ]
}

function operationLines(
  { operation, kind, status, by, startedAt, problems = [] }: OperationItem,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout,
): string[] {
  const [icon, style] = icons[status]
  const line = `${paint(style, icon)} ${kind} ${operation} is ${status}, since ${minute(startedAt)} UTC by ${by}`
  return [line, ...problems.map((problem) => `    ${oneLine(problem)}`)].flatMap((each) => wrap(each, width))
}

const icons: Record<OperationStatus, [string, Parameters<Paint>[0]]> = {
  running: ['●', 'cyan'],
  finished: ['✔', 'green'],
  failed: ['✖', 'red'],
}
