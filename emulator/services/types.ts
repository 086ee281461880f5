import type { OpenQuestionName } from '../open-questions.ts'
import type { Random } from '../random.ts'

/** The part of the virtual clock that the emulator needs. */
export interface Clock {
  /** Virtual time, epoch milliseconds. */
  now(): number
  /** Runs an action when virtual time gets there; returns what cancels it. */
  at(time: number, action: () => void | Promise<void>): () => void
}

/** Who makes a call. The operator is a person at the `aws` command line, and may do everything. */
export interface Principal {
  kind: 'role' | 'operator'
  account: string
  /** The role's logical id in its template; '' for the operator. */
  role: string
  /** '' for the operator. */
  roleArn: string
  /** The session's. */
  arn: string
  session: string
}

/** One API call. `account`, `region` and `tag`, the label of the work that it is for, are not part of what `callLine` writes. */
export interface CallRecord {
  time: string
  principal: string
  service: string
  operation: string
  input: unknown
  output?: unknown
  error?: { name: string; message: string }
  account: string
  region: string
  tag: string
}

/** A call as a line of JSON. */
export function callLine({ account: _a, region: _r, tag: _t, ...written }: CallRecord): string {
  return JSON.stringify(written)
}

/** What an operation knows besides its input. */
export interface Context {
  account: string
  region: string
  principal: Principal
  /** Virtual time. */
  now: Date
  requestId: string
}

/** One IAM permission that a call needs. */
export interface Permission {
  action: string
  /** The resource's ARN, '*' for actions without resources; left out where the right for any one will do. */
  resource?: string
  /** Condition keys beyond the global ones, such as iam:PassedToService; a list for a key that has several values. */
  context?: Record<string, string | string[]>
}

// biome-ignore lint/suspicious/noExplicitAny: inputs are checked against the service's model before they get here
export type Operation = (input: any, context: Context) => unknown
// biome-ignore lint/suspicious/noExplicitAny: as above
export type PermissionsOf = (input: any, context: Context) => Permission[]

/** A service: its operations by name, and the permissions of those that are not simply on '*'. */
export interface Service {
  operations: Record<string, Operation>
  permissions?: Record<string, PermissionsOf>
}

/** EventBridge's time has no fraction of a second. */
export const eventTime = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z')

export interface Bus {
  account: string
  region: string
  name: string
}

/** What a service says happened; the envelope adds the id, the time and the version. */
export interface ServiceEvent {
  source: string
  detailType: string
  account: string
  region: string
  resources: string[]
  detail: Record<string, unknown>
}

/** What may be there, and not be answered yet. */
export type Late = { kind: 'image'; arn: string } | { kind: 'ami'; id: string; imageArn: string } | LateParameter
type LateParameter = { kind: 'parameter'; name: string; dataType: string; account: string; region: string }

/** What services share: time, chance, the event bus, and how what AWS leaves open is read. */
export interface ServiceDeps {
  isStrict(question: OpenQuestionName): boolean
  /** How many milliseconds a change is older before an answer shows it. */
  lateBy(what: Late): number
  clock: Clock
  random: Random
  emit(serviceEvent: ServiceEvent): void
}

/** An error as the service's model has it: the name of the shape, the message, and its HTTP status. */
export class AwsError extends Error {
  /** The HTTP status; the model's own, or 400, where it is not given. */
  readonly status: number | undefined
  /** Further members of the error's shape, such as the Item of a failed condition. */
  readonly members: Record<string, unknown>

  constructor(name: string, message: string, status?: number, members: Record<string, unknown> = {}) {
    super(message)
    this.name = name
    this.status = status
    this.members = members
  }
}
