import * as v from 'valibot'
import { didYouMean, type FleetProblem, type Path, show, wrongKey, wrongValue, wrongWithin } from '../problems.ts'
import { inspect } from '../structure.ts'
import { matching, object, text } from '../values.ts'
import {
  deepestCondition,
  type ParameterType,
  parameterTypes,
  systemVariables,
  type WorkflowAction,
  workflowActions,
  workflowComparisons,
  workflowInputs,
  workflowLogic,
} from '../workflow-actions.ts'
import { isMapping, repeated } from './scope.ts'

type Written = (path: Path) => string | undefined
type Mapping = Record<string, unknown>

/** The parts of a document that can be read, in a sound document and in a broken one. */
interface Outline {
  parameters: Part[]
  steps: Part[]
  outputs: Part[]
}

interface Part {
  name: string
  is: Mapping
  path: Path
}

/** The output that Image Builder takes as the AMI. aws-samples/amazon-ec2-image-builder-samples: "through its ImageId output" */
const amiOutput = 'ImageId'

/**
 * What the parts of a workflow's document say about each other.
 * @param document as it is written: what is wrong in its own shape is said elsewhere, and hides nothing here
 * @param type undefined where the workflow does not say a right one
 */
export const inspectWorkflow = (
  document: unknown,
  type: 'build' | 'test' | undefined,
  written: Written,
  at: Path = [],
): FleetProblem[] => {
  const outline: Outline = {
    parameters: partsOf(document, 'parameters', at),
    steps: partsOf(document, 'steps', at),
    outputs: partsOf(document, 'outputs', at),
  }
  const { parameters, steps, outputs } = outline
  return [
    ...again(parameters),
    ...again(steps),
    ...again(outputs),
    ...parameters.flatMap((parameter) => defaultOf(parameter, written)),
    ...steps.flatMap((step, i) => inspectStep(step, { type, written, outline, before: steps.slice(0, i) })),
    ...outputs.flatMap(({ is, path }) => variable(is.value, [...path, 'value'], { outline, before: steps })),
    ...(type === 'build' && isMapping(document) && steps.length > 0 ? whatABuildNeeds(outline, at) : []),
  ]
}

const partsOf = (document: unknown, key: string, at: Path): Part[] => {
  const list = isMapping(document) ? document[key] : undefined
  return (Array.isArray(list) ? list : []).map((item: unknown, i) => {
    const is = isMapping(item) ? item : {}
    return { name: typeof is.name === 'string' ? is.name : '', is, path: [...at, key, i] }
  })
}

const again = (parts: Part[]): FleetProblem[] =>
  repeated(parts.map(({ name }) => name)).flatMap(([name, i]) =>
    name === ''
      ? []
      : [wrongValue([...(parts[i]?.path ?? []), 'name'], `expected each name once, found ${show(name)} again`)],
  )

const defaultOf = ({ is, path }: Part, written: Written): FleetProblem[] => {
  const schema = Object.hasOwn(parameterTypes, String(is.type)) ? parameterTypes[is.type as ParameterType] : undefined
  return schema && 'default' in is ? inspect(schema, is.default, written, [...path, 'default']) : []
}

/** A build that says no AMI, or that does not install what its image is made of, ends with nothing to release. */
const whatABuildNeeds = ({ steps, outputs }: Outline, at: Path): FleetProblem[] => {
  const has = (action: string) => steps.some(({ is }) => is.action === action)
  const findings: FleetProblem[] = []
  if (!has('LaunchInstance'))
    findings.push(wrongKey([...at, 'steps'], 'expected a step LaunchInstance: a build needs an instance'))
  if (!has('ExecuteComponents'))
    findings.push(
      wrongKey([...at, 'steps'], 'expected a step ExecuteComponents: without it no component of an image is installed'),
    )
  if (!outputs.some(({ name }) => name === amiOutput))
    findings.push(
      wrongKey(
        outputs.length > 0 ? [...at, 'outputs'] : at,
        `expected an output ${amiOutput}, such as $.stepOutputs.STEP.imageId of a step CreateImage: Image Builder takes the AMI from it`,
      ),
    )
  const said = outputs.find(({ name }) => name === amiOutput)
  return [...findings, ...(said ? noAmi(said, steps) : [])]
}

/** A value that no step has as its AMI; a name that no step has is a problem of its own. */
function noAmi({ is, path }: Part, steps: Part[]): FleetProblem[] {
  const [, name, output] = /^\$\.stepOutputs\.([^.]+)\.(\w+)$/.exec(String(is.value)) ?? []
  const step = steps.find((each) => each.name === name)
  const makes =
    step && (output === 'imageId' || !workflowActions[String(step.is.action)]?.outputs.includes(output ?? ''))
  return makes || (name !== undefined && !step)
    ? []
    : [
        wrongValue(
          [...path, 'value'],
          `expected the AMI, $.stepOutputs.STEP.imageId of a step CreateImage, found ${show(is.value)}`,
        ),
      ]
}

