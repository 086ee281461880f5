import type { Json, JsonObject } from './types.ts'

/** A state machine's definition in the Amazon States Language, JSONata only, as `checkDefinition` lets it through. */
export interface Definition extends Workflow {
  QueryLanguage?: 'JSONata'
  TimeoutSeconds?: number
  Version?: string
}

/** States and where they start: a state machine, a branch of a Parallel, the item processor of a Map. */
export interface Workflow {
  Comment?: string
  StartAt: string
  States: Record<string, State>
}

export type State = PassState | ChoiceState | WaitState | SucceedState | FailState | WorkState
/** The states that do work: they can be retried and their errors caught. */
export type WorkState = TaskState | ParallelState | MapState

interface Common {
  Comment?: string
  QueryLanguage?: 'JSONata'
  Output?: Json
}

interface Transition extends Common {
  Next?: string
  End?: boolean
  Assign?: JsonObject
}

export interface PassState extends Transition {
  Type: 'Pass'
}

export interface ChoiceState extends Common {
  Type: 'Choice'
  Choices: ChoiceRule[]
  Default?: string
  Assign?: JsonObject
}

interface ChoiceRule {
  Comment?: string
  Condition: boolean | string
  Next: string
  Assign?: JsonObject
  Output?: Json
}

export interface WaitState extends Transition {
  Type: 'Wait'
  Seconds?: number | string
  Timestamp?: string
}

export interface SucceedState extends Common {
  Type: 'Succeed'
}

export interface FailState extends Omit<Common, 'Output'> {
  Type: 'Fail'
  Error?: string
  Cause?: string
}

interface Work extends Transition {
  Retry?: Retrier[]
  Catch?: Catcher[]
}

export interface TaskState extends Work {
  Type: 'Task'
  Resource: string
  Arguments?: Json
  TimeoutSeconds?: number | string
  HeartbeatSeconds?: number | string
}

export interface ParallelState extends Work {
  Type: 'Parallel'
  Branches: Workflow[]
  Arguments?: Json
}

export interface MapState extends Work {
  Type: 'Map'
  ItemProcessor: Workflow & {
    ProcessorConfig?: { Mode?: 'INLINE' | 'DISTRIBUTED'; ExecutionType?: 'STANDARD' }
  }
  Items?: Json
  ItemSelector?: Json
  MaxConcurrency?: number | string
  ToleratedFailureCount?: number | string
  ToleratedFailurePercentage?: number | string
  Label?: string
}

export interface Retrier {
  Comment?: string
  ErrorEquals: string[]
  IntervalSeconds?: number
  MaxAttempts?: number
  BackoffRate?: number
  MaxDelaySeconds?: number
  JitterStrategy?: 'FULL' | 'NONE'
}

interface Catcher {
  Comment?: string
  ErrorEquals: string[]
  Next: string
  Assign?: JsonObject
  Output?: Json
}
