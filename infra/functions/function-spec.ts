import type { Permission } from '../permissions.ts'

/** One function: what it is for, what it gets, and what it may do beside logging and tracing. */
export interface FunctionSpec {
  description: string
  /** Invoked by a rule, a schedule, a topic or CloudFormation, with nobody waiting: what fails goes to the dead letters. */
  asynchronous?: boolean
  /** How often Lambda tries an asynchronous invocation again after it failed; 2 if nothing is said. */
  retryAttempts?: number
  /** How many may run at once; as many as there is to do if nothing is said. */
  concurrency?: number
  /** Seconds; 30 if nothing is said. A state that calls it waits a little longer. */
  timeout?: number
  environment: Record<string, string>
  permissions: Permission[]
}
