import type { ChoiceState } from '../definition.ts'
import type { Step, Visit } from '../visit.ts'

/** The first rule that is true wins, with its own Assign and Output; those of the state go with the Default. */
export async function runChoice(visit: Visit<ChoiceState>): Promise<Step> {
  const { Choices: rules, Default: next } = visit.state
  for (const [i, rule] of rules.entries()) {
    if (await visit.typed(rule.Condition, `Choices[${i}]/Condition`, 'boolean')) {
      return await visit.exit(rule, { next: rule.Next, fallback: visit.input, prefix: `Choices[${i}]/` })
    }
  }
  if (next === undefined) {
    throw visit.failure(
      'States.NoChoiceMatched',
      'Failed to transition out of the state. The state does not point to a next state.',
    )
  }
  return await visit.exit(visit.state, { next, fallback: visit.input })
}
