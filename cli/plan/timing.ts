import { nextOccurrence, parseSchedule } from '../../domain/calendar/cron.ts'
import { fromLocal, localText } from '../../domain/calendar/local-time.ts'
import type { Fleet, PatchCycle } from '../../domain/fleet/model.ts'
import { selectedBy } from '../../domain/fleet/selection.ts'
import { campaignWindow } from '../../domain/planning/change-windows.ts'
import { duration } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Cell, type Column, table } from '../render/table.ts'
import { count, list } from '../render/text.ts'
import { waitFor } from './forecast.ts'

/** What happens when: patch cycles, windows and freezes, each a table where the fleet has some. */
export const timingLines = (fleet: Fleet, now: Date, layout: Layout): string[][] =>
  [
    { columns: cycleColumns, rows: Object.entries(fleet.patchCycles).flatMap(cycleRows(fleet, now)) },
    { columns: windowColumns, rows: windowsOf(fleet).map(windowRow(now)) },
    { columns: freezeColumns, rows: Object.entries(fleet.freezes).map(freezeRow(now)) },
  ].map(({ columns, rows }) => (rows.length > 0 ? table(columns, rows, layout) : []))

const dim = (text: string): Cell => ({ text, style: 'dim' })

const cycleColumns: Column[] = [
  { title: 'PATCH CYCLE' },
  { title: 'IMAGES', align: 'right' },
  { title: 'BEGINS' },
  { title: 'NOTE', shrinks: true },
]
const nextFew = 3

/** The next few times of a patch cycle in its own time zone; one that a freeze holds up says until when. */
const cycleRows =
  (fleet: Fleet, now: Date) =>
  ([name, cycle]: [string, PatchCycle]): Cell[][] => {
    const images = String(selectedBy(fleet, cycle).length)
    const times = nextTimes(cycle, now)
    if (times.length === 0) return [[name, images, dim('never again'), about(cycle)]]
    return times.map((time, at) => {
      const { begins, freezes } = beginning(fleet, name, time)
      const shown = begins ? localText(begins, cycle.timezone) : dim('never')
      const note: Cell =
        freezes.length > 0 ? { text: `after ${list(freezes)}`, style: 'yellow' } : at === 0 ? about(cycle) : ''
      return at === 0 ? [name, images, shown, note] : ['', '', shown, note]
    })
  }

/** When the campaign of one time of a schedule begins, and the freezes that it has to sit out until then. */
function beginning(fleet: Fleet, cycle: string, time: Date) {
  const trigger = { kind: 'cycle', cycle, time: time.toISOString(), reason: cycle } as const
  const wait = waitFor(() => campaignWindow(fleet, trigger, time))
  const freezes = wait?.reasons.flatMap((reason) => /freeze '[^']*'/.exec(reason) ?? []) ?? []
  return { begins: wait ? wait.until && new Date(wait.until) : time, freezes }
}

function nextTimes({ schedule, timezone }: PatchCycle, now: Date): Date[] {
  const read = parseSchedule(schedule)
  const times: Date[] = []
  for (let time: Date | undefined = now; times.length < nextFew; ) {
    time = nextOccurrence(read, timezone, time)
    if (!time) break
    times.push(time)
  }
  return times
}

const about = ({ onlyIfChanged, flexibleWindow }: PatchCycle): Cell =>
  dim(
    [
      ...(flexibleWindow === undefined ? [] : [`or within ${duration(flexibleWindow)} after`]),
      ...(onlyIfChanged ? ['only what has changed'] : []),
    ].join(', '),
  )

const windowColumns: Column[] = [{ title: 'WINDOW OF' }, { title: 'OPENS' }, { title: 'FOR', align: 'right' }]

type Window = NonNullable<Fleet['rings'][string]['window']>

const windowsOf = ({ images, rings }: Fleet) => [
  ...Object.entries(images).flatMap(([name, image]) =>
    image.window ? [{ of: `image ${name}`, window: image.window }] : [],
  ),
  ...Object.entries(rings).flatMap(([name, ring]) =>
    ring.window ? [{ of: `ring ${name}`, window: ring.window }] : [],
  ),
]

const windowRow =
  (now: Date) =>
  ({ of, window }: { of: string; window: Window }): Cell[] => {
    const { schedule, timezone, duration: open } = window
    const opens = nextOccurrence(parseSchedule(schedule), timezone, new Date(now.getTime() - open * 1000))
    const when: Cell =
      opens === undefined
        ? dim('never again')
        : opens <= now
          ? { text: `open since ${localText(opens, timezone)}`, style: 'green' }
          : localText(opens, timezone)
    return [of, when, duration(open)]
  }

const freezeColumns: Column[] = [
  { title: 'FREEZE' },
  { title: 'FROM' },
  { title: 'TO' },
  { title: 'HOLDS UP', shrinks: true },
]

const freezeRow =
  (now: Date) =>
  ([name, freeze]: [string, Fleet['freezes'][string]]): Cell[] => {
    const { from, to, timezone, images, rings, reason } = freeze
    const [begins, ends] = [fromLocal(from, timezone), fromLocal(to, timezone)]
    const what = [...(images ?? []), ...(rings ?? []).map((ring) => `ring ${ring}`)]
    const holds = `${what.length > 0 ? list(what) : 'everything'}: ${reason}`
    const times = [from.replace('T', ' '), `${to.replace('T', ' ')} ${timezone}`]
    if (ends <= now) return [name, ...times, `over: ${holds}`].map(dim)
    return [name, ...times, begins <= now ? { text: `now: ${holds}`, style: 'yellow' } : holds]
  }

/** What a scan must find for an image to be rebaked; undefined where nothing does. */
export function cveLine({ cves, images }: Fleet): string | undefined {
  if (!cves) return undefined
  const thresholds = (['critical', 'high', 'medium'] as const).flatMap((severity) =>
    cves[severity] === undefined ? [] : [`${cves[severity]} ${severity}`],
  )
  const scanned = Object.values(images).filter(({ scanning }) => scanning).length
  const of =
    scanned === 0 ? 'no image is scanned yet' : `${count(scanned, 'image')} ${scanned === 1 ? 'is' : 'are'} scanned`
  return (
    `A scanned image with ${thresholds.join(' or ')} findings is rebaked, at most once in ` +
    `${duration(cves.every)}; ${of}.`
  )
}
