import { TaskFailure } from './types.ts'

/** One event as GetExecutionHistory gives it: the member with the details is named after the type. */
export interface HistoryEvent {
  timestamp: Date
  type: string
  id: number
  previousEventId: number
  [details: `${string}EventDetails`]: Record<string, unknown>
}

/** Fixed quota of a Standard execution; the event that ends it is the last. */
const LIMIT = 25_000

/** The events of one execution, numbered from 1. */
export class History {
  readonly events: HistoryEvent[] = []
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Adds an event and returns its id; at the quota the execution fails instead. */
  record(type: string, previousEventId: number, details?: Record<string, unknown>): number {
    if (this.events.length === LIMIT - 1) {
      throw new TaskFailure('States.Runtime', `The execution reached the maximum number of history events (${LIMIT}).`)
    }
    return this.#add(type, previousEventId, details)
  }

  /** The event that ends the execution: there is always room for it. */
  close(type: string, previousEventId: number, details: Record<string, unknown>): void {
    this.#add(type, previousEventId, details)
  }

  #add(type: string, previousEventId: number, details?: Record<string, unknown>): number {
    const id = this.events.length + 1
    const event: HistoryEvent = { timestamp: new Date(this.#now()), type, id, previousEventId }
    if (details) event[`${detailsOf(type)}EventDetails`] = details
    this.events.push(event)
    return id
  }
}

function detailsOf(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEntered'
  if (type.endsWith('StateExited')) return 'stateExited'
  return type.charAt(0).toLowerCase() + type.slice(1)
}

/** Input as the events carry it. Nothing is ever truncated here: 256 KB is the limit of a payload anyway. */
export function inputDetails(input: string): Record<string, unknown> {
  return { input, inputDetails: { truncated: false } }
}

export function outputDetails(output: string): Record<string, unknown> {
  return { output, outputDetails: { truncated: false } }
}

/** Error and cause as the events carry them: an absent one is left out. */
export function errorDetails(failure: TaskFailure): Record<string, unknown> {
  return {
    ...(failure.error !== undefined && { error: failure.error }),
    ...(failure.cause !== undefined && { cause: failure.cause }),
  }
}
