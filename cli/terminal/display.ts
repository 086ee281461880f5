import type { Progress } from '../../rehearsal/progress.ts'
import { painterFor } from '../render/text.ts'
import { frame } from './frame.ts'
import { campaignLine, changeLine } from './lines.ts'
import { canRedraw, print } from './output.ts'
import { LiveScreen } from './screen.ts'
import { Timeline } from './timeline.ts'

export interface Display {
  progress: (progress: Progress) => void
  close: () => void
}

/** Shows a rehearsal as it goes: a live tree on a terminal, plain lines elsewhere, nothing beside JSON. */
export function startDisplay(fleet: string, silent: boolean): Display {
  if (silent) return { progress: () => undefined, close: () => undefined }
  return canRedraw(process.stdout) ? liveDisplay(fleet, process.stdout) : plainDisplay()
}

const preparing = 'Synthesizing the template and bundling the functions …'

function liveDisplay(fleet: string, stream: NodeJS.WriteStream): Display {
  const paint = painterFor(stream)
  const timeline = new Timeline()
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

function plainDisplay(): Display {
  const timeline = new Timeline()
  const seen = new Set<string>()
  return {
    progress: (progress) => {
      const changed = timeline.add(progress)
      if (!seen.has(progress.campaign)) print([campaignLine(progress)])
      seen.add(progress.campaign)
      const names = progress.images.map(({ image }) => image)
      const lines = changed
        .filter(({ status, step }) => status !== 'waiting' && (status !== 'running' || step !== ''))
        .map((image) => changeLine(image.since, image, names))
      if (lines.length > 0) print(lines)
    },
    close: () => undefined,
  }
}
