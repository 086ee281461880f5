import { isObject } from './fields.ts'
import type { Problems } from './problem.ts'

/** Checks where states lead: every target exists, every state is reached, and some way ends. */
export function checkGraph(workflow: Record<string, unknown>, problems: Problems): void {
  const states = workflow.States
  if (!isObject(states) || typeof workflow.StartAt !== 'string') return
  const missing = (target: string, at: Problems) => {
    if (Object.hasOwn(states, target)) return
    at.add(`Missing 'Next' target: ${target}`, 'MISSING_TRANSITION_TARGET')
  }
  missing(workflow.StartAt, problems.at('StartAt'))
  for (const [name, state] of Object.entries(states)) {
    for (const { target, at } of targets(state, problems.at('States').at(name))) missing(target, at)
  }

  const reached = new Set<string>()
  const pending = [workflow.StartAt]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name) || !Object.hasOwn(states, name)) continue
    reached.add(name)
    for (const { target } of targets(states[name], problems)) pending.push(target)
  }
  for (const name of Object.keys(states)) {
    if (reached.has(name)) continue
    problems.at('States').at(name).add(`State "${name}" is not reachable.`, 'MISSING_TRANSITION_TARGET')
  }
  if (reached.size > 0 && ![...reached].some((name) => isTerminal(states[name]))) {
    problems.at('States').add('No state ends the workflow', 'MISSING_END_STATE')
  }
}

function isTerminal(state: unknown): boolean {
  return isObject(state) && (state.End === true || state.Type === 'Succeed' || state.Type === 'Fail')
}

function* targets(state: unknown, at: Problems): Generator<{ target: string; at: Problems }> {
  if (!isObject(state)) return
  for (const field of ['Next', 'Default']) {
    const target = state[field]
    if (typeof target === 'string') yield { target, at: at.at(field) }
  }
  for (const field of ['Choices', 'Catch']) {
    const rules = state[field]
    if (!Array.isArray(rules)) continue
    for (const [i, rule] of rules.entries()) {
      if (isObject(rule) && typeof rule.Next === 'string') {
        yield { target: rule.Next, at: at.at(field).at(i).at('Next') }
      }
    }
  }
}
