import { errorDetails, inputDetails, outputDetails } from '../history.ts'
import type { Integration } from '../resource.ts'
import type { Thread } from '../thread.ts'
import type { Json, TaskFailure } from '../types.ts'

/** Records what happens to a task: a bare function's ARN has its own family of events. */
export class TaskEvents {
  readonly #thread: Thread
  readonly #integration: Integration
  readonly #region: string
  #submitted = false

  constructor(thread: Thread, integration: Integration, region: string) {
    this.#thread = thread
    this.#integration = integration
    this.#region = region
  }

  /** `timeout` and `heartbeat` are in seconds. */
  scheduled(argument: Json, timeout: number | undefined, heartbeat: number | undefined): void {
    const limit = timeout !== undefined && { timeoutInSeconds: timeout }
    const text = JSON.stringify(argument)
    if (this.#bare) {
      const { resource } = this.#integration
      this.#thread.record('LambdaFunctionScheduled', { resource, ...inputDetails(text), ...limit })
      return
    }
    this.#record('Scheduled', {
      region: this.#region,
      parameters: text,
      ...limit,
      ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
    })
  }

  started(): void {
    if (this.#bare) this.#thread.record('LambdaFunctionStarted')
    else this.#record('Started', {})
  }

  submitted(output: Json): void {
    this.#submitted = true
    this.#record('Submitted', outputDetails(JSON.stringify(output)))
  }

  succeeded(output: Json): void {
    this.#record('Succeeded', outputDetails(JSON.stringify(output)))
  }

  /** A nested execution that could not be started was never submitted, and its event says so. */
  failed(failure: TaskFailure, kind: 'Failed' | 'TimedOut'): void {
    const unsubmitted = this.#integration.wait.startsWith('sync') && !this.#submitted
    this.#record(kind === 'Failed' && unsubmitted ? 'SubmitFailed' : kind, errorDetails(failure))
  }

  get #bare(): boolean {
    return this.#integration.kind === 'function'
  }

  #record(what: string, details: Record<string, unknown>): void {
    const { resourceType, resource } = this.#integration
    if (this.#bare) this.#thread.record(`LambdaFunction${what}`, details)
    else this.#thread.record(`Task${what}`, { resourceType, resource, ...details })
  }
}
