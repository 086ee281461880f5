import type { VirtualClock } from '../clock.ts'
import type { EventEnvelope } from '../event.ts'
import type { OpenQuestionName } from '../open-questions.ts'
import type { Random } from '../random.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Fixed quota: 256 KiB of UTF-8 for a payload, and for the variables that one Assign sets. */
export const PAYLOAD_LIMIT = 262_144

/**
 * Fixed quotas: characters of a cause and of an error's name, wherever they stand.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskFailedEventDetails.html
 */
export const CAUSE_LIMIT = 32_768
export const ERROR_LIMIT = 256

/** Who calls: the state machine's role, and the execution and state the call is made for. */
interface Caller {
  roleArn: string
  executionArn: string
  state: string
}

/** What the engine needs from outside. Calls take virtual time themselves, through `clock.sleep`. */
export interface Host {
  clock: VirtualClock
  random: Random
  account: string
  region: string
  /**
   * Invokes a function. A rejection is the function's failure: a TaskFailure as it is; any other error becomes
   * one with its name as the error and `{errorType, errorMessage, trace}` as the cause.
   */
  invokeFunction(call: Caller & { functionArn: string; payload: Json }): Promise<{ payload: unknown }>
  /**
   * Calls an API action. `service` and `action` are as in the resource's ARN (`imagebuilder`, `getImage`; nested
   * executions come as `states`, `startExecution`); arguments and result have the SDK's PascalCase members. A
   * rejection that is no TaskFailure becomes `<Service>.<its name>Exception`, as Step Functions names errors, or the general name of the
   * service where `modelled` of the error is false: the API's model has no shape of its name.
   */
  callService(call: Caller & { service: string; action: string; arguments: JsonObject }): Promise<unknown>
  /** How questions that AWS leaves open are read. Default: strictly. */
  isStrict?: (question: OpenQuestionName) => boolean
  /** Publishes `Step Functions Execution Status Change` on the default bus. */
  publishEvent(event: EventEnvelope): void
}

/** What makes a state fail: the names that Retry and Catch match, and the text that goes with them. */
export class TaskFailure extends Error {
  readonly error: string | undefined
  override readonly cause: string | undefined

  constructor(error: string | undefined, cause?: string) {
    super(`${error ?? 'no error name'}: ${cause ?? ''}`)
    this.name = 'TaskFailure'
    this.error = error
    this.cause = cause
  }
}

/** An error of the Step Functions API; `name` is the error's code on the wire. */
export class StatesError extends Error {
  readonly status = 400

  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}
