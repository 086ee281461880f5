import type { WaitState } from '../definition.ts'
import { parseTimestamp } from '../time.ts'
import type { Step, Visit } from '../visit.ts'

/** Waits until virtual time gets there; a timestamp in the past is no wait. */
export async function runWait(visit: Visit<WaitState>): Promise<Step> {
  const { Seconds: seconds, Timestamp: timestamp } = visit.state
  const now = visit.execution.host.clock.now()
  const end =
    timestamp === undefined
      ? now + 1000 * ((await visit.integer(seconds, 'Seconds', 0)) ?? 0)
      : await timeOf(visit, timestamp)
  if (end > now) await visit.thread.until(end)
  return await visit.exit(visit.state, { next: visit.state.Next, fallback: visit.input })
}

async function timeOf(visit: Visit<WaitState>, template: string): Promise<number> {
  const text = (await visit.typed(template, 'Timestamp', 'string')) as string
  const time = parseTimestamp(text)
  if (time === undefined) {
    throw visit.queryError('Timestamp', `The field 'Timestamp' must be an RFC 3339 timestamp, but was '${text}'`)
  }
  return time
}
