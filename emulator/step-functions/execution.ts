import type { Workflow } from './definition.ts'
import { statusEvent } from './events.ts'
import { errorDetails, History, inputDetails, outputDetails } from './history.ts'
import { Scope } from './scope.ts'
import type { StepFunctions } from './step-functions.ts'
import { Cancelled, Thread } from './thread.ts'
import { isoTime } from './time.ts'
import { type Host, type Json, type JsonObject, TaskFailure } from './types.ts'
import { runWorkflow } from './workflow.ts'

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'

export interface ExecutionOptions {
  engine: StepFunctions
  arn: string
  name: string
  stateMachine: { arn: string; name: string }
  roleArn: string
  workflow: Workflow & { TimeoutSeconds?: number }
  /** JSON text, as StartExecution got it. */
  input: string
  mapRunArn?: string
}

/** One execution of a state machine (or of a distributed Map's item). Payloads are JSON text; dates epoch ms. */
export class Execution {
  readonly engine: StepFunctions
  readonly arn: string
  readonly name: string
  readonly stateMachine: { arn: string; name: string }
  readonly roleArn: string
  readonly workflow: ExecutionOptions['workflow']
  readonly input: string
  readonly mapRunArn: string | undefined
  readonly startDate: number
  readonly history: History
  /** What the context object says of the execution, in all its states. */
  readonly context: JsonObject
  /** The execution whose task or Map started this one. */
  parent: string | undefined
  status: Status = 'RUNNING'
  stopDate: number | undefined
  output: string | undefined
  error: string | undefined
  cause: string | undefined
  readonly #thread: Thread
  readonly #listeners: (() => void)[] = []

  constructor(o: ExecutionOptions) {
    this.engine = o.engine
    this.arn = o.arn
    this.name = o.name
    this.stateMachine = o.stateMachine
    this.roleArn = o.roleArn
    this.workflow = o.workflow
    this.input = o.input
    this.mapRunArn = o.mapRunArn
    const { clock } = this.host
    this.startDate = clock.now()
    this.history = new History(() => clock.now())
    this.#thread = new Thread(this.history, clock)
    this.context = {
      Execution: {
        Id: o.arn,
        Input: JSON.parse(o.input) as Json,
        StartTime: isoTime(this.startDate),
        Name: o.name,
        RoleArn: o.roleArn,
        RedriveCount: 0,
      },
      StateMachine: { Id: o.stateMachine.arn, Name: o.stateMachine.name },
    }
  }

  get host(): Host {
    return this.engine.host
  }

  /** Announces the execution and lets it begin in its own turn of the clock. */
  start(): void {
    const { clock } = this.host
    this.history.record('ExecutionStarted', 0, { ...inputDetails(this.input), roleArn: this.roleArn })
    this.host.publishEvent(statusEvent(this))
    clock.at(clock.now(), () => this.#run())
    const timeout = this.workflow.TimeoutSeconds
    if (timeout !== undefined) {
      this.onEnd(
        clock.at(this.startDate + timeout * 1000, () => this.#end('TIMED_OUT', 0, { error: 'States.Timeout' })),
      )
    }
  }

  /** StopExecution: everything that it waits for is aborted, child executions included. */
  stop(error?: string, cause?: string): void {
    if (this.status !== 'RUNNING') return
    this.error = error
    this.cause = cause
    this.#end('ABORTED', 0, errorDetails(new TaskFailure(error, cause)))
  }

  /** Calls `listener` once the execution has ended, at once if it has; returns what takes that back. */
  onEnd(listener: () => void): () => void {
    if (this.status !== 'RUNNING') {
      listener()
      return () => {}
    }
    this.#listeners.push(listener)
    return () => {
      const index = this.#listeners.indexOf(listener)
      if (index >= 0) this.#listeners.splice(index, 1)
    }
  }

  async #run(): Promise<void> {
    if (this.status !== 'RUNNING') return
    const thread = this.#thread
    try {
      const output = await runWorkflow({
        execution: this,
        thread,
        workflow: this.workflow,
        input: JSON.parse(this.input),
        scope: new Scope(),
      })
      this.output = JSON.stringify(output)
      this.#end('SUCCEEDED', thread.last, outputDetails(this.output))
    } catch (error) {
      if (error instanceof Cancelled) return
      if (!(error instanceof TaskFailure)) throw error
      this.error = error.error
      this.cause = error.cause
      this.#end('FAILED', thread.last, errorDetails(error))
    }
  }

  #end(status: Status, previousEventId: number, details: Record<string, unknown>): void {
    if (this.status !== 'RUNNING') return
    this.status = status
    this.stopDate = this.host.clock.now()
    const type = {
      SUCCEEDED: 'Succeeded',
      FAILED: 'Failed',
      TIMED_OUT: 'TimedOut',
      ABORTED: 'Aborted',
      RUNNING: '',
    }
    this.history.close(`Execution${type[status]}`, previousEventId, details)
    this.#thread.cancel()
    this.host.publishEvent(statusEvent(this))
    for (const listener of this.#listeners.splice(0)) listener()
  }
}
