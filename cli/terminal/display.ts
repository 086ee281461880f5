import type { Progress } from '../../rehearsal/progress.ts'
import { painterFor, widthOf } from '../render/text.ts'
import { frame } from './frame.ts'
import { campaignLine, changeLine } from './lines.ts'
import { canRedraw, print } from './output.ts'
import { LiveScreen } from './screen.ts'
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
  return canRedraw(process.stdout)
    ? liveDisplay(fleet, process.stdout, span)
    : plainDisplay(span !== undefined)
}

const preparing = 'Synthesizing the template and bundling the functions …'

function liveDisplay(fleet: string, stream: NodeJS.WriteStream, span: number | undefined): Display {
  const paint = painterFor(stream)
  const timeline = new Timeline(span)
  const live = new LiveScreen(stream, (tick) => {
    const { moment } = timeline
    if (moment.images.length === 0) return [paint('dim', preparing)]
    return frame(fleet, moment, { columns: stream.columns, rows: stream.rows, paint, tick })
  })
  live.refresh()
  return {
    progress: (progress) => {
      timeline.add(progress)
      live.refresh()
    },
    close: () => live.close(),
  }
}

function plainDisplay(outcomesOnly: boolean): Display {
  const timeline = new Timeline()
  const seen = new Set<string>()
  let width = 0
  return {
    progress: (progress) => {
      const changed = timeline.add(progress)
      // What a campaign bakes is known once it does, or once it has ended.
      if (progress.images.length > 0 && progress.images.every(({ status }) => status === 'waiting')) return
      if (!seen.has(progress.campaign)) print([campaignLine(progress)])
      seen.add(progress.campaign)
      width = Math.max(width, ...progress.images.map(({ image }) => widthOf(image)))
      const lines = changed
        .filter(
          (image) => isSettled(image) || (!outcomesOnly && image.status === 'running' && image.step !== ''),
        )
        .map((image) => changeLine(image.since, image, width))
      if (lines.length > 0) print(lines)
    },
    close: () => undefined,
  }
}
