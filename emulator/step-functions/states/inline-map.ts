import type { MapState } from '../definition.ts'
import { Scope } from '../scope.ts'
import type { Thread } from '../thread.ts'
import type { Json } from '../types.ts'
import type { Visit } from '../visit.ts'
import { runWorkflow } from '../workflow.ts'
import { type Item, pool } from './map.ts'

/** Fixed quota of an inline Map. */
const CONCURRENCY = 40

/** Iterations in the execution's own history. One that fails ends the others, and the state with them. */
export function runInline(visit: Visit<MapState>, items: Item[], limit: number): Promise<Json[]> {
  const { execution, thread, name, state } = visit
  const running = new Map<number, Thread>()

  const iterate = async (index: number): Promise<Json> => {
    const { input, context } = items[index] as Item
    const iteration = thread.branch()
    running.set(index, iteration)
    iteration.record('MapIterationStarted', { name, index })
    try {
      // The iterations that may start do so before any of them goes on.
      await null
      const output = await runWorkflow({
        execution,
        thread: iteration,
        workflow: state.ItemProcessor,
        input,
        scope: new Scope(visit.scope),
        item: context,
      })
      iteration.record('MapIterationSucceeded', { name, index })
      thread.last = iteration.last
      return output
    } catch (error) {
      if (!iteration.cancelled) fail(iteration, index)
      throw error
    } finally {
      running.delete(index)
      thread.end(iteration)
    }
  }

  const fail = (failed: Thread, index: number) => {
    const cause = failed.last
    failed.record('MapIterationFailed', { name, index })
    failed.recordAborted(cause, 'Task')
    for (const [other, iteration] of running) {
      if (iteration === failed) continue
      iteration.last = cause
      iteration.record('MapIterationAborted', { name, index: other })
      iteration.cancel()
      iteration.recordAborted(cause)
    }
    thread.last = cause
    thread.record('MapStateFailed')
  }

  return pool(items.length, Math.min(limit, CONCURRENCY), iterate)
}
