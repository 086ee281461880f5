import { type Step, stepLine } from '../render/steps.ts'
import { painterFor } from '../render/text.ts'
import { canRedraw, print } from './output.ts'
import { LiveScreen } from './screen.ts'

export interface Steps {
  show(steps: readonly Step[]): void
  /** Where it was live, the steps stay as lines. */
  close(): void
}

/** Shows steps as they are done: live on a terminal, a line for each that ends elsewhere, nothing beside JSON. */
export function startSteps(silent: boolean, stream = process.stdout): Steps {
  if (silent) return { show: () => undefined, close: () => undefined }
  return canRedraw(stream) ? liveSteps(stream) : plainSteps()
}

/** How often an operation is looked at, in milliseconds. */
const every = 1_000

/** Looks at an operation and shows its steps, until it has ended. @returns the last look */
export async function followSteps<Now extends { status: 'running' | 'finished' | 'failed' }>(
  look: () => Promise<Now>,
  stepsOf: (now: Now) => Step[],
  { silent, pause }: { silent: boolean; pause: (milliseconds: number) => Promise<unknown> },
): Promise<Now> {
  const steps = startSteps(silent)
  try {
    for (;;) {
      const now = await look()
      steps.show(stepsOf(now))
      if (now.status !== 'running') return now
      await pause(every)
    }
  } finally {
    steps.close()
  }
}

function liveSteps(stream: NodeJS.WriteStream): Steps {
  const paint = painterFor(stream)
  let last: readonly Step[] = []
  const screen = new LiveScreen(stream, (tick) =>
    last.map((step) => stepLine(step, { paint, tick, width: stream.columns })),
  )
  const timer = setInterval(() => screen.refresh(), 100)
  return {
    show: (steps) => {
      last = steps
      screen.refresh()
    },
    close: () => {
      clearInterval(timer)
      screen.close()
      print(last.map((step) => stepLine(step, { paint, width: stream.columns })))
    },
  }
}

function plainSteps(): Steps {
  const told = new Map<string, string>()
  return {
    show: (steps) => {
      const news = steps.filter((step) => {
        const line = stepLine(step)
        return (step.status === 'done' || step.status === 'wrong') && told.get(step.name) !== line
      })
      for (const step of news) told.set(step.name, stepLine(step))
      if (news.length > 0) print(news.map((step) => stepLine(step)))
    },
    close: () => undefined,
  }
}
