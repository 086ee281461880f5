import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RebakeState } from '../domain/state-names.ts'
import { callLine, type Execution, type World } from '../emulator/index.ts'
import type { ExecutionRecord, HistoryRecord, NotificationRecord, Summary } from './results.ts'

const json = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text))
const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString())

const executionRecord = (execution: Execution): ExecutionRecord => ({
  arn: execution.arn,
  stateMachine: execution.stateMachine.name,
  name: execution.name,
  parent: execution.parent ?? null,
  status: execution.status,
  startedAt: iso(execution.startDate) ?? '',
  stoppedAt: iso(execution.stopDate),
  input: json(execution.input),
  output: json(execution.output),
  error: execution.error === undefined ? null : { name: execution.error, cause: execution.cause ?? '' },
})

/** The state that a history event is about, where its type says one. */
export const stateOf = (event: Execution['history']['events'][number]): string | null => {
  const details = event.stateEnteredEventDetails ?? event.stateExitedEventDetails
  return typeof details?.name === 'string' ? details.name : null
}

/** When an execution first entered or left a state, in epoch milliseconds; undefined when it did not. */
export const passedAt = (
  execution: Execution | undefined,
  passed: 'Entered' | 'Exited',
  state: RebakeState,
): number | undefined =>
  execution?.history.events
    .find((event) => event.type.endsWith(`State${passed}`) && stateOf(event) === state)
    ?.timestamp.getTime()

/** Each event belongs to the state that the event before it, in its own branch, belongs to. */
const historyRecords = ({ arn, history }: Execution): HistoryRecord[] => {
  const states = new Map<number, string | null>()
  return history.events.map((event) => {
    const ofExecution = event.type.startsWith('Execution')
    const state = ofExecution ? null : (stateOf(event) ?? states.get(event.previousEventId) ?? null)
    states.set(event.id, state)
    return {
      executionArn: arn,
      id: event.id,
      timestamp: event.timestamp.toISOString(),
      type: event.type,
      state,
    }
  })
}

/** Writes what happened to a directory: one JSON object a line, and the summary. */
export function writeRecords(
  directory: string,
  { aws, stepFunctions }: World,
  notifications: NotificationRecord[],
  summary: Summary,
): void {
  const executions = [...stepFunctions.executions.values()]
  const write = (file: string, lines: string[]) =>
    writeFileSync(join(directory, file), lines.map((line) => `${line}\n`).join(''))
  const rows = (values: unknown[]) => values.map((value) => JSON.stringify(value))
  mkdirSync(directory, { recursive: true })
  write('calls.jsonl', aws.calls.map(callLine))
  write('executions.jsonl', rows(executions.map(executionRecord)))
  write('history.jsonl', rows(executions.flatMap(historyRecords)))
  write('notifications.jsonl', rows(notifications))
  writeFileSync(join(directory, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
}
