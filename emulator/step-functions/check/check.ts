import { checkFields, type Fields, integer, isObject, oneOf } from './fields.ts'
import { checkGraph } from './graph.ts'
import { type Problem, Problems } from './problem.ts'
import { branchFields, checkState, processorFields } from './state.ts'

export { type Problem, problemText } from './problem.ts'

const machineFields: Fields = {
  ...branchFields,
  QueryLanguage: oneOf('JSONata', 'JSONPath'),
  TimeoutSeconds: integer(1),
  Version: oneOf('1.0'),
}

/** What is known of the states around a workflow. */
interface CheckScope {
  /** The state machine's query language is JSONata: states without their own have it. */
  jsonata: boolean
  /** Names of all states so far: they are unique in the whole state machine. */
  names: Set<string>
  /** Variables that outer scopes assign: inner ones cannot. */
  variables: Set<string>
}

/**
 * Checks a state machine's definition before it runs: everything that the engine does not carry out is a problem.
 * None means that the engine runs it as AWS would.
 */
export function checkDefinition(definition: unknown): Problem[] {
  const problems = new Problems()
  if (!isObject(definition)) problems.add('Definition must be a valid JSON object')
  else {
    const jsonata = definition.QueryLanguage === 'JSONata'
    checkWorkflow(definition, machineFields, { jsonata, names: new Set(), variables: new Set() }, problems)
  }
  return problems.all
}

function checkWorkflow(workflow: unknown, fields: Fields, around: CheckScope, problems: Problems): void {
  if (!checkFields(workflow, fields, ['StartAt', 'States'], problems)) return
  const { States: states } = workflow
  const below = problems.at('States')
  if (states === undefined) return
  if (!isObject(states)) {
    below.add('Expected value of type [OBJECT]')
    return
  }
  if (Object.keys(states).length === 0) {
    below.add('Expected at least one state')
    return
  }
  const variables = new Set([...around.variables, ...assignedIn(states, around, below)])
  for (const [name, state] of Object.entries(states)) {
    if (name.length > 80) below.at(name).add('The name of a state has 80 characters at most')
    if (around.names.has(name)) below.at(name).add(`Duplicate state name: ${name}`, 'DUPLICATE_STATE_NAME')
    around.names.add(name)
    checkState(state, around.jsonata, below.at(name))
    checkInside(state, { ...around, variables }, below.at(name))
  }
  checkGraph(workflow, problems)
}

function checkInside(state: unknown, around: CheckScope, problems: Problems): void {
  if (!isObject(state)) return
  if (state.Type === 'Parallel' && Array.isArray(state.Branches)) {
    for (const [i, branch] of state.Branches.entries()) {
      checkWorkflow(branch, branchFields, around, problems.at('Branches').at(i))
    }
  }
  if (state.Type === 'Map' && state.ItemProcessor !== undefined) {
    const config = isObject(state.ItemProcessor) ? state.ItemProcessor.ProcessorConfig : undefined
    // A distributed Map does not see the variables outside.
    const variables = isObject(config) && config.Mode === 'DISTRIBUTED' ? new Set<string>() : around.variables
    checkWorkflow(state.ItemProcessor, processorFields, { ...around, variables }, problems.at('ItemProcessor'))
  }
}

/** The variables that a workflow's states assign; one that an outer scope assigns already is a problem. */
function* assignedIn(states: Record<string, unknown>, around: CheckScope, problems: Problems): Generator<string> {
  for (const [name, state] of Object.entries(states)) {
    if (!isObject(state)) continue
    const rules = [state.Choices, state.Catch].flatMap((list) => (Array.isArray(list) ? list : []))
    for (const holder of [state, ...rules]) {
      if (!isObject(holder) || !isObject(holder.Assign)) continue
      for (const variable of Object.keys(holder.Assign)) {
        if (around.variables.has(variable)) {
          problems.at(name).add(`Variable '${variable}' is assigned in an outer scope already`)
        }
        yield variable
      }
    }
  }
}