interface Place {
  outline: Outline
  /** The steps that have run then. */
  before: Part[]
}

const inspectStep = (
  { is, path }: Part,
  place: Place & { type: 'build' | 'test' | undefined; written: Written },
): FleetProblem[] => {
  const { type, written } = place
  const name = String(is.action)
  const action = Object.hasOwn(workflowActions, name) ? (workflowActions[name] as WorkflowAction) : undefined
  const conditioned = 'if' in is ? inspectCondition(is.if, [...path, 'if'], { written, place, level: 1 }) : []
  const rolled = variable(is.rollbackEnabled, [...path, 'rollbackEnabled'], place)
  if (!action) return [...conditioned, ...rolled]
  if (action.refused) return [wrongValue([...path, 'action'], `expected no ${name}: ${action.refused}`)]
  const findings = [...conditioned, ...rolled]
  if (action.only && type && action.only !== type)
    findings.push(
      wrongValue(
        [...path, 'action'],
        `expected an action for ${type} workflows, found ${name} for ${action.only} alone`,
      ),
    )
  const { timeoutSeconds: timeout, waitSeconds: wait } = is
  if (typeof timeout === 'number' && timeout > action.longest)
    findings.push(
      wrongValue(
        [...path, 'timeoutSeconds'],
        `expected at most ${action.longest} seconds, the longest time of ${name}, found ${timeout}`,
      ),
    )
  if (typeof timeout === 'number' && typeof wait === 'number' && wait > timeout)
    findings.push(
      wrongValue([...path, 'waitSeconds'], `expected at most timeoutSeconds of the step, ${timeout}, found ${wait}`),
    )
  return [
    ...findings,
    ...inspectInputs(name, action, is, path, written),
    ...variablesIn(is.inputs, [...path, 'inputs'], place),
  ]
}

const jsonPath = matching(/^\$\./, 'a variable such as $.parameters.NAME or $.stepOutputs.STEP.OUTPUT')

/** "When an input parameter refers to a dynamic variable, the chaining indicator (.$) must be attached": wfdoc-dynamic-vars.html */
const inspectInputs = (
  name: string,
  action: WorkflowAction,
  step: Mapping,
  at: Path,
  written: Written,
): FleetProblem[] => {
  const all = Object.entries(action.inputs)
  const needed = all.filter(([, input]) => input.required).map(([key]) => key)
  const path = [...at, 'inputs']
  if (!('inputs' in step) || step.inputs === null)
    return needed.length > 0 ? [wrongKey(at, `the key 'inputs' is missing: ${name} needs ${needed.join(' and ')}`)] : []
  const { inputs } = step
  if (!isMapping(inputs)) return inspect(object({}), inputs, written, path)
  const unmarked = Object.keys(inputs).filter((key) => key in action.inputs && /^\$\./.test(String(inputs[key])))
  const entries = all.flatMap(([key, input]) => [
    [key, v.exactOptional(unmarked.includes(key) ? text : (workflowInputs[input.type] as v.GenericSchema))] as const,
    [`${key}.$`, v.exactOptional(jsonPath)] as const,
  ])
  const given = (key: string) => [key, `${key}.$`].filter((each) => Object.hasOwn(inputs, each))
  return [
    ...inspect(object(Object.fromEntries(entries)), inputs, written, path),
    ...unmarked.map((key) =>
      wrongKey([...path, key], `expected the key '${key}.$', as its value is a variable, found '${key}'`, path),
    ),
    ...needed
      .filter((key) => given(key).length === 0 && !Object.keys(inputs).some((found) => meant(found, key)))
      .map((key) => wrongKey(path, `the key '${key}' is missing: ${name} needs it`)),
    ...all.flatMap(([key, input]) => {
      const [first, second] = given(key)
      if (second) return [wrongKey([...path, second], `expected ${first} or ${second}, and not both`, path)]
      const isOpen = input.granted && first === `${key}.$` && !/^\$\.parameters\.[^.]+$/.test(String(inputs[first]))
      return isOpen
        ? [
            wrongValue(
              [...path, first],
              `expected a parameter of the workflow, or ${key} written out: the role of bakes is allowed what is known before, found ${show(inputs[first])}`,
            ),
          ]
        : []
    }),
  ]
}

/** Whether an unknown key is reported as a misspelling of another. */
const meant = (found: string, key: string) => found !== key && didYouMean(found, [key]) !== ''

const conditionOperators = [...Object.keys(workflowComparisons), ...Object.keys(workflowLogic)]

