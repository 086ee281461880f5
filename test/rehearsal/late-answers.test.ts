import { describe, expect, it } from 'vitest'
import { type Execution, lenient } from '../../emulator/index.ts'
import { passedAt, stateOf } from '../../rehearsal/records.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { fleetOf } from './ring-rehearsal.ts'

/** Answers that are older than the event or the write before them. */

const fleet = fleetOf({ all: { accounts: ['222233334444'], regions: ['us-west-2'] } })

const rehearseLate = async (seconds: number) => {
  const { rehearse } = await stageFor(fleet)
  const start = '2026-09-01T06:00:00Z'
  const late = {
    time: start,
    do: ({ aws }: Rehearsal['world']) => {
      aws.lateness = () => seconds
    },
  }
  return rehearse({ releases: [{ upstream: 'soe', time: start }], actions: [late], readings: lenient })
}

/** When an execution was in a state for the last time: it asks several times how far copies are. Epoch milliseconds. */
const lastAt = (execution: Execution | undefined, end: 'Entered' | 'Exited', state: string): number =>
  execution?.history.events
    .findLast((event) => event.type.endsWith(`State${end}`) && stateOf(event) === state)
    ?.timestamp.getTime() ?? 0

/** When each image was a candidate and released, epoch milliseconds. */
const timesOf = ({ world }: Rehearsal) => {
  const execution = [...world.stepFunctions.executions.values()].find(({ arn }) => arn.includes('-rebake:'))
  return {
    inspected: passedAt(execution, 'Entered', 'Inspect Bake') ?? 0,
    checked: passedAt(execution, 'Entered', 'Run Checks') ?? 0,
    verifying: lastAt(execution, 'Entered', 'Verify Distribution'),
    verified: lastAt(execution, 'Exited', 'Verify Distribution'),
    published: passedAt(execution, 'Exited', 'Publish Pointers') ?? 0,
    ended: execution?.stopDate ?? 0,
  }
}

describe.each([3, 60, 300])('answers that are %i seconds late', (seconds) => {
  it('cost a bake and a ring that much, and a minute at the most', { timeout: 2 * slow }, async () => {
    const before = timesOf(await rehearseLate(0))
    const rehearsal = await rehearseLate(seconds)
    const after = timesOf(rehearsal)
    expect(rehearsal.summary.images.map(({ status }) => status)).toEqual(['released'])
    expect(rehearsal.world.aws.calls.map(({ operation }) => operation)).not.toContain('CancelImageCreation')
    const cost = (of: (times: typeof before) => number) => (of(after) - of(before)) / 1000
    for (const spent of [
      cost(({ inspected, checked }) => checked - inspected),
      cost(({ verifying, verified }) => verified - verifying),
      cost(({ verified, published }) => published - verified),
    ])
      expect(spent).toBeLessThanOrEqual(seconds + 65)
    expect(cost(({ inspected, checked }) => checked - inspected)).toBeGreaterThanOrEqual(seconds - 3)
  })
})

/** Copies of which no event tells: `copying` seconds each, the first release and the next. */
const rehearseSilent = async (copying: number) => {
  const { rehearse } = await stageFor(fleet)
  const releases = ['2026-09-01T06:00:00Z', '2026-09-03T06:00:00Z'].map((time) => ({ upstream: 'soe', time }))
  const slowly = {
    time: '2026-09-01T06:00:00Z',
    do: ({ aws }: Rehearsal['world']) => {
      aws.imagebuilder.durations = ({ kind }) =>
        kind === 'distribution' ? { PENDING: 0, DISTRIBUTING: copying, INTEGRATING: 0 } : {}
    },
  }
  const { world, summary } = await rehearse({ releases, actions: [slowly] })
  expect(summary.images.map(({ status }) => status)).toEqual(['released', 'released'])
  const executions = [...world.stepFunctions.executions.values()].filter(({ arn }) => arn.includes('-rebake:'))
  return executions.map((execution) => {
    const began = passedAt(execution, 'Entered', 'Await Distribution') ?? 0
    return ((passedAt(execution, 'Entered', 'Publish Pointers') ?? 0) - began) / 1000
  })
}

describe('copies of which no event tells', () => {
  it.each([1_500, 4_000])('that take %i seconds cost one check more', { timeout: 2 * slow }, async (copying) => {
    const [first = 0, second = 0] = await rehearseSilent(copying)
    // The emulator varies each phase by a fifth.
    for (const spent of [first, second]) {
      expect(spent).toBeGreaterThanOrEqual(copying * 0.8)
      expect(spent).toBeLessThanOrEqual(copying * 1.2 + 310)
    }
  })
})
