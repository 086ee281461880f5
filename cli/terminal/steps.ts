import type { OperationStatus } from '../../domain/operations.ts'
import { BadInput, Failed } from '../problems.ts'
import { isEnded, type Step, stepLine } from '../render/steps.ts'
import { painterFor } from '../render/text.ts'
import { patiently } from '../status/patience.ts'
import { inProse } from '../typed.ts'
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

/**
 * Looks at an operation and shows its steps, until it has ended; what may pass is waited for.
 *
 * @returns the last look
 * @throws what a look threw, and says that the operation goes on
 */
export async function followSteps<Now extends { status: OperationStatus }>(
  look: () => Promise<Now>,
  stepsOf: (now: Now) => Step[],
  { silent, pause }: { silent: boolean; pause: (milliseconds: number) => Promise<unknown> },
): Promise<Now> {
  const steps = startSteps(silent)
  try {
    for (;;) {
      const now = await patiently(look, { lost: () => undefined, pause })
      steps.show(stepsOf(now))
      if (now.status !== 'running') return now
      await pause(every)
    }
  } catch (error) {
    if (error instanceof Failed || error instanceof BadInput)
      error.message += `\nWhat was started goes on without this command: ${inProse('status')} shows it.`
    throw error
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
  const reported = new Map<string, string>()
  return {
    show: (steps) => {
      const news = steps.filter((step) => {
        const line = stepLine(step)
        return isEnded(step) && reported.get(step.name) !== line
      })
      for (const step of news) reported.set(step.name, stepLine(step))
      if (news.length > 0) print(news.map((step) => stepLine(step)))
    },
    close: () => undefined,
  }
}
