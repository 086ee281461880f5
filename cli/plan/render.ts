import { localText } from '../../domain/calendar/local-time.ts'
import type { PlannedImage } from '../../domain/planning/plan.ts'
import { type TriggerKind, type TriggerOf, titleOf } from '../../domain/trigger-kinds.ts'
import type { Trigger } from '../../domain/triggers.ts'
import { duration } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Column, table } from '../render/table.ts'
import { count, list, oneLine, type Paint, unpainted, wrap } from '../render/text.ts'
import { tree } from '../render/tree.ts'
import type { Forecast, Wait } from './forecast.ts'

const columns: Column[] = [
  { title: '#', align: 'right' },
  { title: 'IMAGE' },
  { title: 'STARTS', align: 'right' },
  { title: 'BAKES', align: 'right' },
  { title: 'DONE', align: 'right' },
  { title: 'WHY', shrinks: true },
]

/**
 * What a campaign would bake, in which order, what it would leave alone and why, until when what would wait, and how
 * long it would take.
 */
export function planLines(
  forecast: Forecast,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const baked = forecast.images.filter(({ decision }) => decision === 'bake').sort((a, b) => a.order - b.order)
  const left = forecast.images.filter(({ decision }) => decision === 'leave')
  const lines = [
    ...causeLines(forecast, paint),
    ...(forecast.trigger.emergency ? [paint('yellow', 'Emergency: no freeze and no window holds it up.')] : []),
    ...(forecast.waits ? waitLines(forecast.waits, shownIn(forecast), paint) : []),
    totalLine(forecast, baked, paint),
  ]
  return [
    ...lines.flatMap((line) => wrap(line, width)),
    ...(baked.length > 0 ? ['', ...table(columns, rowsOf(baked), { width, paint })] : []),
    ...sectionOf(heldLines(forecast), width),
    ...sectionOf(leftLines(left), width),
    ...(forecast.live ? [] : sectionOf([paint('dim', unasked)], width)),
  ]
}

const unasked = 'As if nothing had ever been baked: --live asks the ledger.'

const sectionOf = (lines: readonly string[], width: number) =>
  lines.length === 0 ? [] : ['', ...lines.flatMap((line) => wrap(line, width, /^ {2}/.test(line) ? '    ' : ''))]

interface Said {
  /** Its title, as a sentence begins. */
  shown: string
  /** The reason, in a line, and the line that says as much of it as the title does not. */
  why: string
  whyLine: string[]
  timezone: string
  paint: Paint
}

const titleAndReason = (_: Trigger, { shown, whyLine }: Said) => [`${shown}.`, ...whyLine]

/** What set it off, and why, by the kind of its trigger. */
const causes: { [K in TriggerKind]: (trigger: TriggerOf<K>, said: Said) => string[] } = {
  release: (trigger, said) => {
    const { upstream } = trigger
    const { why, paint } = said
    return why.startsWith(upstream)
      ? [`${paint('bold', upstream)}${why.slice(upstream.length)}.`]
      : titleAndReason(trigger, said)
  },
  cycle: ({ time }, { shown, whyLine, timezone }) => [`${shown}, ${localText(new Date(time), timezone)}.`, ...whyLine],
  manual: titleAndReason,
  cve: titleAndReason,
  // Each image's own reason is in the table.
  drift: (_, { shown }) => [`${shown}.`],
  promote: titleAndReason,
}

const causeOf = <K extends TriggerKind>(trigger: TriggerOf<K>, said: Said) => causes[trigger.kind](trigger, said)

function causeLines({ trigger, timezone }: Forecast, paint: Paint): string[] {
  const why = oneLine(trigger.reason)
  const title = titleOf(trigger)
  const shown = paint('bold', `${title.charAt(0).toUpperCase()}${title.slice(1)}`)
  return causeOf(trigger, { shown, why, whyLine: whyLine(why, title), timezone, paint })
}

/** Not what the title says already. */
const whyLine = (why: string, title: string) => {
  const more = why.startsWith(title) ? why.slice(title.length).replace(/^: /, '') : why
  return more === '' || more.endsWith(title) ? [] : [`Why: ${more}.`]
}

/** Times as the clock of the campaign shows them. */
const shownIn =
  ({ timezone }: Forecast) =>
  (time: string) =>
    localText(new Date(time), timezone)

const untilText = (until: string | undefined, shown: (time: string) => string) =>
  until === undefined ? 'for ever' : `until ${shown(until)}`

export const waitLines = ({ until, reasons }: Wait, shown: (time: string) => string, paint: Paint) => [
  `${paint('yellow', `Would wait ${untilText(until, shown)}`)}:`,
  ...reasons.map((reason) => `  ${reason}`),
]

function totalLine(forecast: Forecast, baked: readonly PlannedImage[], paint: Paint): string {
  const { waits, held, finishedAt } = forecast
  if (baked.length === 0) return 'Nothing would be baked.'
  const would = `${count(baked.length, 'image')} would be baked`
  if (!waits && held.length === 0) {
    const total = Math.max(...baked.map(({ finishedAfterSeconds }) => finishedAfterSeconds))
    return `${would}, done after about ${paint('bold', duration(total))}.`
  }
  return finishedAt === undefined
    ? `${would}.`
    : `${would}, done about ${paint('bold', shownIn(forecast)(finishedAt))}.`
}

const rowsOf = (baked: readonly PlannedImage[]) =>
  tree(baked.map((item) => ({ name: item.image, parent: item.parent, item }))).map(({ lead, item }) => [
    String(item.order),
    lead + item.image,
    `+${duration(item.startsAfterSeconds)}`,
    duration(item.bakeSeconds),
    `+${duration(item.finishedAfterSeconds)}`,
    oneLine(item.reason),
  ])

const firstFew = 4

/** What waits for the same is said once. */
function heldLines(forecast: Forecast): string[] {
  const { held } = forecast
  if (held.length === 0) return []
  const same = Map.groupBy(held, ({ ring = '', until, reasons }) => JSON.stringify([ring, until, reasons]))
  const lines = [...same.values()].map((waits) => {
    const [{ ring, until, reasons }] = waits as [Forecast['held'][number]]
    const images = list(
      waits.map(({ image = '' }) => image),
      firstFew,
    )
    const what = ring === undefined ? images : `${images} to ring ${ring}`
    // One reason says itself until when.
    const end = reasons.length === 1 ? '' : `, ${untilText(until, shownIn(forecast))}`
    return `  ${what}${end}: ${reasons.join('; ')}`
  })
  return ['By the estimates, these would wait on their way:', ...lines]
}

function leftLines(left: readonly PlannedImage[]): string[] {
  if (left.length === 0) return []
  // What concerns few images says most.
  const byReason = [...Map.groupBy(left, ({ reason }) => oneLine(reason))].sort(([, a], [, b]) => a.length - b.length)
  const reasons = byReason.map(([reason, images]) => {
    return `  ${list(images.map(({ image }) => image))}: ${reason}`
  })
  return [`${count(left.length, 'image')} would be left alone:`, ...reasons]
}
