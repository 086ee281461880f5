import type { NotificationRecord } from '../../rehearsal/results.ts'
import { instant } from './duration.ts'
import type { Layout } from './layout.ts'
import { count, harmless, oneLine, unpainted, wrap } from './text.ts'

/** The subjects and bodies of the notifications, as people would read them. */
export function notificationLines(
  notifications: readonly NotificationRecord[],
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  if (notifications.length === 0) return []
  const messages = notifications.flatMap(({ time, subject, message }) => [
    `${paint('dim', instant(Date.parse(time)))}  ${paint('bold', oneLine(subject))}`,
    ...message
      .trim()
      .split(/\r?\n/)
      .flatMap((line) => wrap(`    ${harmless(line)}`.trimEnd(), width)),
  ])
  return [
    paint('bold', `What people were told (${count(notifications.length, 'notification')})`),
    ...messages,
  ]
}