/** wfdoc-conditional-statements.html */
const inspectCondition = (
  given: unknown,
  at: Path,
  context: { written: Written; place: Place; level: number },
): FleetProblem[] => {
  const { written, place, level } = context
  // Examples of the page have a list of one at the parent level.
  const isList = level === 1 && Array.isArray(given) && given.length === 1
  const [value, path] = isList ? [given[0] as unknown, [...at, 0]] : [given, at]
  if (!isMapping(value))
    return [wrongValue(path, `expected one mapping with an operator such as stringEquals, found ${show(value)}`)]
  const [operator, second] = Object.keys(value).filter((key) => conditionOperators.includes(key))
  if (level > deepestCondition)
    return [wrongValue(path, `expected at most ${deepestCondition} levels of conditions, the limit of Image Builder`)]
  if (operator === undefined) {
    const key = Object.keys(value).find((name) => name !== 'value') ?? ''
    const message = `expected an operator, one of ${conditionOperators.join(', ')}, found ${show(key)}`
    return [wrongKey(key ? [...path, key] : path, `${message}${didYouMean(key, conditionOperators)}`, path)]
  }
  if (second !== undefined)
    return [wrongKey([...path, second], `expected one operator, found ${operator} and ${second}`, path)]
  const comparison = workflowComparisons[operator]
  if (comparison)
    return [
      ...inspect(object({ [operator]: comparison, value: comparison }), value, written, path),
      ...variable(value[operator], [...path, operator], place),
      ...variable(value.value, [...path, 'value'], place),
    ]
  const { most } = workflowLogic[operator] as { most: number }
  const children = value[operator]
  const within = [...path, operator]
  const strangers = Object.keys(value).filter((key) => key !== operator)
  const findings = strangers.map((key) =>
    wrongKey([...path, key], `expected ${operator} alone, found ${key} beside it`, path),
  )
  if (most === 1 && isMapping(children))
    return [...findings, ...inspectCondition(children, within, { written, place, level: level + 1 })]
  if (!Array.isArray(children) || children.length === 0 || children.length > most)
    return [
      ...findings,
      wrongValue(
        within,
        `expected ${most === 1 ? 'one condition' : `a list of 1 to ${most} conditions`}, found ${Array.isArray(children) && children.length > 0 ? children.length : show(children)}`,
      ),
    ]
  return [
    ...findings,
    ...children.flatMap((child, i) => inspectCondition(child, [...within, i], { written, place, level: level + 1 })),
  ]
}

/** The variables of all texts below a value: of a key that ends with `.$`, and `{{ $.these }}` in any other. */
const variablesIn = (value: unknown, path: Path, place: Place): FleetProblem[] => {
  if (typeof value === 'string') {
    const key = path.at(-1)
    if (typeof key === 'string' && key.endsWith('.$')) return variable(value, path, place)
    return [...value.matchAll(/\{\{\s*(\$\..*?)\s*\}\}/g)].flatMap(({ 1: inside = '', index }) => {
      const message = judge(inside, place)
      return message === undefined ? [] : [wrongWithin(path, index, message)]
    })
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    variablesIn(child, [...path, Array.isArray(value) ? Number(key) : key], place),
  )
}

/** A text that is a variable as a whole; anything else is none. */
const variable = (value: unknown, path: Path, place: Place): FleetProblem[] => {
  if (typeof value !== 'string' || !value.startsWith('$.')) return []
  const message = judge(value, place)
  return message === undefined ? [] : [wrongValue(path, message)]
}

const roots = ['parameters', 'stepOutputs', 'workflowOutputs', 'imagebuilder']

/** https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-dynamic-vars.html */
const judge = (found: string, { outline, before }: Place): string | undefined => {
  const [, root = '', ...rest] = found.split('.')
  const [first = '', second = ''] = rest.map((part) => part.replace(/\[\d+\]$/, ''))
  const expected = (what: string, known: string[], name: string) =>
    `expected ${what}, found ${show(found)}${didYouMean(name, known) || (known.length > 0 ? `: there is ${known.join(', ')}` : '')}`
  if (!roots.includes(root)) return expected(`a variable of ${roots.join(', ')}`, roots, root)
  // AWS's own examples write $.imagebuilder.Platform and the output Status.
  const has = (known: readonly string[], name: string) =>
    known.some((each) => each.toLowerCase() === name.toLowerCase())
  if (root === 'parameters') {
    const known = outline.parameters.map(({ name }) => name)
    return known.includes(first) ? undefined : expected('a declared parameter', known, first)
  }
  if (root === 'imagebuilder')
    return has(systemVariables, first) ? undefined : expected('a variable of Image Builder', systemVariables, first)
  // Which workflows run before is of an image: rules/workflows.ts.
  if (root === 'workflowOutputs') return undefined
  const step = before.find(({ name }) => name === first)
  if (!step) {
    const isLater = outline.steps.some(({ name }) => name === first)
    const known = before.map(({ name }) => name)
    return expected(isLater ? 'an earlier step' : 'an earlier step of this workflow', known, first)
  }
  const { outputs } = workflowActions[String(step.is.action)] ?? { outputs: undefined }
  if (!outputs || has(outputs, second)) return undefined
  return expected(`an output of ${String(step.is.action)}`, [...outputs], second)
}
