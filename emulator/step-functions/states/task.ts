import type { TaskState } from '../definition.ts'
import { type Integration, parseResource } from '../resource.ts'
import { runWork } from '../retry.ts'
import { call } from '../tasks/call.ts'
import { waitForChild } from '../tasks/child.ts'
import { type Deadline, TimedOut, waitFor } from '../tasks/deadline.ts'
import { TaskEvents } from '../tasks/events.ts'
import { waitForToken } from '../tasks/token.ts'
import { type Json, TaskFailure } from '../types.ts'
import type { Step, Visit } from '../visit.ts'

/** Does one call, or one call and the wait for what it started. */
export function runTask(visit: Visit<TaskState>): Promise<Step> {
  const integration = parseResource(visit.state.Resource) as Integration
  return runWork(visit, () => attempt(visit, integration))
}

async function attempt(visit: Visit<TaskState>, integration: Integration): Promise<Json> {
  const { state, thread } = visit
  const { clock, region } = visit.execution.host
  if (integration.wait === 'token') visit.token = newToken(visit)
  const argument =
    state.Arguments === undefined ? visit.input : visit.limit(await visit.evaluate(state.Arguments, 'Arguments'))
  const timeout = await visit.integer(state.TimeoutSeconds, 'TimeoutSeconds', 1)
  const heartbeat = await visit.integer(state.HeartbeatSeconds, 'HeartbeatSeconds', 1)
  const events = new TaskEvents(thread, integration, region)
  events.scheduled(argument, timeout, heartbeat)
  // What a task does outside happens in a turn of its own.
  await thread.until(clock.now())
  events.started()
  const deadline = timeout === undefined ? undefined : clock.now() + timeout * 1000
  try {
    const result =
      integration.wait === 'token'
        ? await waitForToken(visit, deadline, heartbeat, events, () => call(visit, integration, argument))
        : await callAndFollow(visit, integration, argument, deadline, events)
    events.succeeded(result)
    return result
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error
    const failure = visit.limitFailure(error)
    events.failed(failure, error instanceof TimedOut ? 'TimedOut' : 'Failed')
    throw failure
  }
}

/** A call that ends the task, or that starts the execution which does. */
async function callAndFollow(
  visit: Visit<TaskState>,
  integration: Integration,
  argument: Json,
  deadline: Deadline,
  events: TaskEvents,
): Promise<Json> {
  const answer = await waitFor<Json>(visit, deadline, (resolve, reject) => {
    call(visit, integration, argument).then(resolve, reject)
    return undefined
  })
  if (integration.wait === 'call') return answer
  events.submitted(answer)
  return await waitForChild(visit, deadline, answer, integration.wait === 'sync:2')
}

function newToken(visit: Visit<TaskState>): string {
  const secret = visit.random(`token/${visit.retries}`)
  return Buffer.from(`AQCg${secret.hex(64)}${secret.hex(64)}`).toString('base64')
}
