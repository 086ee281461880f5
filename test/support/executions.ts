import type { Execution } from '../../emulator/step-functions/execution.ts'

/** A state that an execution entered, at a second after `start`; with an end, it left it then. */
export type Passed = [state: string, entered: number, left?: number]

export const start = Date.parse('2026-09-08T09:00:00Z')
export const at = (seconds: number) => start + seconds * 1000

interface Reported {
  machine?: string
  name: string
  input?: object
  status?: string
  /** Seconds after `start`. */
  from?: number
  to?: number
  states?: Passed[]
  error?: string
  cause?: string
  output?: string
  parent?: string
}

/** An execution as far as the accounts, the records and the live view read one. */
export function execution({ machine = 'golden-rebake', name, from = 0, to, states = [], ...reported }: Reported) {
  const events: Record<string, unknown>[] = []
  const record = (type: string, seconds: number, details = {}) =>
    events.push({
      id: events.length + 1,
      previousEventId: events.length,
      timestamp: new Date(at(seconds)),
      type,
      ...details,
    })
  record('ExecutionStarted', from)
  for (const [state, entered, left] of states) {
    record('TaskStateEntered', entered, { stateEnteredEventDetails: { name: state } })
    record('TaskScheduled', entered)
    if (left !== undefined) record('TaskStateExited', left, { stateExitedEventDetails: { name: state } })
  }
  const { status = to === undefined ? 'RUNNING' : 'SUCCEEDED', input = {}, ...rest } = reported
  return {
    arn: `arn:aws:states:us-west-2:111122223333:execution:${machine}:${name}`,
    name,
    stateMachine: { name: machine },
    startDate: at(from),
    ...(to !== undefined && { stopDate: at(to) }),
    status,
    input: JSON.stringify(input),
    history: { events },
    ...rest,
  } as unknown as Execution
}

export const byArn = (executions: Execution[]) => new Map(executions.map((each) => [each.arn, each]))
