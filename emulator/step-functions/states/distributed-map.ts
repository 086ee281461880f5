import type { MapState } from '../definition.ts'
import type { Execution } from '../execution.ts'
import { errorDetails } from '../history.ts'
import { Cancelled } from '../thread.ts'
import { type Json, TaskFailure } from '../types.ts'
import type { Visit } from '../visit.ts'
import { type Item, pool } from './map.ts'

/** Fixed quota of a distributed Map. */
const CONCURRENCY = 10_000

/**
 * One child execution an item. The Map Run fails when more items fail than are tolerated (none, by default); the
 * result leaves out those that failed (AWS: step-functions/latest/dg/state-map-distributed.html).
 */
export async function runDistributed(visit: Visit<MapState>, items: Item[], limit: number): Promise<Json[]> {
  const { execution, thread, state } = visit
  const tolerated = await toleratedFailures(visit, items.length)
  const id = visit.random(`map-run/${visit.retries}`)
  const label = state.Label ?? id.hex(32)
  const mapRunArn = `${execution.stateMachine.arn.replace(':stateMachine:', ':mapRun:')}/${label}:${id.uuid()}`
  thread.record('MapRunStarted', { mapRunArn })

  const results: Json[][] = []
  const running = new Set<Execution>()
  let failures = 0
  const runItem = async (index: number): Promise<void> => {
    const child = execution.engine.startMapChild({
      parent: execution,
      mapRunArn,
      label,
      name: id.uuid(),
      workflow: state.ItemProcessor,
      input: (items[index] as Item).input,
    })
    running.add(child)
    await thread.wait<void>((resolve) => child.onEnd(resolve))
    await thread.until(execution.host.clock.now())
    running.delete(child)
    if (child.status === 'SUCCEEDED') results[index] = [JSON.parse(child.output as string)]
    else if (++failures > tolerated) {
      throw new TaskFailure(
        'States.ExceedToleratedFailureThreshold',
        'The specified tolerated failure threshold was exceeded',
      )
    }
  }

  try {
    await pool(items.length, Math.min(limit, CONCURRENCY), runItem)
  } catch (error) {
    for (const child of running) child.stop()
    if (error instanceof Cancelled || !(error instanceof TaskFailure)) throw error
    thread.record('MapRunFailed', errorDetails(error))
    thread.record('MapStateFailed')
    throw error
  }
  thread.record('MapRunSucceeded')
  return results.flat()
}

async function toleratedFailures(visit: Visit<MapState>, items: number): Promise<number> {
  const { ToleratedFailureCount: count, ToleratedFailurePercentage: percentage } = visit.state
  const most = await visit.integer(count, 'ToleratedFailureCount', 0)
  const share = await visit.integer(percentage, 'ToleratedFailurePercentage', 0, 100)
  if (most === undefined && share === undefined) return 0
  return Math.min(most ?? items, share === undefined ? items : Math.floor((items * share) / 100))
}
