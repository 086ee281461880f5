import type { NotificationRecord } from '../../rehearsal/results.ts'
import { instant } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { cell, count, harmless, oneLine, type Paint, unpainted, wrap } from '../render/text.ts'

/** More than these nobody reads one by one. */
const readable = 12

/** The notifications as people would read them; where there are many, how many of each kind, and those that are bad. */
export function notificationLines(
  notifications: readonly NotificationRecord[],
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  if (notifications.length === 0) return []
  return [
    paint('bold', `What people read (${count(notifications.length, 'notification')})`),
    ...(notifications.length > readable
      ? countedLines(notifications, width, paint)
      : wholeLines(notifications, width, paint)),
  ]
}

const wholeLines = (notifications: readonly NotificationRecord[], width: number, paint: Paint) =>
  notifications.flatMap(({ time, subject, message }) => [
    `${paint('dim', instant(Date.parse(time)))}  ${paint('bold', oneLine(subject))}`,
    ...message
      .trim()
      .split(/\r?\n/)
      .flatMap((line) => wrap(`    ${harmless(line)}`.trimEnd(), width)),
  ])

/** `Failed: payments-api was not released` is a `Failed`, `Waiting until 2026-12-18 00:00 UTC: x` a `Waiting`. */
const kindOf = ({ subject }: NotificationRecord) => oneLine(subject).replace(/( until .*?)?: .*$/, '')

function countedLines(notifications: readonly NotificationRecord[], width: number, paint: Paint): string[] {
  const kinds = Map.groupBy(notifications, kindOf)
  return [...kinds].flatMap(([kind, records]) => {
    const good = records.every(({ attributes }) => (attributes.severity ?? 'info') === 'info')
    const line = `${String(records.length).padStart(6)}  ${good ? kind : paint('yellow', kind)}`
    return good ? [line] : [line, ...subjectLines(records, width, paint)]
  })
}

/** One line for each subject, however often it came, with when it came first. */
function subjectLines(records: readonly NotificationRecord[], width: number, paint: Paint): string[] {
  const subjects = [...Map.groupBy(records, ({ subject }) => oneLine(subject))]
  const lines = subjects.slice(0, readable).map(([subject, same]) => {
    const [{ time }] = same as [NotificationRecord]
    const text = same.length > 1 ? `${subject} (${same.length} times)` : subject
    const room = Number.isFinite(width) ? width - 29 : text.length
    return `        ${paint('dim', instant(Date.parse(time)))}  ${cell(text, room).trimEnd()}`
  })
  const more = subjects.length - readable
  return more > 0 ? [...lines, paint('dim', `        and ${more} more`)] : lines
}
