import { checkDefinition, problemText } from './check/check.ts'
import type { Definition, Workflow } from './definition.ts'
import { Execution } from './execution.ts'
import { Tokens } from './tokens.ts'
import { type Host, type Json, StatesError } from './types.ts'

// The engine is ours because no npm interpreter handles JSONata, Assign, task tokens and distributed Map.

/** A state machine; `definition` is the text it was created with, `workflow` what that says. */
export interface StateMachine {
  arn: string
  name: string
  roleArn: string
  definition: string
  workflow: Definition
  creationDate: number
  revisionId?: string
  tags: { key: string; value: string }[]
}

/** State machines and executions of one account and region. Time is the host's clock: run it to make them move. */
export class StepFunctions {
  readonly host: Host
  readonly tokens = new Tokens()
  readonly stateMachines = new Map<string, StateMachine>()
  readonly executions = new Map<string, Execution>()

  constructor(host: Host) {
    this.host = host
  }

  /** Tasks that wait for SendTaskSuccess, SendTaskFailure or SendTaskHeartbeat. */
  get outstandingTokens(): number {
    return this.tokens.outstanding()
  }

  /** Throws InvalidName, InvalidDefinition, StateMachineAlreadyExists. The same again changes nothing. */
  createStateMachine(o: {
    name: string
    definition: string
    roleArn: string
    tags?: { key: string; value: string }[] | undefined
  }): StateMachine {
    checkName(o.name)
    const workflow = parseDefinition(o.definition)
    const arn = this.arn('stateMachine', o.name)
    const known = this.stateMachines.get(arn)
    if (known) {
      if (known.definition === o.definition && known.roleArn === o.roleArn) return known
      throw new StatesError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`)
    }
    const { name, definition, roleArn, tags = [] } = o
    const machine = { arn, name, roleArn, definition, workflow, creationDate: this.host.clock.now(), tags }
    this.stateMachines.set(arn, machine)
    return machine
  }

  /** Executions under way go on with the definition that they started with. */
  updateStateMachine(arn: unknown, o: { definition?: string | undefined; roleArn?: string | undefined }): StateMachine {
    const machine = this.stateMachine(arn)
    if (o.definition !== undefined) {
      machine.workflow = parseDefinition(o.definition)
      machine.definition = o.definition
    }
    machine.roleArn = o.roleArn ?? machine.roleArn
    machine.revisionId = this.host.random.fork(`revision/${machine.arn}/${machine.revisionId ?? ''}`).uuid()
    return machine
  }

  /** Executions under way go on; those that ended go with the state machine. */
  deleteStateMachine(arn: unknown): void {
    this.stateMachines.delete(checkArn(arn, 'stateMachine'))
    for (const { stateMachine, status, arn: ended } of this.executions.values()) {
      if (stateMachine.arn === arn && status !== 'RUNNING') this.executions.delete(ended)
    }
  }

  stateMachine(arn: unknown): StateMachine {
    const machine = this.stateMachines.get(checkArn(arn, 'stateMachine'))
    if (!machine) throw new StatesError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
    return machine
  }

  execution(arn: unknown): Execution {
    const execution = this.executions.get(checkArn(arn, 'execution'))
    if (!execution) throw new StatesError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
    return execution
  }

  /**
   * Starts an execution; it begins in the clock's next turn. A name is used once: the same name and input while
   * that execution runs gives it again, anything else is ExecutionAlreadyExists.
   */
  startExecution(o: { stateMachineArn: unknown; name?: string | undefined; input?: string | undefined }): Execution {
    const machine = this.stateMachine(o.stateMachineArn)
    const name = o.name ?? this.host.random.fork(`execution/${machine.arn}/${this.executions.size}`).uuid()
    checkName(name)
    const input = checkInput(o.input ?? '{}')
    const arn = this.arn('execution', `${machine.name}:${name}`)
    const known = this.executions.get(arn)
    if (known) {
      if (known.status === 'RUNNING' && known.input === input) return known
      throw new StatesError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`)
    }
    const { roleArn, workflow } = machine
    const stateMachine = { arn: machine.arn, name: machine.name }
    return this.#begin(new Execution({ engine: this, arn, name, stateMachine, roleArn, workflow, input }))
  }

  /** Starts the child execution of one item of a distributed Map. */
  startMapChild(o: {
    parent: Execution
    mapRunArn: string
    label: string
    name: string
    workflow: Workflow
    input: Json
  }): Execution {
    const { parent, name, workflow, mapRunArn } = o
    const stateMachine = {
      arn: `${parent.stateMachine.arn}/${o.label}`,
      name: `${parent.stateMachine.name}/${o.label}`,
    }
    const arn = this.arn('execution', `${stateMachine.name}:${name}`)
    const input = JSON.stringify(o.input)
    const { roleArn } = parent
    const child = new Execution({
      engine: this,
      arn,
      name,
      stateMachine,
      roleArn,
      workflow,
      input,
      mapRunArn,
    })
    child.parent = parent.arn
    return this.#begin(child)
  }

  arn(kind: 'stateMachine' | 'execution', name: string): string {
    return `arn:aws:states:${this.host.region}:${this.host.account}:${kind}:${name}`
  }

  #begin(execution: Execution): Execution {
    this.executions.set(execution.arn, execution)
    execution.start()
    return execution
  }
}

function parseDefinition(text: unknown): Definition {
  let definition: unknown
  try {
    definition = JSON.parse(text as string)
  } catch (error) {
    throw invalidDefinition(`INVALID_JSON_DESCRIPTION: ${(error as Error).message}`)
  }
  const problems = checkDefinition(definition)
  if (problems.length > 0) throw invalidDefinition(problems.map(problemText).join(', '))
  return definition as Definition
}

function invalidDefinition(reason: string): StatesError {
  return new StatesError('InvalidDefinition', `Invalid State Machine Definition: '${reason}'`)
}

/** Names of state machines and executions (AWS: API_StartExecution, `name`). */
function checkName(name: unknown): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the API forbids exactly these
  const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/
  if (typeof name !== 'string' || name.length < 1 || name.length > 80 || forbidden.test(name)) {
    throw new StatesError('InvalidName', `Invalid Name: '${name}'`)
  }
}

function checkArn(arn: unknown, kind: string): string {
  const form = new RegExp(`^arn:aws[a-z-]*:states:[a-z0-9-]+:\\d{12}:${kind}:.+$`)
  if (typeof arn === 'string' && form.test(arn)) return arn
  throw new StatesError('InvalidArn', `Invalid Arn: '${arn}'`)
}

function checkInput(input: unknown): string {
  try {
    if (typeof input !== 'string' || Buffer.byteLength(input) > 262_144) {
      throw new Error('Invalid execution input.')
    }
    JSON.parse(input)
    return input
  } catch (error) {
    const reason = (error as Error).message
    throw new StatesError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${reason}'`)
  }
}
