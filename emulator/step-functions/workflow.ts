import type { State, Workflow } from './definition.ts'
import type { Execution } from './execution.ts'
import type { Scope } from './scope.ts'
import { runChoice } from './states/choice.ts'
import { runMap } from './states/map.ts'
import { runParallel } from './states/parallel.ts'
import { runFail, runPass, runSucceed } from './states/simple.ts'
import { runTask } from './states/task.ts'
import { runWait } from './states/wait.ts'
import type { Thread } from './thread.ts'
import type { Json, JsonObject } from './types.ts'
import { type Step, Visit } from './visit.ts'

const RUNNERS: { [T in State['Type']]: (visit: Visit<Extract<State, { Type: T }>>) => Promise<Step> } = {
  Pass: runPass,
  Choice: runChoice,
  Wait: runWait,
  Succeed: runSucceed,
  Fail: runFail,
  Task: runTask,
  Parallel: runParallel,
  Map: runMap,
}

/** Goes from state to state until one ends the workflow; gives its output, or throws the failure that ended it. */
export async function runWorkflow(o: {
  execution: Execution
  thread: Thread
  workflow: Workflow
  input: Json
  scope: Scope
  item?: JsonObject | undefined
}): Promise<Json> {
  let name = o.workflow.StartAt
  let input = o.input
  for (;;) {
    const state = o.workflow.States[name] as State
    const visit = new Visit({ ...o, name, state, input, item: o.item })
    const run = RUNNERS[state.Type] as (visit: Visit) => Promise<Step>
    const step = await run(visit)
    if (step.next === undefined) return step.output
    name = step.next
    input = step.output
  }
}
