import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { World } from '../../emulator/world/world.ts'
import { stateOf, writeRecords } from '../../rehearsal/records.ts'
import type { Summary } from '../../rehearsal/results.ts'
import { byArn, execution } from '../support/executions.ts'
import { readLines, temporaryDirectory } from '../support/rehearsal.ts'

const call = (operation: string, more = {}) => ({
  time: '2026-09-08T09:00:00.000Z',
  principal: 'StartBakeFunctionRole',
  service: 'imagebuilder',
  operation,
  input: { a: 1 },
  account: '111122223333',
  region: 'us-west-2',
  tag: 'web',
  ...more,
})
const summary = { campaigns: [], images: [], makespanSeconds: 5 } as unknown as Summary
const notification = {
  time: '2026-09-08T09:00:00.000Z',
  topicArn: 'arn:aws:sns:x',
  subject: 's',
  message: 'two\nlines',
  recipients: [],
  attributes: { kind: 'image-released' },
}

function written(executions: ReturnType<typeof execution>[], calls: object[] = []) {
  const directory = join(temporaryDirectory(), 'not', 'there', 'yet')
  const world = { aws: { calls }, stepFunctions: { executions: byArn(executions) } } as unknown as World
  writeRecords(directory, world, [notification], summary)
  return directory
}

it('writes every file, one JSON object a line, and makes the directory', () => {
  const calls = [
    call('GetImage', { output: { requestId: 'r' } }),
    call('DistributeImage', { error: { name: 'ResourceInUseException', message: 'busy' } }),
  ]
  const directory = written([], calls)
  expect(readdirSync(directory).sort()).toEqual([
    'calls.jsonl',
    'executions.jsonl',
    'history.jsonl',
    'notifications.jsonl',
    'summary.json',
  ])
  // What is for attribution only stays out.
  expect(readLines(directory, 'calls.jsonl')).toEqual(
    calls.map(({ account: _a, region: _r, tag: _t, ...rest }) => rest),
  )
  expect(readLines(directory, 'notifications.jsonl')).toEqual([notification])
  expect(JSON.parse(readFileSync(join(directory, 'summary.json'), 'utf8'))).toEqual(summary)
  expect(readFileSync(join(directory, 'executions.jsonl'), 'utf8')).toBe('')
})

describe('an execution', () => {
  const base = {
    arn: 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:one',
    stateMachine: 'golden-rebake',
    name: 'one',
    parent: null,
    startedAt: '2026-09-08T09:00:05.000Z',
    input: { image: 'web' },
  }
  const input = { image: 'web' }

  it.each([
    [
      'that succeeded',
      { to: 65, output: '{"ami":"ami-0a"}', parent: 'arn:aws:states:parent' },
      {
        status: 'SUCCEEDED',
        stoppedAt: '2026-09-08T09:01:05.000Z',
        output: { ami: 'ami-0a' },
        error: null,
        parent: 'arn:aws:states:parent',
      },
    ],
    [
      'that failed',
      { to: 65, status: 'FAILED', error: 'BakeFailed', cause: 'exited with 1' },
      {
        status: 'FAILED',
        stoppedAt: '2026-09-08T09:01:05.000Z',
        output: null,
        error: { name: 'BakeFailed', cause: 'exited with 1' },
      },
    ],
    [
      'that failed without a cause',
      { to: 65, status: 'FAILED', error: 'BakeFailed' },
      {
        status: 'FAILED',
        stoppedAt: '2026-09-08T09:01:05.000Z',
        output: null,
        error: { name: 'BakeFailed', cause: '' },
      },
    ],
    ['that still runs', {}, { status: 'RUNNING', stoppedAt: null, output: null, error: null }],
  ])('%s is a line', (_, reported, expected) => {
    const directory = written([execution({ name: 'one', input, from: 5, ...reported })])
    expect(readLines(directory, 'executions.jsonl')).toEqual([{ ...base, ...expected }])
  })
})

it('writes the history of each execution, each event with the state that it belongs to', () => {
  const directory = written([
    execution({
      name: 'one',
      states: [
        ['Acquire Bake Lock', 1, 2],
        ['Start Bake', 2],
      ],
    }),
    execution({ name: 'two', from: 7 }),
  ])
  const lines = readLines(directory, 'history.jsonl')
  expect(lines.map(({ id, type, state }) => [id, type, state])).toEqual([
    [1, 'ExecutionStarted', null],
    [2, 'TaskStateEntered', 'Acquire Bake Lock'],
    [3, 'TaskScheduled', 'Acquire Bake Lock'],
    [4, 'TaskStateExited', 'Acquire Bake Lock'],
    [5, 'TaskStateEntered', 'Start Bake'],
    [6, 'TaskScheduled', 'Start Bake'],
    [1, 'ExecutionStarted', null],
  ])
  expect(lines.at(-1)).toEqual({
    executionArn: 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:two',
    id: 1,
    timestamp: '2026-09-08T09:00:07.000Z',
    type: 'ExecutionStarted',
    state: null,
  })
})

it.each([
  ['an entry', { stateEnteredEventDetails: { name: 'Soak' } }, 'Soak'],
  ['an exit', { stateExitedEventDetails: { name: 'Soak' } }, 'Soak'],
  ['anything else', { taskScheduledEventDetails: { name: 'Soak' } }, null],
])('%s is about %s', (_, details, state) => {
  expect(stateOf({ id: 1, previousEventId: 0, timestamp: new Date(0), type: 'T', ...details })).toBe(state)
})
