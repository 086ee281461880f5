import type { TaskState } from '../definition.ts'
import type { Execution } from '../execution.ts'
import { type Json, type JsonObject, TaskFailure } from '../types.ts'
import type { Visit } from '../visit.ts'
import { type Deadline, waitFor } from './deadline.ts'

/**
 * Waits for a child execution to end; when the waiting is aborted, so is the child; when it
 * takes too long, the child goes on (AWS: step-functions/latest/dg/connect-to-resource.html). A child that fails makes the
 * task fail with States.TaskFailed, whatever its own error was.
 */
export async function waitForChild(
  visit: Visit<TaskState>,
  deadline: Deadline,
  started: Json,
  parse: boolean,
): Promise<Json> {
  const { engine, host } = visit.execution
  const members = started as JsonObject
  const child = engine.execution(members.ExecutionArn ?? members.executionArn)
  child.parent ??= visit.execution.arn
  const release = visit.thread.onCancel(() => child.stop())
  try {
    await waitFor<void>(visit, deadline, (resolve) => child.onEnd(resolve))
  } finally {
    release()
  }
  await visit.thread.until(host.clock.now())
  if (child.status === 'SUCCEEDED') return describe(child, parse)
  throw new TaskFailure('States.TaskFailed', JSON.stringify(describe(child, false)))
}

/** DescribeExecution as the integration gives it; `.sync:2` parses the payloads that `.sync` leaves as text. */
function describe(child: Execution, parse: boolean): JsonObject {
  const payload = (text: string): Json => (parse ? JSON.parse(text) : text)
  return {
    ...(child.cause !== undefined && { Cause: child.cause }),
    ...(child.error !== undefined && { Error: child.error }),
    ExecutionArn: child.arn,
    Input: payload(child.input),
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.output !== undefined && { Output: payload(child.output), OutputDetails: { Included: true } }),
    RedriveCount: 0,
    RedriveStatus: child.status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
    ...(child.status === 'SUCCEEDED' && {
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    }),
    StartDate: child.startDate,
    StateMachineArn: child.stateMachine.arn,
    Status: child.status,
    ...(child.stopDate !== undefined && { StopDate: child.stopDate }),
  }
}
