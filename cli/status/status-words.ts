import { type ShownStatus, shownStatuses } from '../../domain/image-status.ts'
import type { ImageResult } from '../../rehearsal/results.ts'
import type { Style } from '../render/text.ts'

interface Look {
  icon: string
  style: Style
  /** Whether nothing more comes of it. */
  settled: boolean
  /** Whether it ended so that somebody must look at it. */
  failed: boolean
  /** Whether the report of a rehearsal names it as what went wrong: not what an image above it has stopped. */
  wrong: boolean
}

/** How each status looks, in the order in which people care when there is no room for all. */
export const statuses: Record<ShownStatus, Look> = {
  failed: { icon: '✖', style: 'red', settled: true, failed: true, wrong: true },
  running: { icon: '●', style: 'cyan', settled: false, failed: false, wrong: true },
  aborted: { icon: '✖', style: 'red', settled: true, failed: true, wrong: true },
  skipped: { icon: '○', style: 'yellow', settled: true, failed: true, wrong: false },
  released: { icon: '✔', style: 'green', settled: true, failed: false, wrong: false },
  superseded: { icon: '↷', style: 'dim', settled: true, failed: false, wrong: false },
  waiting: { icon: '·', style: 'dim', settled: false, failed: false, wrong: false },
}
export const statusOrder = Object.keys(statuses) as ShownStatus[]

/** What the report of a rehearsal, which is over, calls each status; in the order of its columns. */
export const resultNames: Record<ImageResult['status'], string> = {
  released: 'released',
  failed: 'failed',
  aborted: 'aborted',
  skipped: 'skipped',
  superseded: 'superseded',
  running: 'unfinished',
}

/** '3 released, 4 running, 5 waiting': only what there is. */
export function statusCounts(images: readonly { status: ShownStatus }[]): string {
  const counts = shownStatuses.map((status) => ({
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
