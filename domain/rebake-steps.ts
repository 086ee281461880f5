/** How far along a rebake is at each of its states that do its own work, by the state machine's names for them. */
const reached: Record<string, number> = {
  'Claim Image': 0.01,
  'Await Opening': 0.01,
  'Start Bake': 0.03,
  'Await Quota': 0.03,
  'Await Bake': 0.04,
  'Inspect Bake': 0.7,
  'Run Checks': 0.72,
  'Mark Candidate': 0.75,
  'Take Turn': 0.76,
  'Start Distribution': 0.78,
  'Await Ring': 0.78,
  'Request Approval': 0.78,
  'Await Copy Quota': 0.78,
  'Await Distribution': 0.8,
  'Let Targets Recover': 0.8,
  'Retry Distribution': 0.8,
  'Verify Distribution': 0.88,
  'Publish Pointers': 0.9,
  Soak: 0.92,
  'Promote Channels': 0.97,
  'Release Image': 0.98,
}

export const steps: readonly string[] = Object.keys(reached)

/** Whether a state is one of the image's own work: a rebake is also in others while it waits for its children. */
export const isStep = (state: string): boolean => Object.hasOwn(reached, state)

/**
 * How much of a rebake is done in a step, 0 to 1; the bake takes its estimated time.
 * @param seconds since the step began
 * @param estimate seconds that the bake usually takes
 */
export function doneAt(step: string, seconds: number, estimate: number): number {
  const start = reached[step] ?? 0
  return step === 'Await Bake' ? start + 0.65 * Math.min(1, seconds / Math.max(1, estimate)) : start
}
