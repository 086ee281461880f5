import { duration, instant } from '../render/duration.ts'
import { cell, count, oneLine, type Paint, widthOf } from '../render/text.ts'
import { type Node, tree } from '../render/tree.ts'
import { bar, statusCounts, statuses, statusOrder } from '../status/status-words.ts'
import { stepText } from '../terminal/lines.ts'
import { type ImageMoment, isSettled, type Moment } from './timeline.ts'

export interface Screen {
  columns: number
  rows: number
  paint: Paint
  /** Counts the frames: turns the spinner. */
  tick: number
}

/** What the whole is called, and whose time it is: `UTC`, or `virtual`. */
export interface Heading {
  title: string
  clock: string
}

const spinner = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
const elapsedWidth = 11
/** Wider than this, a step and its image are too far apart to be read as one line. */
const widest = 110

/**
 * The whole live display: a headline, then the images of the open campaigns as a tree, those that have ended as a
 * count; never taller or wider than the screen.
 */
export function frame(heading: Heading, moment: Moment, terminal: Screen): string[] {
  const screen = { ...terminal, columns: Math.min(terminal.columns, widest) }
  const { open, ended } = split(moment.images)
  const head = [...headline(heading, moment, statusCounts(open), screen), ...endedLine(ended, screen)]
  const room = Math.max(0, screen.rows - head.length - 1)
  const { shown, hidden } = choose(open, room)
  const rows = tree(nodesOf(shown))
  const nameWidth = Math.min(
    Math.floor(screen.columns * 0.45),
    Math.max(0, ...rows.map(({ lead, item }) => (item.image ? widthOf(lead + item.name) + 2 : 0))),
  )
  const lines = rows.map(({ lead, item }) => treeLine(lead, item, nameWidth, screen))
  const more = hidden.length > 0 ? [screen.paint('dim', cell(`   … and ${statusCounts(hidden)}`, screen.columns))] : []
  return [...head, ...lines, ...more].slice(0, Math.max(1, screen.rows - 1))
}

/** Campaigns in which nothing moves any more make room for the others; the last one stays. */
function split(images: readonly ImageMoment[]) {
  const campaigns = Map.groupBy(images, ({ campaign }) => campaign)
  const last = [...campaigns.keys()].at(-1)
  const isOpen = (campaign: string) => !campaigns.get(campaign)?.every(isSettled)
  const anyOpen = [...campaigns.keys()].some(isOpen)
  const isShown = ({ campaign }: ImageMoment) => (anyOpen ? isOpen(campaign) : campaign === last)
  return { open: images.filter(isShown), ended: images.filter((image) => !isShown(image)) }
}

function endedLine(ended: readonly ImageMoment[], { columns, paint }: Screen): string[] {
  if (ended.length === 0) return []
  const campaigns = new Set(ended.map(({ campaign }) => campaign)).size
  const text = `${count(campaigns, 'campaign')} ended: ${statusCounts(ended)}`
  return [paint('dim', cell(text, columns)), '']
}

function headline(
  heading: Heading,
  { now, start, done }: Moment,
  counts: string,
  { columns, paint }: Screen,
): string[] {
  const clock = `${instant(now)} ${heading.clock}`
  const since = ` +${duration((now - start) / 1000)}`
  const title = cell(heading.title, Math.max(0, columns - widthOf(clock) - widthOf(since)))
  const width = Math.max(10, Math.min(40, Math.floor(columns / 3)))
  const { filled, rest } = bar(done, width)
  const summary = cell(` ${String(Math.floor(done * 100)).padStart(3)} %  ${counts}`, columns - width)
  return [
    paint('bold', title) + paint('dim', clock) + paint('cyan', since),
    paint('cyan', filled) + paint('dim', rest) + summary,
    '',
  ]
}

interface Item {
  name: string
  image?: ImageMoment
}

/** Upstreams become roots. One image may be in two campaigns: names carry the campaign. */
function nodesOf(images: readonly ImageMoment[]): Node<Item>[] {
  const roots = new Map(images.map(({ campaign, title }) => [campaign, title]))
  const present = new Set(images.map(({ campaign, image }) => `${campaign} ${image}`))
  return [
    ...[...roots].map(([campaign, title]) => ({
      name: campaign,
      parent: '',
      item: { name: oneLine(title) },
    })),
    ...images.map((image) => {
      const parent = `${image.campaign} ${image.parent}`
      return {
        name: `${image.campaign} ${image.image}`,
        parent: present.has(parent) ? parent : image.campaign,
        item: { name: image.image, image },
      }
    }),
  ]
}

/** The images that people care about most, as many as there is room for, in their own order; and the others. */
function choose(images: readonly ImageMoment[], room: number) {
  const roots = new Set(images.map(({ campaign }) => campaign)).size
  if (images.length + roots <= room) return { shown: images, hidden: [] }
  const urgent = [...images].sort((a, b) => statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status))
  const kept = new Set(urgent.slice(0, Math.max(0, room - roots - 1)))
  return {
    shown: images.filter((image) => kept.has(image)),
    hidden: images.filter((image) => !kept.has(image)),
  }
}

function treeLine(lead: string, { name, image }: Item, nameWidth: number, { columns, paint, tick }: Screen): string {
  if (!image) return paint('bold', cell(name, columns).trimEnd())
  const { icon, style } = statuses[image.status]
  const shownIcon = image.status === 'running' ? (spinner[tick % spinner.length] ?? icon) : icon
  const names = cell(name, nameWidth - widthOf(lead) - 2)
  const start = `${paint('dim', lead)}${paint(style, shownIcon)} ${image.status === 'waiting' ? paint('dim', names) : names}`
  const elapsed = image.elapsed === undefined ? '' : duration(image.elapsed)
  const space = Math.max(0, columns - nameWidth - 2 - elapsedWidth)
  return start + paint('dim', '  ') + middle(image, space, paint) + paint('dim', elapsed.padStart(elapsedWidth))
}

/** The step and the bar of an image that runs, the outcome of one that has ended. */
function middle(image: ImageMoment, space: number, paint: Paint): string {
  if (image.status === 'waiting') return ' '.repeat(space)
  if (isSettled(image) && image.status !== 'released') {
    const text = image.reason === '' ? image.status : `${image.status}: ${oneLine(image.reason)}`
    return paint(statuses[image.status].style, cell(text, space))
  }
  // While it waits nothing gets any further, and there is more to say.
  const barWidth = image.waits !== undefined || space < 30 ? 0 : space < 48 ? 10 : 20
  const step = cell(image.status === 'released' ? 'released' : stepText(image), space - barWidth)
  const { filled, rest } = bar(image.status === 'released' ? 1 : image.done, barWidth)
  return step + paint(statuses[image.status].style, filled) + paint('dim', rest)
}
