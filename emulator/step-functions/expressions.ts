import jsonata from 'jsonata'
import type { Json } from './types.ts'

const compiled = new Map<string, jsonata.Expression>()

/** AWS allows a depth of 100; the time is generous, since real time differs from machine to machine. */
const LIMITS = { stack: 100, timeout: 5000 }

/** `{% ... %}` marks a string as an expression; anything else is a literal. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4 ? text.slice(2, -2).trim() : undefined
}

/** The compiled expression, kept for the next time; throws jsonata's error when it does not parse. */
export function compile(expression: string): jsonata.Expression {
  let known = compiled.get(expression)
  if (!known) {
    known = jsonata(expression, LIMITS)
    compiled.set(expression, known)
  }
  return known
}

/** An expression that failed, with the field it was written in, such as `Output/images[0]`. */
export class EvaluationError extends Error {
  readonly location: string

  constructor(location: string, message: string) {
    super(message)
    this.location = location
  }
}

/**
 * Evaluates a template: every string in `{% %}` in it, however deep, becomes its value. An expression that gives
 * nothing is an error, because JSON cannot represent it; a null is a value.
 */
export async function evaluate(
  template: Json,
  location: string,
  bindings: () => Record<string, unknown>,
): Promise<Json> {
  if (typeof template === 'string') {
    const expression = expressionIn(template)
    return expression === undefined ? template : await evaluateOne(expression, location, bindings())
  }
  if (Array.isArray(template)) {
    const items: Json[] = []
    for (const [i, item] of template.entries()) items.push(await evaluate(item, `${location}[${i}]`, bindings))
    return items
  }
  if (template === null || typeof template !== 'object') return template
  const members: [string, Json][] = []
  for (const [key, value] of Object.entries(template)) {
    members.push([key, await evaluate(value, `${location}/${key}`, bindings)])
  }
  return Object.fromEntries(members)
}

async function evaluateOne(expression: string, location: string, bindings: Record<string, unknown>): Promise<Json> {
  let value: unknown
  try {
    value = await compile(expression).evaluate(undefined, bindings)
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    const reason = code ? `${code}: ${message}` : (message ?? '')
    throw new EvaluationError(
      location,
      `The JSONata expression '${expression}' specified for the field '${location}' threw an error during evaluation. ${reason}`,
    )
  }
  if (value === undefined) {
    throw new EvaluationError(
      location,
      `The JSONata expression '${expression}' specified for the field '${location}' returned nothing (undefined).`,
    )
  }
  try {
    return toJson(value)
  } catch {
    throw new EvaluationError(
      location,
      `The JSONata expression '${expression}' specified for the field '${location}' returned an unexpected result type. A function is not a JSON value.`,
    )
  }
}

/** A copy that is plain JSON: jsonata marks its arrays, and lends out the objects it was given. */
function toJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  // AWS writes a number that JSON lacks as the string that JavaScript names it by.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(toJson)
  const object = value as Record<string, unknown>
  if (typeof value === 'function' || object._jsonata_lambda || object._jsonata_function) throw new TypeError()
  const members = Object.entries(object).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, toJson(member)]))
}
