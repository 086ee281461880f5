import type { AutomationExecutionStatus, StepExecution } from '@aws-sdk/client-ssm'
import type { Iam } from '../../iam/iam.ts'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import { AwsError, type Principal, type ServiceDeps } from '../types.ts'
import { actions, StepCancelled, StepFailed, StepTimedOut } from './automation-actions.ts'
import type { Step } from './automation-document.ts'
import { type Execution, happeningOf, isCritical, textsOf } from './automation-execution.ts'
import { resolved } from './automation-values.ts'

/** The part of the emulator that runs runbooks: who may do what, and the calls themselves. */
export interface AutomationHost {
  iam: Iam
  call(request: {
    principal: Principal
    service: string
    operation: string
    input: unknown
    account: string
    region: string
  }): Promise<unknown>
  /** What calls are made for, at the moment. */
  attribution: string
  /** What was started for what, by ARN. */
  startedFor: Map<string, string>
}

/** A step that ended: as what, and why. */
interface Ended {
  status: 'Success' | 'Failed' | 'TimedOut' | 'Cancelled'
  message?: string
}

/** Seconds that each attempt takes beside what the action waits for, and that a cancelled execution has to clean up. */
const stepTakes = 2
const cleanUpFor = 120

/** Runs a runbook from its first step, each step as the runbook's role, until the execution is over. */
export const runExecution = (execution: Execution, deps: ServiceDeps, host: AutomationHost) =>
  new Runner(execution, deps, host).run()

class Runner {
  readonly #execution: Execution
  readonly #deps: ServiceDeps
  readonly #host: AutomationHost

  constructor(execution: Execution, deps: ServiceDeps, host: AutomationHost) {
    this.#execution = execution
    this.#deps = deps
    this.#host = host
  }

  async run(): Promise<void> {
    const execution = this.#execution
    const { mainSteps } = execution.document
    const named = (option = 'Abort') => mainSteps.find(({ name }) => `step:${name}` === option)
    let worst: AutomationExecutionStatus = 'Success'
    let cancelledAt: number | undefined
    let next = mainSteps[0]
    if (execution.status === 'Pending') execution.status = 'InProgress'
    while (next) {
      const step: Step = next
      if (cancelledAt !== undefined && this.#now() > cancelledAt + cleanUpFor * 1_000) break
      // Cleaning up after a cancellation cannot be cancelled.
      const signal = cancelledAt === undefined ? execution.cancel.signal : new AbortController().signal
      const { status, message } = await this.#step(step, signal)
      const follows = step.nextStep ? named(`step:${step.nextStep}`) : mainSteps[mainSteps.indexOf(step) + 1]
      if (status === 'Cancelled') {
        cancelledAt = this.#now()
        next = named(step.onCancel)
        continue
      }
      if (status !== 'Success' && this.#decides(step) && worst === 'Success') {
        worst = status
        execution.failure = `Step ${step.name} is ${status}. ${message}`
      }
      const goesOn = status === 'Success' || step.onFailure === 'Continue'
      next = step.isEnd ? undefined : goesOn ? follows : named(step.onFailure)
    }
    execution.status = cancelledAt === undefined ? worst : 'Cancelled'
    execution.ended = new Date(this.#now())
    this.#deps.emit(happeningOf(execution))
  }

  /** Whether the execution fails with the step. */
  #decides(step: Step): boolean {
    const leadsOn = step.isCritical === undefined && step.onFailure?.startsWith('step:')
    return leadsOn && this.#deps.isStrict('critical-by-default') ? false : isCritical(step)
  }

  /** Tries a step as often as it may be. Only the last attempt counts. */
  async #step(step: Step, signal: AbortSignal): Promise<Ended> {
    const record = this.#execution.steps.get(step.name) as StepExecution
    record.StepStatus = 'InProgress'
    record.ExecutionStartTime = new Date(this.#now())
    let ended: Ended = { status: 'Failed' }
    for (let attempt = 0; attempt < (step.maxAttempts ?? 1); attempt++) {
      ended = await this.#attempt(step, signal)
      if (ended.status === 'Success' || ended.status === 'Cancelled') break
    }
    const { status, message } = ended
    record.StepStatus = status
    record.ExecutionEndTime = new Date(this.#now())
    if (message !== undefined) record.FailureMessage = message
    this.#deps.emit(happeningOf(this.#execution, record))
    return ended
  }

  async #attempt(step: Step, signal: AbortSignal): Promise<Ended> {
    const act = actions[step.action]
    if (!act) throw new UnsupportedFeature('automation action', step.action)
    const until = this.#now() + (step.timeoutSeconds ?? 3_600) * 1_000
    const sleep = async (seconds: number) => {
      await this.#sleep(seconds, signal)
      if (this.#now() > until) throw new StepTimedOut(`Step timed out while it was ${step.action}`)
    }
    try {
      await sleep(stepTakes)
      const inputs = resolved(step.inputs, (name) => namedIn(this.#execution, name)) as Record<string, unknown>
      this.#keep(step, 'Inputs', inputs)
      const bench = { sleep, call: this.#calls() }
      this.#keep(step, 'Outputs', await act(bench, inputs, step))
      return { status: 'Success' }
    } catch (error) {
      if (error instanceof StepCancelled) return { status: 'Cancelled' }
      if (error instanceof StepTimedOut) return { status: 'TimedOut', message: error.message }
      if (error instanceof StepFailed) this.#keep(step, 'Outputs', error.outputs)
      else if (!(error instanceof AwsError) || error.status === 501) throw error
      return { status: 'Failed', message: messageOf(error, step) }
    }
  }

  #keep({ name }: Step, what: 'Inputs' | 'Outputs', values: Record<string, unknown>) {
    const record = this.#execution.steps.get(name) as StepExecution
    const reported = Object.entries(values).map(([key, value]) => [key, textsOf(value)] as const)
    if (what === 'Inputs') record.Inputs = Object.fromEntries(reported.map(([key, texts]) => [key, texts.join()]))
    else if (reported.length > 0) record.Outputs = Object.fromEntries(reported)
    if (what === 'Outputs')
      for (const [key, value] of Object.entries(values)) this.#execution.outputs.set(`${name}.${key}`, value)
  }

  /** Calls as the runbook's role, for whatever the execution works for. */
  #calls() {
    const { account, region, id, document, tag } = this.#execution
    const host = this.#host
    const principal = host.iam.principalOf(document.assumeRole ?? '', `Automation-${id}`)
    return (service: string, operation: string, input: Record<string, unknown>) => {
      const before = host.attribution
      host.attribution = tag
      // The call notes what it is for as it begins.
      const answer = host.call({ principal, service, operation, input, account, region })
      host.attribution = before
      return answer
    }
  }

  #now(): number {
    return this.#deps.clock.now()
  }

  #sleep(seconds: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new StepCancelled())
      const wake = clock.at(clock.now() + seconds * 1_000, () => {
        signal.removeEventListener('abort', cancelled)
        resolve()
      })
      const cancelled = () => {
        wake()
        reject(new StepCancelled())
      }
      signal.addEventListener('abort', cancelled, { once: true })
    })
  }
}

function namedIn({ id, values, outputs }: Execution, name: string): unknown {
  if (name === 'automation:EXECUTION_ID') return id
  const value = Object.hasOwn(values, name) ? values[name] : outputs.get(name)
  if (value === undefined) throw new StepFailed(`the variable {{ ${name} }} has no value`)
  return value
}

const messageOf = ({ name, message }: Error, { action }: Step) =>
  name === 'Error' ? message : `Step fails when it is performing ${action}. An error occurred (${name}): ${message}`
