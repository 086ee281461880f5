import { UnsupportedOperator } from './unsupported-operator.ts'

/**
 * Whether an event matches an EventBridge pattern. Ours because no package on npm does it; kept to the
 * documented operators, and a pattern with any other is an UnsupportedOperator.
 * Source: EventBridge User Guide, "Comparison operators for use in event patterns".
 */
type Json = unknown
type Pattern = Record<string, Json>

const isObject = (value: Json): value is Pattern => typeof value === 'object' && value !== null && !Array.isArray(value)

export function matches(pattern: Pattern, event: Json): boolean {
  return Object.entries(pattern).every(([key, expected]) => {
    if (key === '$or') return (expected as Pattern[]).some((option) => matches(option, event))
    const value = isObject(event) && Object.hasOwn(event, key) ? event[key] : undefined
    if (isObject(expected)) return matches(expected, value)
    if (!Array.isArray(expected)) throw new Error(`event pattern: '${key}' must be a list or an object`)
    // An array in the event matches when any of its elements does.
    const values = Array.isArray(value) ? value : [value]
    return expected.some((rule) => values.some((candidate) => matchesRule(rule, candidate)))
  })
}

function matchesRule(rule: Json, value: Json): boolean {
  if (!isObject(rule)) return rule === value
  const [operator = '', ...more] = Object.keys(rule)
  const test = Object.hasOwn(operators, operator) ? operators[operator] : undefined
  if (!test || more.length > 0) throw new UnsupportedOperator(Object.keys(rule).join(' with '))
  return test(rule[operator], value)
}

/** Compares text by `test`, where the argument says so without regard to case. */
const ofText =
  (operator: string, test: (value: string, argument: string) => boolean) =>
  (argument: Json, value: Json): boolean => {
    const ignoreCase = isObject(argument) ? argument['equals-ignore-case'] : undefined
    const text = ignoreCase ?? argument
    if (typeof text !== 'string') throw new UnsupportedOperator(operator, argument)
    if (typeof value !== 'string') return false
    return ignoreCase === undefined ? test(value, text) : test(value.toLowerCase(), text.toLowerCase())
  }

const operators: Record<string, (argument: Json, value: Json) => boolean> = {
  prefix: ofText('prefix', (value, text) => value.startsWith(text)),
  suffix: ofText('suffix', (value, text) => value.endsWith(text)),
  'equals-ignore-case': ofText('equals-ignore-case', (value, text) => value.toLowerCase() === text.toLowerCase()),
  wildcard: ofText('wildcard', (value, text) => wildcard(text).test(value)),
  // Only leaves exist: an object in the event is none.
  exists: (argument, value) => (value !== undefined && !isObject(value)) === argument,
  numeric: (argument, value) => typeof value === 'number' && numeric(argument as (string | number)[], value),
  'anything-but': (argument, value) =>
    value !== undefined && !excluded(argument).some((rule) => matchesRule(rule, value)),
}

/** What anything-but excludes: values, or one operator on text with one argument or a list of them. */
function excluded(argument: Json): Json[] {
  if (!isObject(argument)) return [argument].flat()
  const [operator = '', ...more] = Object.keys(argument)
  if (more.length > 0 || !['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator))
    throw new UnsupportedOperator(`anything-but ${Object.keys(argument).join(' with ')}`)
  return [argument[operator]].flat().map((text) => ({ [operator]: text }))
}

/** `*` is any number of characters; after a backslash it is itself. */
const wildcard = (text: string) => {
  const literal = (character: string) => character.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')
  const source = text.replace(/\\?./gs, (part) => (part === '*' ? '.*' : literal(part.slice(-1))))
  return new RegExp(`^${source}$`, 's')
}

const comparisons: Record<string, (value: number, limit: number) => boolean> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
}

function numeric(terms: (string | number)[], value: number): boolean {
  for (let at = 0; at < terms.length; at += 2) {
    const name = String(terms[at])
    const holds = Object.hasOwn(comparisons, name) ? comparisons[name] : undefined
    if (!holds) throw new UnsupportedOperator('numeric', name)
    if (!holds(value, Number(terms[at + 1]))) return false
  }
  return true
}
