import type { TaskState } from '../definition.ts'
import type { Json } from '../types.ts'
import type { Visit } from '../visit.ts'
import { type Deadline, TimedOut, waitFor } from './deadline.ts'
import type { TaskEvents } from './events.ts'

/**
 * Hands out the token with the call and waits for someone to send it back. The token may come back before the call
 * returns: where Step Functions knows it by then, the task ends at once.
 */
export async function waitForToken(
  visit: Visit<TaskState>,
  deadline: Deadline,
  heartbeatSeconds: number | undefined,
  events: TaskEvents,
  call: () => Promise<Json>,
): Promise<Json> {
  const { engine, host } = visit.execution
  const token = visit.token as string
  const answer = await waitFor<() => Json>(visit, deadline, (resolve, reject) => {
    let open = true
    let answered = false
    const early = isUnknownEarly(visit)
    let stopHeartbeat = () => {}
    const heartbeat = () => {
      stopHeartbeat()
      if (heartbeatSeconds === undefined) return
      stopHeartbeat = host.clock.at(host.clock.now() + heartbeatSeconds * 1000, () =>
        reject(new TimedOut('States.HeartbeatTimeout')),
      )
    }
    engine.tokens.open(token, {
      roleArn: visit.execution.roleArn,
      isKnown: () => answered || !early,
      succeed: (output) => resolve(() => output),
      fail: (failure) =>
        resolve(() => {
          throw failure
        }),
      heartbeat,
    })
    heartbeat()
    call()
      .then((submitted) => {
        answered = true
        if (open) events.submitted(submitted)
      })
      .catch(reject)
    return () => {
      open = false
      stopHeartbeat()
      engine.tokens.close(token)
    }
  })
  // The caller that sent the token back is in the middle of its own work: go on in a turn of our own.
  await visit.thread.until(host.clock.now())
  return answer()
}

/** Whether the token of this attempt is one of those that nobody knows before the call has answered. */
function isUnknownEarly(visit: Visit): boolean {
  const { host, arn } = visit.execution
  if (!(host.isStrict?.('token-before-the-call-answers') ?? true)) return false
  return host.random.fork(`early-token/${arn}/${visit.name}/${visit.retries}`).integer(1, 250) === 1
}
