import * as v from 'valibot'
import { didYouMean, type FleetProblem, nearest, type Path, show, wrongKey, wrongValue } from './problems.ts'
import { isMapping } from './rules/scope.ts'
import { adviceOnKey, adviceOnValue } from './unsupported.ts'

/**
 * Holds a value against a Valibot schema by walking both. Valibot stops at the first unknown key and says of a
 * union only that nothing fits; a person wants every unknown key, and the errors of the option that was meant.
 */
export const inspect = (
  schema: v.GenericSchema,
  value: unknown,
  /** The text of a scalar as written, to tell how to quote it. */
  written: (path: Path) => string | undefined,
  path: Path = [],
): FleetProblem[] => {
  const at = (inner: unknown, child: unknown, key: string | number) =>
    inspect(inner as v.GenericSchema, child, written, [...path, key])
  const shape = schema as unknown as Shape

  switch (shape.type) {
    case 'optional':
    case 'exact_optional':
      return inspect(shape.wrapped as v.GenericSchema, value, written, path)
    case 'union':
      return inspect(meant(shape.options as v.GenericSchema[], value), value, written, path)
    case 'array': {
      if (!Array.isArray(value)) return [wrongKind(shape, value, path)]
      const inside = value.flatMap((item, index) => at(shape.item, item, index))
      return inside.length ? inside : whole(schema, value, path)
    }
    case 'record': {
      if (!isMapping(value)) return [wrongKind(shape, value, path)]
      const inside = Object.entries(value).flatMap(([key, child]) => [
        ...wrongName(shape.key as v.GenericSchema, key, path),
        ...at(shape.value, child, key),
      ])
      return inside.length ? inside : whole(schema, value, path)
    }
    case 'strict_object': {
      if (!isMapping(value)) return [wrongKind(shape, value, path)]
      const entries = shape.entries as Record<string, v.GenericSchema>
      const inside = [
        ...strangers(entries, value, path),
        ...Object.entries(entries).flatMap(([key, entry]) =>
          Object.hasOwn(value, key) ? at(entry, value[key], key) : [],
        ),
      ]
      return inside.length ? inside : whole(schema, value, path)
    }
    default: {
      const valid = v.is(schema, value)
      return valid ? [] : [mismatch(schema, value, written, path)]
    }
  }
}

interface Shape {
  type: string
  message?: unknown
  wrapped?: unknown
  options?: unknown
  item?: unknown
  key?: unknown
  value?: unknown
  entries?: unknown
}

const isRequired = (schema: v.GenericSchema) => !['optional', 'exact_optional'].includes(schema.type)

/** The option that shares most with the value: its kind first, then its keys. */
const meant = (options: v.GenericSchema[], value: unknown): v.GenericSchema => {
  const score = (option: v.GenericSchema) => {
    if (v.is(option, value)) return Number.POSITIVE_INFINITY
    if (option.type !== 'strict_object') return isMapping(value) ? -1 : 0
    if (!isMapping(value)) return -1
    const entries = (option as unknown as Shape).entries as Record<string, v.GenericSchema>
    return Object.keys(value).reduce((sum, key) => {
      const near = nearest(key, Object.keys(entries))
      return near && entries[near] ? sum + (isRequired(entries[near]) ? 2 : 1) : sum
    }, 0)
  }
  return options.toSorted((a, b) => score(b) - score(a))[0] as v.GenericSchema
}

/** Unknown keys, and missing ones that no unknown key seems to be meant for. */
const strangers = (entries: Record<string, v.GenericSchema>, value: object, path: Path): FleetProblem[] => {
  const known = Object.keys(entries)
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(entries, key))
  const free = known.filter((key) => !Object.hasOwn(value, key))
  const hints = unknown.map((key) => nearest(key, free) ?? nearest(key, known))
  return [
    ...unknown.map((key, i) => {
      const near = hints[i] ? `, did you mean '${hints[i]}'?` : `: expected one of ${known.join(', ')}`
      const hint = adviceOnKey(path, key) ?? near
      return wrongKey([...path, key], `unknown key '${key}'${hint}`, path)
    }),
    ...free
      .filter((key) => isRequired(entries[key] as v.GenericSchema) && !hints.includes(key))
      .map((key) =>
        wrongKey(path, `the key '${key}' is missing: expected ${expectation(entries[key] as v.GenericSchema)}`),
      ),
  ]
}

/** Keys that JavaScript keeps for itself: Valibot drops them from a record without a word. */
const reserved = ['__proto__', 'constructor', 'prototype']

const wrongName = (schema: v.GenericSchema, key: string, path: Path): FleetProblem[] => {
  if (reserved.includes(key))
    return [wrongKey([...path, key], `expected a name that is not reserved, found ${show(key)}`, path)]
  const issue = firstIssue(schema, key)
  if (!issue) return []
  const kebab = key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
  const hint = v.is(schema, kebab) ? `, did you mean '${kebab}'?` : ''
  return [wrongKey([...path, key], `expected ${issue.message}, found ${show(key)}${hint}`, path)]
}

const wrongKind = ({ message }: Shape, value: unknown, path: Path) =>
  wrongValue(path, `expected ${message}, found ${show(value)}`)

/** What the schema says of the value as a whole, once its parts are right. */
const whole = (schema: v.GenericSchema, value: unknown, path: Path): FleetProblem[] => {
  const issue = firstIssue(schema, value)
  return issue ? [wrongValue(path, `expected ${issue.message}, found ${size(value)}`)] : []
}

const size = (value: unknown) => {
  const length = Array.isArray(value) ? value.length : Object.keys(value as object).length
  return length ? String(length) : 'none'
}

const mismatch = (
  schema: v.GenericSchema,
  value: unknown,
  written: (path: Path) => string | undefined,
  path: Path,
): FleetProblem => {
  const text = typeof value === 'string' ? undefined : written(path)
  const quoted = text !== undefined && text !== '' && v.is(schema, text)
  const found = quoted ? `the ${typeof value} ${text}: write it in quotes, '${text}'` : show(value)
  const options = (schema as { options?: string[] }).options ?? []
  const hint = typeof value === 'string' ? didYouMean(value, options) : ''
  return wrongValue(path, `expected ${expectation(schema, value)}, found ${found}${hint || adviceOnValue(path, value)}`)
}

const firstIssue = (schema: v.GenericSchema, value: unknown) =>
  v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true }).issues?.[0]

const expectation = (schema: v.GenericSchema, value: unknown = undefined): string => {
  const [first] = schema.type === 'union' ? (schema as unknown as { options: v.GenericSchema[] }).options : []
  return first ? expectation(first, value) : (firstIssue(schema, value)?.message ?? schema.expects)
}
