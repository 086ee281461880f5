import type { CampaignPlan } from '../../domain/planning/plan.ts'
import { duration } from './duration.ts'
import type { Layout } from './layout.ts'
import { type Column, table } from './table.ts'
import { count, list, unpainted } from './text.ts'
import { tree } from './tree.ts'

const columns: Column[] = [
  { title: '#', align: 'right' },
  { title: 'IMAGE' },
  { title: 'STARTS', align: 'right' },
  { title: 'BAKES', align: 'right' },
  { title: 'DONE', align: 'right' },
  { title: 'WHY', shrinks: true },
]

/** What a campaign would bake, in which order, what it would leave alone and why, and how long it would take. */
export function planLines(
  plan: CampaignPlan,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const baked = plan.images.filter(({ decision }) => decision === 'bake').sort((a, b) => a.order - b.order)
  const left = plan.images.filter(({ decision }) => decision === 'leave')
  const nodes = baked.map((item) => ({ name: item.image, parent: item.parent, item }))
  const rows = tree(nodes).map(({ lead, item }) => [
    String(item.order),
    lead + item.image,
    `+${duration(item.startsAfterSeconds)}`,
    duration(item.bakeSeconds),
    `+${duration(item.finishedAfterSeconds)}`,
    item.reason,
  ])
  const total = Math.max(0, ...baked.map(({ finishedAfterSeconds }) => finishedAfterSeconds))
  const { upstream, ami } = plan.trigger
  return [
    `${paint('bold', upstream)} released ${ami}.`,
    baked.length === 0
      ? 'Nothing would be baked.'
      : `${count(baked.length, 'image')} would be baked, done after about ${paint('bold', duration(total))}.`,
    ...(baked.length > 0 ? ['', ...table(columns, rows, { width, paint })] : []),
    ...leftLines(left),
  ]
}

function leftLines(left: readonly CampaignPlan['images'][number][]): string[] {
  if (left.length === 0) return []
  const byReason = Map.groupBy(left, ({ reason }) => reason)
  const reasons = [...byReason].map(([reason, images]) => {
    return `  ${list(images.map(({ image }) => image))}: ${reason}`
  })
  return ['', `${count(left.length, 'image')} would be left alone:`, ...reasons]
}
