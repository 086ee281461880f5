import * as v from 'valibot'
import { comparisons, inputTypes, logic, loops, type Module, modules, stepActions } from '../awstoe-modules.ts'
import type { Platform } from '../model.ts'
import { didYouMean, type FleetProblem, nearest, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { inspect } from '../structure.ts'
import { object, oneOf } from '../values.ts'
import type { OutlinedStep } from './outline.ts'
import { isMapping } from './scope.ts'

type Written = (path: Path) => string | undefined

/** What a step says beside its own name and action: its inputs, its condition, its loop, and what its action leaves open. */
export const inspectStep = (
  { action, step, path }: OutlinedStep,
  platform: Platform | undefined,
  written: Written,
): FleetProblem[] => {
  const findings: FleetProblem[] = []
  const module = modules[action]
  if (module)
    findings.push(...fixedFields(action, module, step, path), ...inputsOf(action, step, path, platform, written))
  if ('if' in step) findings.push(...inspectCondition(step.if, [...path, 'if'], written, { isIf: true }))
  if ('loop' in step) findings.push(...inspectLoop(step.loop, [...path, 'loop'], written))
  return findings
}

const fixedFields = (action: string, { fixed = {} }: { fixed?: object }, step: Record<string, unknown>, path: Path) =>
  Object.entries(fixed).flatMap(([field, value]) =>
    typeof step[field] === 'number' && step[field] !== value
      ? [
          wrongKey(
            [...path, field],
            `expected no ${field}: ${action} always has ${value}, and AWSTOE refuses another one, found ${step[field]}`,
          ),
        ]
      : [],
  )

const inputsOf = (
  action: string,
  step: Record<string, unknown>,
  at: Path,
  platform: Platform | undefined,
  written: Written,
): FleetProblem[] => {
  const module = modules[action] as Module
  const path = [...at, 'inputs']
  const needed = neededBy(module)
  if (!('inputs' in step) || step.inputs === null)
    return needed ? [wrongKey(at, `the key 'inputs' is missing: ${action} needs ${needed}`)] : []
  if (module.form === 'condition') return inspectCondition(step.inputs, path, written, { isIf: false })
  const inspectOne = (value: unknown, within: Path) => inspectInputs(action, value, within, platform, written)
  if (module.form === 'mapping') return inspectOne(step.inputs, path)
  if (!Array.isArray(step.inputs) || step.inputs.length === 0)
    return [wrongValue(path, `expected a list of mappings, each with ${needed}, found ${show(step.inputs)}`)]
  return step.inputs.flatMap((item, i) => inspectOne(item, [...path, i]))
}

/** `commands or file`; '' where an action needs nothing. */
const neededBy = ({ form, inputs, oneOf: choice }: Module): string => {
  if (form === 'condition') return 'a comparison such as stringEquals'
  if (choice) return choice.join(' or ')
  return Object.entries(inputs)
    .flatMap(([name, input]) => (input.required ? [name] : []))
    .join(' and ')
}

const inspectInputs = (
  action: string,
  value: unknown,
  path: Path,
  platform: Platform | undefined,
  written: Written,
): FleetProblem[] => {
  const { inputs, oneOf: choice } = modules[action] as Module
  const entries = Object.entries(inputs).map(([name, input]) => {
    const schema = inputTypes[input.type] as v.GenericSchema
    return [name, input.required ? schema : v.exactOptional(schema)]
  })
  const findings = inspect(object(Object.fromEntries(entries)), value, written, path)
  if (!isMapping(value)) return findings
  const foreign = Object.entries(inputs).flatMap(([name, input]) => {
    const only = input.platform
    if (!only || !platform || only === platform || !Object.hasOwn(value, name)) return []
    return [wrongKey([...path, name], `expected no ${name} on ${platform}: ${action} takes it on ${only} alone`, path)]
  })
  return [...findings, ...foreign, ...(choice ? chosen(choice, value, path) : [])]
}

const chosen = (choice: readonly string[], value: Record<string, unknown>, path: Path): FleetProblem[] => {
  const given = choice.filter((name) => Object.hasOwn(value, name))
  // An unknown key that is meant for one of them is reported already.
  const isMeant = Object.keys(value).some((key) => !Object.hasOwn(value, nearest(key, choice) ?? key))
  if (given.length === 1 || (given.length === 0 && isMeant)) return []
  return [
    wrongKey(path, `expected ${choice.join(' or ')}, and not both, found ${given.join(' and ') || 'none of them'}`),
  ]
}

const operators = [...Object.keys(comparisons), ...Object.keys(logic)]

/** An expression of comparison and logical operators, as Assert and `if` take it. */
const inspectCondition = (
  value: unknown,
  path: Path,
  written: Written,
  { isIf }: { isIf: boolean },
): FleetProblem[] => {
  if (!isMapping(value))
    return [wrongValue(path, `expected a mapping with an operator such as stringEquals, found ${show(value)}`)]
  const found = Object.keys(value).filter((key) => operators.includes(key))
  const [operator, second] = found
  if (operator === undefined) return [noOperator(value, path, isIf)]
  if (second !== undefined)
    return [
      wrongKey(
        [...path, second],
        `expected one operator, found ${found.join(' and ')}: put more of them in a list below and, or or not`,
        path,
      ),
    ]
  const then = v.exactOptional(oneOf(stepActions))
  const outcome: v.ObjectEntries = isIf ? { then, else: then } : {}
  const { base, other } = comparisons[operator] ?? { base: v.unknown() }
  const operand = other ? { [other.key]: other.schema } : {}
  return [
    ...inspect(object({ [operator]: base, ...operand, ...outcome }), value, written, path),
    ...(Object.hasOwn(logic, operator) ? operandsOf(operator, value[operator], [...path, operator], written) : []),
  ]
}

const noOperator = (value: Record<string, unknown>, path: Path, isIf: boolean): FleetProblem => {
  const beside = ['value', 'path', ...(isIf ? ['then', 'else'] : [])]
  const key = Object.keys(value).find((name) => !beside.includes(name))
  if (key === undefined)
    return wrongKey(path, 'the operator is missing: expected a comparison such as stringEquals, or and, or, not')
  // AWSTOE's operators name what they compare: `equals` is one for texts and one for numbers.
  const ending = operators.filter((operator) => operator.toLowerCase().endsWith(key.toLowerCase()))
  const hint = didYouMean(key, operators) || didYouMean(ending[0] ?? key, ending)
  return wrongKey(
    [...path, key],
    `unknown operator '${key}'${hint || `: expected one of ${operators.join(', ')}`}`,
    path,
  )
}

const operandsOf = (operator: string, value: unknown, path: Path, written: Written): FleetProblem[] => {
  const { most } = logic[operator] as { most: number }
  if (most === 1 && isMapping(value)) return inspectCondition(value, path, written, { isIf: false })
  const isFull = Array.isArray(value) && value.length > 0
  if (!isFull || value.length > most) {
    const expected = most === 1 ? 'one comparison' : 'a list of comparisons'
    return [wrongValue(path, `expected ${expected}, found ${isFull ? value.length : show(value)}`)]
  }
  return value.flatMap((item, i) => inspectCondition(item, [...path, i], written, { isIf: false }))
}

const inspectLoop = (value: unknown, path: Path, written: Written): FleetProblem[] => {
  const shape = inspect(object(loops), value, written, path)
  if (shape.length > 0 || !isMapping(value)) return shape
  const given = ['for', 'forEach'].filter((key) => Object.hasOwn(value, key))
  if (given.length !== 1)
    return [wrongKey(path, `expected 'for' or 'forEach', found ${given.join(' and ') || 'none of them'}`)]
  return isMapping(value.for) ? endless(value.for, [...path, 'for', 'updateBy']) : []
}

/** "AWSTOE verifies the start, end, and updateBy values to ensure that the combination does not result in an infinite loop." */
const endless = ({ start, end, updateBy }: Record<string, unknown>, path: Path): FleetProblem[] => {
  if (updateBy === 0) return [wrongValue(path, 'expected a whole number that is not 0: the loop never ends, found 0')]
  if (typeof start !== 'number' || typeof end !== 'number' || typeof updateBy !== 'number') return []
  const expected = end > start ? 'positive' : 'negative'
  return start === end || end > start === updateBy > 0
    ? []
    : [
        wrongValue(
          path,
          `expected a ${expected} number: from ${start} the loop never comes to ${end}, found ${updateBy}`,
        ),
      ]
}
