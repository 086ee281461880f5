import type { ParallelState } from '../definition.ts'
import { runWork } from '../retry.ts'
import { Scope } from '../scope.ts'
import type { Thread } from '../thread.ts'
import type { Json } from '../types.ts'
import type { Step, Visit } from '../visit.ts'
import { runWorkflow } from '../workflow.ts'

/** All branches at once, each with a copy of the input; the result is their outputs in the order of the branches. */
export function runParallel(visit: Visit<ParallelState>): Promise<Step> {
  const { execution, thread, state } = visit
  return runWork(visit, async () => {
    const input =
      state.Arguments === undefined ? visit.input : visit.limit(await visit.evaluate(state.Arguments, 'Arguments'))
    thread.record('ParallelStateStarted')
    const branches = state.Branches.map((workflow) => ({ workflow, branch: thread.branch() }))
    const outputs = await Promise.all(
      branches.map(({ workflow, branch }) =>
        settleBranch(
          thread,
          branch,
          runWorkflow({
            execution,
            thread: branch,
            workflow,
            input,
            scope: new Scope(visit.scope),
            item: visit.item,
          }),
          branches.map((sibling) => sibling.branch),
        ),
      ),
    )
    thread.record('ParallelStateSucceeded')
    return outputs
  })
}

/** The first branch that fails ends its siblings, and the state with them. */
async function settleBranch(parent: Thread, branch: Thread, work: Promise<Json>, siblings: Thread[]): Promise<Json> {
  try {
    const output = await work
    parent.end(branch)
    parent.last = branch.last
    return output
  } catch (error) {
    if (!branch.cancelled) {
      parent.last = branch.last
      for (const sibling of siblings) sibling.cancel()
      branch.recordAborted(branch.last, 'Task')
      for (const sibling of siblings) {
        if (sibling !== branch) sibling.recordAborted(branch.last)
        parent.end(sibling)
      }
      parent.record('ParallelStateFailed')
    }
    throw error
  }
}
