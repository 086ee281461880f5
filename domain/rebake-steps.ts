import type { RebakeState } from './state-names.ts'

/** What a rebake can wait for at a step, other than for work of its own. */
export type WaitKind =
  | 'bake-lock'
  | 'rollout-lock'
  | 'change-window'
  | 'build-quota'
  | 'copy-quota'
  | 'copy-retry'
  | 'approval'
  | 'soak'

interface Step {
  /** How much of the rebake is done when the step begins, 0 to 1. */
  done: number
  waitsFor?: WaitKind
}

/** The states in which a rebake does, or waits to do, its own work, in order; then those that are no step of it. */
const steps: Record<RebakeState, Step | null> = {
  'Acquire Bake Lock': { done: 0.01, waitsFor: 'bake-lock' },
  'Wait for Change Window': { done: 0.01, waitsFor: 'change-window' },
  'Start Bake': { done: 0.03 },
  'Wait for Build Quota': { done: 0.03, waitsFor: 'build-quota' },
  'Await Bake': { done: 0.04 },
  'Inspect Bake': { done: 0.7 },
  'Await Answer': { done: 0.7 },
  'Run Checks': { done: 0.72 },
  'Mark Candidate': { done: 0.75 },
  'Acquire Rollout Lock': { done: 0.76, waitsFor: 'rollout-lock' },
  'Start Distribution': { done: 0.78 },
  'Wait for Ring Window': { done: 0.78, waitsFor: 'change-window' },
  'Request Approval': { done: 0.78, waitsFor: 'approval' },
  'Wait for Copy Quota': { done: 0.78, waitsFor: 'copy-quota' },
  'Await Distribution': { done: 0.8 },
  'Wait before Copy Retry': { done: 0.8, waitsFor: 'copy-retry' },
  'Retry Distribution': { done: 0.8 },
  'Verify Distribution': { done: 0.88 },
  'Publish Pointers': { done: 0.9 },
  Soak: { done: 0.92, waitsFor: 'soak' },
  'Promote Channels': { done: 0.97 },
  'Release Image': { done: 0.98 },
  'Is It Baked Already?': null,
  'Can the Bake Be Retried?': null,
  'Is the Bake Done?': null,
  'Bake Failed': null,
  'Cancel Bake': null,
  'Run Check': null,
  'Checks Failed': null,
  'Roll Out and Rebake Children': null,
  'Roll Out': null,
  'Can the Copy Be Retried?': null,
  'Ring Failed': null,
  'Record Rollout Failure': null,
  'Keep Children Running': null,
  'Rebake Children': null,
  'Rebake Child': null,
  'Did the Child Run?': null,
  'Fail Child': null,
  'Continue with Other Children': null,
  'Was It Rolled Out?': null,
  'Rebake Done': null,
  'Record Rebake Failure': null,
  'Was It Superseded?': null,
  'Rebake Failed': null,
}

/** Undefined where this version does not know the state. */
const stepAt = (state: string): Step | null | undefined =>
  Object.hasOwn(steps, state) ? steps[state as RebakeState] : undefined

/**
 * Whether a state is one of the image's own work: a rebake is also in others while it waits for its children. One that this
 * version does not know is taken for one, so that people see where an execution of another version is.
 */
export const isStep = (state: string): boolean => state !== '' && stepAt(state) !== null

/** What a rebake waits for in a step; undefined where it works, or nobody knows. */
export const waitAt = (step: string): WaitKind | undefined => stepAt(step)?.waitsFor

/**
 * How much of a rebake is done in a step, 0 to 1; the bake takes its estimated time.
 * @param seconds since the step began
 * @param estimate seconds that the bake usually takes
 */
export function doneAt(step: string, seconds: number, estimate: number): number {
  const start = stepAt(step)?.done ?? 0
  const bake: RebakeState = 'Await Bake'
  return step === bake ? start + 0.65 * Math.min(1, seconds / Math.max(1, estimate)) : start
}
