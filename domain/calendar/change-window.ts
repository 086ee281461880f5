import { nextOccurrence, parseSchedule } from './cron.ts'
import { addDays, fromLocal, localText } from './local-time.ts'

/** When something may begin, and in words for people what holds it up until then. */
export interface ChangeWindow {
  opensAt: Date
  reasons: string[]
}

/** Nothing begins from the one time until the other, which is not part of it: local texts, `2026-12-18T00:00`. */
interface Freeze {
  name: string
  reason: string
  from: string
  to: string
  timezone: string
}

/** It may begin only at the schedule's times and for a while after, in seconds; the end is not part of it. */
interface Window {
  /** `ring everyone` */
  of: string
  window: { schedule: string; timezone: string; duration: number }
}

/** No time is free of all freezes and inside all windows: not within ten years, or too far apart to find. */
export class NeverOpens extends Error {
  override readonly name = 'NeverOpens'
}

const horizon = 3653
/** Two windows that never meet come by turns: this many are enough to see it. */
const patience = 2000

interface Wait {
  until: Date
  reason: string
}
/** What holds something up at a time; undefined for nothing. */
type Gate = (time: Date) => Wait | undefined

/**
 * The first time from now on that is outside every freeze and inside every window; undefined when that is now.
 * @throws NeverOpens
 * @throws ScheduleInvalid or RangeError for a schedule, a date or a time zone that the fleet's rules refuse
 */
export function changeWindowAfter(
  now: Date,
  { freezes, windows }: { freezes: readonly Freeze[]; windows: readonly Window[] },
): ChangeWindow | undefined {
  const gates = [...freezes.map(gateOfFreeze), ...windows.map(gateOfWindow)]
  const reasons = new Map<Gate, string>()
  const end = addDays(now, horizon, 'UTC')
  let time = now
  // Each step goes to the next time that one gate lets through, so none that all let through is passed by.
  for (let step = 0; time < end && step < patience; step++) {
    const shut = gates.map((gate) => [gate, gate(time)] as const).find(([, wait]) => wait)
    if (!shut) return time > now ? { opensAt: time, reasons: [...reasons.values()] } : undefined
    const [gate, wait] = shut as [Gate, Wait]
    time = wait.until
    reasons.set(gate, wait.reason)
  }
  throw new NeverOpens(`nothing is open before ${localText(time, 'UTC')}: ${[...reasons.values()].join(', ')}`)
}

function gateOfFreeze({ name, reason, from, to, timezone }: Freeze): Gate {
  const begins = fromLocal(from, timezone)
  const until = fromLocal(to, timezone)
  const why = `freeze '${name}' (${reason}) until ${localText(until, timezone)}`
  return (time) => (time >= begins && time < until ? { until, reason: why } : undefined)
}

function gateOfWindow({ of, window }: Window): Gate {
  const { timezone, duration } = window
  const schedule = parseSchedule(window.schedule)
  return (time) => {
    const latestShut = new Date(time.getTime() - duration * 1000)
    const opens = nextOccurrence(schedule, timezone, latestShut)
    if (!opens) throw new NeverOpens(`window of ${of} does not open after ${localText(latestShut, timezone)}`)
    if (opens <= time) return undefined
    return { until: opens, reason: `window of ${of} opens ${localText(opens, timezone)}` }
  }
}
