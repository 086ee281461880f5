import type { State } from './definition.ts'
import type { Execution } from './execution.ts'
import { EvaluationError, evaluate } from './expressions.ts'
import { addedFunctions } from './functions.ts'
import { errorDetails, inputDetails, outputDetails } from './history.ts'
import type { Scope } from './scope.ts'
import type { Thread } from './thread.ts'
import { isoTime } from './time.ts'
import { CAUSE_LIMIT, ERROR_LIMIT, type Json, type JsonObject, PAYLOAD_LIMIT, TaskFailure } from './types.ts'

/** Where a state leaves to; without `next` the workflow that it belongs to ends with `output`. */
export interface Step {
  output: Json
  next: string | undefined
}

/** Extra members of $states: `result` after the work, `errorOutput` in a catcher. */
type Extra = { result?: Json; errorOutput?: Json }

/** The types of the states that can be retried. */
const RETRIED = new Set(['Task', 'Parallel', 'Map'])

/** One stay in a state, from Entered to Exited: its input, and what its expressions see. */
export class Visit<S extends State = State> {
  readonly execution: Execution
  readonly thread: Thread
  readonly name: string
  readonly state: S
  readonly input: Json
  readonly scope: Scope
  /** What the context object has for the item of a Map that the state belongs to. */
  readonly item: JsonObject | undefined
  retries = 0
  /** The task token of the current attempt, where there is one. */
  token: string | undefined
  readonly #enteredAt: number
  readonly #enteredId: number
  #draws = 0

  constructor(o: {
    execution: Execution
    thread: Thread
    name: string
    state: S
    input: Json
    scope: Scope
    item: JsonObject | undefined
  }) {
    this.execution = o.execution
    this.thread = o.thread
    this.name = o.name
    this.state = o.state
    this.input = o.input
    this.scope = o.scope
    this.item = o.item
    this.#enteredAt = this.execution.host.clock.now()
    this.#enteredId = this.thread.record(`${o.state.Type}StateEntered`, {
      name: o.name,
      ...inputDetails(JSON.stringify(o.input)),
    })
    this.thread.current = o.state.Type
  }

  /** A stable seed for what this visit draws: the same in every run, whatever else draws. */
  random(label: string) {
    return this.execution.host.random.fork(`${this.execution.arn}/${this.#enteredId}/${label}`)
  }

  /** A failure that the engine itself raises, in the words of Step Functions. */
  failure(error: string, cause: string): TaskFailure {
    const where = `An error occurred while executing the state '${this.name}' (entered at the event id #${this.#enteredId}).`
    return new TaskFailure(error, `${where} ${cause}`)
  }

  /** The value of a field; an expression that fails is recorded and raised as States.QueryEvaluationError. */
  async evaluate(template: Json, field: string, extra: Extra = {}, item = this.item): Promise<Json> {
    try {
      return await evaluate(template, field, () => this.#bindings(extra, item))
    } catch (error) {
      if (error instanceof EvaluationError) throw this.queryError(error.location, error.message)
      throw error
    }
  }

  queryError(location: string, cause: string): TaskFailure {
    const failure = this.failure('States.QueryEvaluationError', cause)
    this.thread.record('EvaluationFailed', { ...errorDetails(failure), location, state: this.name })
    return failure
  }

  /** A field that must come to a JSON type. */
  async typed(template: Json, field: string, type: 'string' | 'boolean' | 'array' | 'number'): Promise<Json> {
    const value = await this.evaluate(template, field)
    const actual = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
    if (actual === type) return value
    const text = JSON.stringify(value)
    throw this.queryError(
      field,
      `The JSONata expression '${String(template).slice(2, -2).trim()}' specified for the field '${field}' returned an unexpected result type. Expected '${type}', but was '${actual}' for value: ${text}`,
    )
  }

  /** A field that must come to a whole number between `min` and `max`; undefined when it is absent. */
  async integer(
    template: number | string | undefined,
    field: string,
    min: number,
    max = 99_999_999,
  ): Promise<number | undefined> {
    if (template === undefined) return undefined
    const value = (await this.typed(template, field, 'number')) as number
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw this.queryError(field, `The field '${field}' must be an integer from ${min} to ${max}, but was ${value}`)
  }

  /** A failure within the quotas of its texts. */
  limitFailure(failure: TaskFailure): TaskFailure {
    const { error, cause } = failure
    if (Number(error?.length ?? 0) <= ERROR_LIMIT && Number(cause?.length ?? 0) <= CAUSE_LIMIT) return failure
    if (this.execution.host.isStrict?.('cause-above-32768-characters') ?? true)
      return this.failure(
        'States.DataLimitExceeded',
        'The error or the cause exceeds the maximum number of characters service limit.',
      )
    return new TaskFailure(error?.slice(0, ERROR_LIMIT), cause?.slice(0, CAUSE_LIMIT))
  }

  /** Refuses a payload above the quota. */
  limit(value: Json): Json {
    if (Buffer.byteLength(JSON.stringify(value)) <= PAYLOAD_LIMIT) return value
    throw this.failure(
      'States.DataLimitExceeded',
      `The state/task '${this.name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    )
  }

  /**
   * Leaves the state. Output and Assign both see the variables as they were on entry; the new values are there
   * from the next state on. `prefix` is where the two fields are: '' for the state's own.
   */
  async exit(
    from: { Output?: Json; Assign?: JsonObject },
    o: { next: string | undefined; fallback: Json; prefix?: string; extra?: Extra },
  ): Promise<Step> {
    const prefix = o.prefix ?? ''
    const assigned = from.Assign && ((await this.evaluate(from.Assign, `${prefix}Assign`, o.extra)) as JsonObject)
    const output = from.Output === undefined ? o.fallback : await this.evaluate(from.Output, `${prefix}Output`, o.extra)
    this.limit(output)
    if (assigned) this.scope.assign(this.limit(assigned) as JsonObject)
    this.thread.record(`${this.state.Type}StateExited`, {
      name: this.name,
      ...outputDetails(JSON.stringify(output)),
      ...(assigned &&
        Object.keys(assigned).length > 0 && {
          assignedVariables: mapValues(assigned, (value) => JSON.stringify(value)),
          assignedVariablesDetails: { truncated: false },
        }),
    })
    this.thread.current = undefined
    return { output, next: o.next }
  }

  #bindings(extra: Extra, item: JsonObject | undefined): Record<string, unknown> {
    const now = this.execution.host.clock.now()
    const random = this.random(`expression/${this.#draws++}`)
    return {
      ...addedFunctions(now, () => random),
      ...this.scope.variables,
      states: { input: this.input, context: this.#context(item), ...extra },
    }
  }

  /** The context object (AWS: step-functions/latest/dg/input-output-contextobject.html). */
  #context(item: JsonObject | undefined): JsonObject {
    return {
      ...this.execution.context,
      State: {
        Name: this.name,
        EnteredTime: isoTime(this.#enteredAt),
        ...(RETRIED.has(this.state.Type) && { RetryCount: this.retries }),
      },
      ...(item && { Map: { Item: item } }),
      ...(this.token && { Task: { Token: this.token } }),
    }
  }
}

function mapValues<A, B>(object: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))
}
