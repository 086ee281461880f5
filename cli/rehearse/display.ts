import type { Progress } from '../../rehearsal/progress.ts'
import { painterFor, widthOf } from '../render/text.ts'
import { campaignLine, changeLine } from '../terminal/lines.ts'
import { canRedraw, print } from '../terminal/output.ts'
import { LiveScreen } from '../terminal/screen.ts'
import { frame, type Heading } from './frame.ts'
import { isSettled, Timeline } from './timeline.ts'

export interface Display {
  progress: (progress: Progress) => void
  close: () => void
}

/**
 * Shows a rehearsal as it goes: a live tree on a terminal, plain lines elsewhere, nothing beside JSON.
 * @param span the virtual seconds that it goes on for, where that is known: then lines tell of outcomes alone
 */
export function startDisplay(fleet: string, silent: boolean, span?: number): Display {
  if (silent) return { progress: () => undefined, close: () => undefined }
  if (!canRedraw(process.stdout)) return plainDisplay(span !== undefined)
  return liveDisplay({ title: `Rehearsing ${fleet}`, clock: 'virtual' }, preparing, process.stdout, span)
}

const preparing = 'Synthesizing the template and bundling the functions …'

/** Shows campaigns of a fleet as they go: a live tree on a terminal, plain lines elsewhere. */
export function followDisplay(heading: Heading): Display {
  if (!canRedraw(process.stdout)) return plainDisplay(false)
  const display = liveDisplay(heading, 'Asking …', process.stdout)
  // It is asked now and then: meanwhile the spinner says that it goes on.
  const turning = setInterval(() => display.refresh(), 250)
  return {
    progress: display.progress,
    close: () => {
      clearInterval(turning)
      display.close()
    },
  }
}

function liveDisplay(heading: Heading, before: string, stream: NodeJS.WriteStream, span?: number) {
  const paint = painterFor(stream)
  const timeline = new Timeline(span)
  const live = new LiveScreen(stream, (tick) => {
    const { moment } = timeline
    if (moment.images.length === 0) return [paint('dim', before)]
    return frame(heading, moment, { columns: stream.columns, rows: stream.rows, paint, tick })
  })
  live.refresh()
  return {
    refresh: () => live.refresh(),
    progress: (progress: Progress) => {
      timeline.add(progress)
      live.refresh()
    },
    close: () => live.close(),
  }
}

function plainDisplay(outcomesOnly: boolean): Display {
  const timeline = new Timeline()
  const seen = new Map<string, string | undefined>()
  let width = 0
  return {
    progress: (progress) => {
      const { campaign, waits, images } = progress
      const changed = timeline.add(progress)
      // What a campaign bakes is known once it does, or once it has ended.
      const begins = waits === undefined && images.length > 0
      if (begins && images.every(({ status }) => status === 'waiting')) return
      if (!seen.has(campaign) || (waits !== undefined && seen.get(campaign) !== waits)) print([campaignLine(progress)])
      seen.set(campaign, waits)
      width = Math.max(width, ...images.map(({ image }) => widthOf(image)))
      const lines = changed
        .filter((image) => isSettled(image) || (!outcomesOnly && image.status === 'running' && image.step !== ''))
        .map((image) => changeLine(image.since, image, width))
      if (lines.length > 0) print(lines)
    },
    close: () => undefined,
  }
}
