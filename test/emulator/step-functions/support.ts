import { VirtualClock } from '../../../emulator/clock.ts'
import type { EventEnvelope } from '../../../emulator/event.ts'
import { Random } from '../../../emulator/random.ts'
import type { Definition, State, Workflow } from '../../../emulator/step-functions/definition.ts'
import type { Execution } from '../../../emulator/step-functions/execution.ts'
import { type Operation, stepFunctionsService } from '../../../emulator/step-functions/service.ts'
import { StepFunctions } from '../../../emulator/step-functions/step-functions.ts'
import type { Host, Json, JsonObject } from '../../../emulator/step-functions/types.ts'

export const START = Date.parse('2026-01-05T09:00:00.000Z')
export const ROLE = 'arn:aws:iam::111122223333:role/machine'
export const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:work'
const INVOKE = 'arn:aws:states:::lambda:invoke'
export const SYNC = 'arn:aws:states:::states:startExecution.sync:2'

export type Call = Parameters<Host['callService']>[0]
export type Invocation = Parameters<Host['invokeFunction']>[0]

/** A small cloud: functions and services are what a test says, nested executions go to the engine itself. */
export class Cloud {
  readonly clock = new VirtualClock(START)
  readonly events: EventEnvelope[] = []
  readonly calls: Call[] = []
  readonly invocations: Invocation[] = []
  readonly engine: StepFunctions
  readonly api: Record<string, Operation>
  /** What functions do; `seconds` is how long they take. */
  work: (payload: never, invocation: Invocation) => unknown = (payload) => payload
  seconds = 0
  /** How the questions that AWS leaves open are read. */
  isStrict = true
  serve: (call: Call) => unknown = () => ({})
  #machines = 0

  constructor(seed: string | number = 1) {
    this.engine = new StepFunctions({
      clock: this.clock,
      random: new Random(seed),
      account: '111122223333',
      region: 'eu-west-1',
      isStrict: () => this.isStrict,
      invokeFunction: async (invocation) => {
        this.invocations.push(invocation)
        await this.clock.sleep(this.seconds * 1000)
        return { payload: await this.work(invocation.payload as never, invocation) }
      },
      callService: async (call) => {
        this.calls.push(call)
        if (call.service !== 'states') return this.serve(call)
        const { StateMachineArn: stateMachineArn, Name: name, Input: input } = call.arguments
        const { executionArn, startDate } = this.operation('StartExecution', {
          stateMachineArn,
          ...(name !== undefined && { name }),
          ...(input !== undefined && { input }),
        })
        return { ExecutionArn: executionArn, StartDate: startDate }
      },
      publishEvent: (event) => this.events.push(event),
    })
    this.api = stepFunctionsService(this.engine)
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect to be there
  operation(name: string, input: JsonObject | Record<string, unknown>): any {
    return this.api[name]?.(input)
  }

  /** Creates a state machine and returns its ARN. */
  machine(definition: Partial<Definition> & Workflow, name = `machine-${this.#machines++}`): string {
    const text = JSON.stringify({ QueryLanguage: 'JSONata', ...definition })
    return this.engine.createStateMachine({ name, definition: text, roleArn: ROLE }).arn
  }

  start(definition: Partial<Definition> & Workflow, input: Json = {}, name = 'run'): Execution {
    const stateMachineArn = this.machine(definition)
    return this.engine.startExecution({ stateMachineArn, name, input: JSON.stringify(input) })
  }

  /** Starts an execution and runs the clock until nothing is due. */
  async run(definition: Partial<Definition> & Workflow, input: Json = {}): Promise<Execution> {
    const execution = this.start(definition, input)
    await this.clock.run()
    return execution
  }

  /** Seconds of virtual time since the start. */
  get elapsed(): number {
    return (this.clock.now() - START) / 1000
  }
}

/** States in order: each goes to the next, the last ends, unless it says otherwise itself. */
export function chain(...states: (Record<string, unknown> & { Type: State['Type']; Name?: string })[]): Workflow {
  const names = states.map(({ Name }, i) => Name ?? `S${i + 1}`)
  const entries = states.map(({ Name: _, ...state }, i) => {
    const next = names[i + 1]
    const leaves = 'Next' in state || ['Choice', 'Succeed', 'Fail'].includes(state.Type)
    return [names[i], { ...state, ...(!leaves && (next ? { Next: next } : { End: true })) }]
  })
  return { StartAt: names[0] as string, States: Object.fromEntries(entries) }
}

/** A Task that calls the function `work` with a payload, and gives what that returns. */
export function invoke(
  payload: Json = '{% $states.input %}',
  more: object = {},
): Record<string, unknown> & { Type: 'Task' } {
  return {
    Type: 'Task',
    Resource: INVOKE,
    Arguments: { FunctionName: FUNCTION, Payload: payload },
    Output: '{% $states.result.Payload %}',
    ...more,
  }
}

export function output(execution: Execution): unknown {
  return execution.output === undefined ? undefined : JSON.parse(execution.output)
}

/** The history as lines: `id<previous type`. */
export function lines(execution: Execution): string[] {
  return execution.history.events.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`)
}

export function types(execution: Execution): string[] {
  return execution.history.events.map(({ type }) => type)
}

/** The details of the events of one type. */
export function details(execution: Execution, type: string): Record<string, unknown>[] {
  return execution.history.events
    .filter((event) => event.type === type)
    .map((event) => Object.entries(event).find(([name]) => name.endsWith('EventDetails'))?.[1] ?? {})
}

/** Seconds since the start at which events of one type happened. */
export function times(execution: Execution, type: string): number[] {
  return execution.history.events
    .filter((event) => event.type === type)
    .map(({ timestamp }) => (timestamp.getTime() - START) / 1000)
}

/** An error that a function throws. */
export function failure(name: string, message = 'no reason'): Error {
  const error = new Error(message)
  error.name = name
  return error
}
