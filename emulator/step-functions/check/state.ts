import { parseResource } from '../resource.ts'
import * as field from './fields.ts'
import { type Check, checkFields, type Fields, isObject, oneOf, string, template } from './fields.ts'
import { catchers, retry } from './handlers.ts'
import type { Problems } from './problem.ts'

const common: Fields = { Type: string, Comment: string, QueryLanguage: () => {} }
const transition: Fields = { Next: string, End: field.boolean }
const plain: Fields = { ...common, ...transition, Assign: field.assign(), Output: template() }
const work: Fields = {
  ...common,
  ...transition,
  Assign: field.assign('result'),
  Output: template('result'),
  Retry: retry,
  Catch: catchers,
}

const resource: Check = (value, problems) => {
  if (typeof value !== 'string' || !parseResource(value)) {
    problems.add(`The resource '${value}' is no integration that the emulator emulates`)
  }
}

const choiceRule: Check = (value, problems) => {
  const fields = {
    Comment: string,
    Condition: field.orExpression(field.boolean),
    Next: string,
    Assign: field.assign(),
    Output: template(),
  }
  checkFields(value, fields, ['Condition', 'Next'], problems)
}

const processorConfig: Check = (value, problems) => {
  const fields = { Mode: oneOf('INLINE', 'DISTRIBUTED'), ExecutionType: oneOf('STANDARD') }
  if (!checkFields(value, fields, [], problems)) return
  if (value.Mode === 'DISTRIBUTED' && !value.ExecutionType) problems.add('These fields are required: [ExecutionType]')
}

/** The workflow inside is checked by itself; these are the fields around it. */
export const branchFields: Fields = { Comment: string, StartAt: string, States: () => {} }
export const processorFields: Fields = { ...branchFields, ProcessorConfig: processorConfig }

const expressionOr = (check: Check) => field.orExpression(check)
const items: Check = (value, problems) => {
  if (Array.isArray(value) || isObject(value)) return template()(value, problems)
  expressionOr(() => problems.add('Expected an array, an object or a JSONata expression'))(value, problems)
}

/** The fields of each type of state, and those that it cannot be without. */
const TYPES: Record<string, { fields: Fields; required: string[] }> = {
  Pass: { fields: plain, required: [] },
  Succeed: { fields: { ...common, Output: template() }, required: [] },
  Fail: { fields: { ...common, Error: expressionOr(string), Cause: expressionOr(string) }, required: [] },
  Wait: {
    fields: { ...plain, Seconds: expressionOr(field.integer(0)), Timestamp: expressionOr(field.timestamp) },
    required: [],
  },
  Choice: {
    fields: {
      ...common,
      Choices: field.list(choiceRule),
      Default: string,
      Assign: field.assign(),
      Output: template(),
    },
    required: ['Choices'],
  },
  Task: {
    fields: {
      ...work,
      Resource: resource,
      Arguments: template(),
      TimeoutSeconds: expressionOr(field.integer(1)),
      HeartbeatSeconds: expressionOr(field.integer(1)),
    },
    required: ['Resource'],
  },
  Parallel: {
    fields: { ...work, Branches: field.list(() => {}), Arguments: template() },
    required: ['Branches'],
  },
  Map: {
    fields: {
      ...work,
      ItemProcessor: () => {},
      Items: items,
      ItemSelector: template(),
      MaxConcurrency: expressionOr(field.integer(0)),
      ToleratedFailureCount: expressionOr(field.integer(0)),
      ToleratedFailurePercentage: expressionOr(field.integer(0, 100)),
      Label: string,
    },
    required: ['ItemProcessor'],
  },
}

/** Checks one state by itself: its type, its fields, and what they ask of each other. */
export function checkState(state: unknown, jsonata: boolean, problems: Problems): void {
  if (!isObject(state)) {
    problems.add('Expected value of type [OBJECT]')
    return
  }
  const type = Object.hasOwn(TYPES, String(state.Type)) ? TYPES[String(state.Type)] : undefined
  if (!type) {
    oneOf(...Object.keys(TYPES))(state.Type, problems.at('Type'))
    return
  }
  const language = state.QueryLanguage ?? (jsonata ? 'JSONata' : 'JSONPath')
  if (language !== 'JSONata') {
    problems.add(`The emulator runs JSONata states only; this one is ${language}`)
    return
  }
  checkFields(state, type.fields, type.required, problems)
  if ('Next' in type.fields && (state.Next === undefined) === (state.End !== true)) {
    problems.add("A state has either 'Next' or 'End': true")
  }
  RULES[String(state.Type)]?.(state, problems)
}

/** What the fields of a state ask of each other. */
const RULES: Record<string, (state: Record<string, unknown>, problems: Problems) => void> = {
  Wait: (state, problems) => {
    if ((state.Seconds === undefined) === (state.Timestamp === undefined)) {
      problems.add("A Wait state has either 'Seconds' or 'Timestamp'")
    }
  },
  Task: (state, problems) => {
    const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state
    if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
      problems.at('HeartbeatSeconds').add('HeartbeatSeconds must be smaller than TimeoutSeconds')
    }
    const integration = typeof state.Resource === 'string' && parseResource(state.Resource)
    const needed = integration && { lambda: 'FunctionName', nested: 'StateMachineArn' }[integration.kind as string]
    if (needed && isObject(state.Arguments) && !(needed in state.Arguments)) {
      problems.at('Arguments').add(`These fields are required: [${needed}]`)
    }
    if (integration && integration.kind === 'lambda' && isObject(state.Arguments)) {
      const { InvocationType: how = 'RequestResponse' } = state.Arguments
      if (how !== 'RequestResponse')
        problems.at('Arguments').at('InvocationType').add('The emulator emulates RequestResponse only')
    }
  },
  Map: (state, problems) => {
    const config = isObject(state.ItemProcessor) ? state.ItemProcessor.ProcessorConfig : undefined
    if (isObject(config) && config.Mode === 'DISTRIBUTED') return
    for (const name of ['ToleratedFailureCount', 'ToleratedFailurePercentage', 'Label']) {
      if (name in state) problems.at(name).add(`Field '${name}' is for a distributed Map`)
    }
    if (isObject(state.Items)) problems.at('Items').add('An inline Map takes an array')
  },
}
