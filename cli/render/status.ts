import type { ImageProgress } from '../../rehearsal/progress.ts'
import type { Style } from './text.ts'

export type Status = ImageProgress['status']

/** How each status looks, in the order in which people care when there is no room for all. */
export const statuses: Record<Status, { icon: string; style: Style }> = {
  failed: { icon: '✖', style: 'red' },
  running: { icon: '●', style: 'cyan' },
  aborted: { icon: '✖', style: 'red' },
  skipped: { icon: '○', style: 'yellow' },
  released: { icon: '✔', style: 'green' },
  superseded: { icon: '↷', style: 'dim' },
  waiting: { icon: '·', style: 'dim' },
}
export const statusOrder = Object.keys(statuses) as Status[]

/** '3 released, 4 running, 5 waiting': only what there is. */
export function statusCounts(images: readonly { status: Status }[]): string {
  const order: Status[] = ['released', 'running', 'waiting', 'failed', 'skipped', 'aborted', 'superseded']
  const counts = order.map((status) => ({
    status,
    number: images.filter((image) => image.status === status).length,
  }))
  return counts
    .filter(({ number }) => number > 0)
    .map(({ status, number }) => `${number} ${status}`)
    .join(', ')
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `width` columns, filled to `done` (0 to 1). */
export function bar(done: number, width: number): { filled: string; rest: string } {
  const units = Math.round(Math.min(1, Math.max(0, done)) * width * 8)
  const filled = '█'.repeat(Math.floor(units / 8)) + (eighths[units % 8] ?? '')
  return { filled, rest: '░'.repeat(Math.max(0, width - filled.length)) }
}
