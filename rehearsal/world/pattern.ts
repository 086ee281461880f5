/**
 * Whether an event matches an EventBridge pattern. Ours because no package on npm does it; kept to the
 * documented operators, and a pattern with any other is refused.
 * Source: EventBridge User Guide, "Comparison operators for use in event patterns".
 */
type Json = unknown
type Pattern = Record<string, Json>

const isObject = (value: Json): value is Pattern =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function matches(pattern: Pattern, event: Json): boolean {
  return Object.entries(pattern).every(([key, expected]) => {
    if (key === '$or') return (expected as Pattern[]).some((option) => matches(option, event))
    const value = isObject(event) ? event[key] : undefined
    if (isObject(expected)) return matches(expected, value)
    if (!Array.isArray(expected)) throw new Error(`event pattern: '${key}' must be a list or an object`)
    // An array in the event matches when any of its elements does.
    const values = Array.isArray(value) ? value : [value]
    return expected.some((rule) => values.some((candidate) => matchesRule(rule, candidate)))
  })
}

function matchesRule(rule: Json, value: Json): boolean {
  if (!isObject(rule)) return rule === value
  const [operator, argument] = Object.entries(rule)[0] ?? ['', undefined]
  const test = operators[operator]
  if (!test) throw new Error(`event pattern: the rehearsal does not imitate the operator '${operator}'`)
  return test(argument, value)
}

const folded = (argument: Json) =>
  isObject(argument) && typeof argument['equals-ignore-case'] === 'string'
    ? { text: argument['equals-ignore-case'].toLowerCase(), fold: (value: string) => value.toLowerCase() }
    : { text: String(argument), fold: (value: string) => value }

const operators: Record<string, (argument: Json, value: Json) => boolean> = {
  prefix: (argument, value) => {
    const { text, fold } = folded(argument)
    return typeof value === 'string' && fold(value).startsWith(text)
  },
  suffix: (argument, value) => {
    const { text, fold } = folded(argument)
    return typeof value === 'string' && fold(value).endsWith(text)
  },
  exists: (argument, value) => (value !== undefined) === argument,
  'equals-ignore-case': (argument, value) =>
    typeof value === 'string' && value.toLowerCase() === String(argument).toLowerCase(),
  wildcard: (argument, value) => typeof value === 'string' && wildcard(String(argument)).test(value),
  numeric: (argument, value) => typeof value === 'number' && numeric(argument as (string | number)[], value),
  'anything-but': (argument, value) => {
    if (value === undefined) return false
    const rules = Array.isArray(argument) ? argument : [argument]
    return !rules.some((rule) => matchesRule(rule, value))
  },
}

const wildcard = (text: string) =>
  new RegExp(`^${text.replace(/[.+?^${}()|[\]\\/]/g, '\\$&').replaceAll('*', '.*')}$`)

function numeric(terms: (string | number)[], value: number): boolean {
  for (let at = 0; at < terms.length; at += 2) {
    const limit = Number(terms[at + 1])
    const holds = {
      '=': value === limit,
      '<': value < limit,
      '<=': value <= limit,
      '>': value > limit,
      '>=': value >= limit,
    }[String(terms[at])]
    if (holds === undefined) throw new Error(`event pattern: unknown comparison '${terms[at]}'`)
    if (!holds) return false
  }
  return true
}
