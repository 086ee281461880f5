import { expressionIn } from '../expressions.ts'
import { parseTimestamp } from '../time.ts'
import { checkTemplate, type Sees } from './expression.ts'
import type { Problems } from './problem.ts'

export type Check = (value: unknown, problems: Problems) => void
export type Fields = Record<string, Check>

/** Checks an object member by member: an unknown field is a problem, because nothing would carry it out. */
export function checkFields(
  value: unknown,
  fields: Fields,
  required: string[],
  problems: Problems,
): value is Record<string, unknown> {
  if (!isObject(value)) {
    problems.add('Expected value of type [OBJECT]')
    return false
  }
  const missing = required.filter((field) => !(field in value))
  if (missing.length > 0) problems.add(`These fields are required: [${missing.join(', ')}]`)
  for (const [field, member] of Object.entries(value)) {
    const check = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (check) check(member, problems.at(field))
    else problems.at(field).add(`Field '${field}' is not supported`)
  }
  return true
}

export const string: Check = (value, problems) => {
  if (typeof value !== 'string') problems.add('Expected value of type [STRING]')
}

export const boolean: Check = (value, problems) => {
  if (typeof value !== 'boolean') problems.add('Expected value of type [BOOLEAN]')
}

export const oneOf =
  (...allowed: string[]): Check =>
  (value, problems) => {
    if (!allowed.includes(value as string)) {
      problems.add(`Value should be one of the following: [${allowed.join(', ')}]`)
    }
  }

export const integer =
  (min: number, max = 99_999_999): Check =>
  (value, problems) => {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      problems.add(`Expected an integer from ${min} to ${max}`)
    }
  }

export const atLeast =
  (min: number): Check =>
  (value, problems) => {
    if (typeof value !== 'number' || value < min) problems.add(`Expected a number of at least ${min}`)
  }

/** A literal that `check` accepts, or an expression that comes to one. */
export const orExpression =
  (check: Check): Check =>
  (value, problems) => {
    if (typeof value === 'string' && expressionIn(value) !== undefined) checkTemplate(value, problems)
    else check(value, problems)
  }

/** Any JSON with expressions in it. */
export const template =
  (sees: Sees = 'input'): Check =>
  (value, problems) =>
    checkTemplate(value, problems, sees)

export const timestamp: Check = (value, problems) => {
  if (typeof value !== 'string' || parseTimestamp(value) === undefined) problems.add('Expected an RFC 3339 timestamp')
}

export const list =
  (check: Check): Check =>
  (value, problems) => {
    if (!Array.isArray(value)) return problems.add('Expected value of type [ARRAY]')
    if (value.length === 0) problems.add('Expected at least one item')
    for (const [i, item] of value.entries()) check(item, problems.at(i))
  }

/** Variables and their values; a name is a Unicode identifier of 80 characters at most, and not `states`. */
export const assign =
  (sees: Sees = 'input'): Check =>
  (value, problems) => {
    if (!isObject(value)) return problems.add('Expected value of type [OBJECT]')
    for (const [name, member] of Object.entries(value)) {
      if (!/^\p{ID_Start}\p{ID_Continue}*$/u.test(name) || name.length > 80 || name === 'states') {
        problems.at(name).add(`'${name}' cannot be the name of a variable`)
      }
      checkTemplate(member, problems.at(name), sees)
    }
  }

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
