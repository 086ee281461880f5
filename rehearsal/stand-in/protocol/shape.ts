import { NormalizedSchema } from '@smithy/core/schema'
import { AwsError } from '../types.ts'

/**
 * Values by the service's model. Inside the stand-in a timestamp is a Date and a blob is bytes, as the SDK
 * has them; on the wire and in the call log they are what the protocol or the log says.
 */
export type Timestamps = 'epoch' | 'iso'

export type Shape = NormalizedSchema
/** A schema as the SDK's clients export them. */
export type Schema = Parameters<typeof NormalizedSchema.of>[0]

export const shapeOf = (schema: Schema): Shape => NormalizedSchema.of(schema)

/** How many of a structure's members, from the first, are required. */
const requiredCount = (shape: Shape) => ((shape.getSchema() as unknown[])[6] as number) ?? 0

export interface ReadOptions {
  /** Scalars come as text, as in a query string. */
  text?: boolean
  /** Makes the idempotency tokens that the caller left out, as SDK clients do. */
  token?: () => string
}

/**
 * Reads a value that came over the wire. Nothing that the model does not have gets through.
 * @param problems gathers what does not fit, each with its path
 */
export function read(
  shape: Shape,
  raw: unknown,
  problems: string[],
  options: ReadOptions = {},
  path = '',
): unknown {
  const wrong = (expected: string) => {
    problems.push(`${path || 'the input'} is ${JSON.stringify(raw)}, expected ${expected}`)
  }
  if (shape.isStructSchema())
    return isObject(raw) ? readStruct(shape, raw, problems, options, path) : wrong('a structure')
  if (shape.isListSchema()) {
    if (!Array.isArray(raw)) return wrong('a list')
    return raw.map((item, i) => read(shape.getValueSchema(), item, problems, options, `${path}[${i}]`))
  }
  if (shape.isMapSchema()) {
    if (!isObject(raw)) return wrong('a map')
    return mapValues(raw, (item, key) =>
      read(shape.getValueSchema(), item, problems, options, `${path}.${key}`),
    )
  }
  if (shape.isTimestampSchema()) return toDate(raw) ?? wrong('a timestamp')
  if (shape.isBlobSchema()) return toBytes(raw) ?? wrong('base64')
  if (shape.isNumericSchema()) return toNumber(raw, options.text) ?? wrong('a number')
  if (shape.isBooleanSchema()) return toBoolean(raw, options.text) ?? wrong('true or false')
  if (shape.isStringSchema()) return typeof raw === 'string' ? raw : wrong('a string')
  return raw
}

function readStruct(
  shape: Shape,
  raw: Record<string, unknown>,
  problems: string[],
  options: ReadOptions,
  path: string,
) {
  const value: Record<string, unknown> = {}
  const at = (member: string) => (path ? `${path}.${member}` : member)
  const required = requiredCount(shape)
  const known = new Set<string>()
  let index = 0
  for (const [member, memberShape] of shape.structIterator()) {
    known.add(member)
    const given = raw[member]
    if (given !== undefined && given !== null)
      value[member] = read(memberShape, given, problems, options, at(member))
    else if (memberShape.isIdempotencyToken() && options.token) value[member] = options.token()
    else if (index < required) problems.push(`${at(member)} is missing`)
    index++
  }
  for (const member of Object.keys(raw)) {
    if (!known.has(member)) problems.push(`${at(member)} is not a member of ${shape.getName()}`)
  }
  return value
}

/**
 * Writes a value as JSON. Throws an Error that names the path where the value does not fit the model: that
 * is a mistake of the stand-in, never of its caller.
 */
export function write(shape: Shape, value: unknown, timestamps: Timestamps, path = ''): unknown {
  const wrong = (expected: string): never => {
    throw new Error(`${path || shape.getName()} is ${JSON.stringify(value)}, expected ${expected}`)
  }
  if (shape.isStructSchema())
    return isObject(value) ? writeStruct(shape, value, timestamps, path) : wrong('a structure')
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) return wrong('a list')
    return value.map((item, i) => write(shape.getValueSchema(), item, timestamps, `${path}[${i}]`))
  }
  if (shape.isMapSchema()) {
    if (!isObject(value)) return wrong('a map')
    return mapValues(value, (item, key) => write(shape.getValueSchema(), item, timestamps, `${path}.${key}`))
  }
  if (shape.isTimestampSchema()) {
    if (!(value instanceof Date)) return wrong('a Date')
    return timestamps === 'iso' ? value.toISOString() : value.getTime() / 1000
  }
  if (shape.isBlobSchema()) {
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : wrong('bytes')
  }
  if (shape.isNumericSchema()) return typeof value === 'number' ? value : wrong('a number')
  if (shape.isBooleanSchema()) return typeof value === 'boolean' ? value : wrong('true or false')
  if (shape.isStringSchema()) return typeof value === 'string' ? value : wrong('a string')
  return value
}

function writeStruct(shape: Shape, value: Record<string, unknown>, timestamps: Timestamps, path: string) {
  const written: Record<string, unknown> = {}
  const required = requiredCount(shape)
  const known = new Set<string>()
  let index = 0
  for (const [member, memberShape] of shape.structIterator()) {
    known.add(member)
    const given = value[member]
    if (given !== undefined) written[member] = write(memberShape, given, timestamps, `${path}.${member}`)
    else if (index < required) throw new Error(`${path}.${member} of ${shape.getName()} is missing`)
    index++
  }
  for (const member of Object.keys(value)) {
    if (!known.has(member)) throw new Error(`${path}.${member} is not a member of ${shape.getName()}`)
  }
  return written
}

/** A request's body; nothing is an empty structure. */
export function parseJson(body: string): unknown {
  if (body === '') return {}
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new AwsError('SerializationException', `the body is not valid JSON: ${(error as Error).message}`)
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mapValues = <T>(object: Record<string, T>, change: (value: T, key: string) => unknown) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))

function toDate(raw: unknown): Date | undefined {
  const date =
    raw instanceof Date
      ? raw
      : typeof raw === 'number' || (typeof raw === 'string' && /^[\d.]+$/.test(raw))
        ? new Date(Number(raw) * 1000)
        : new Date(String(raw))
  return Number.isNaN(date.getTime()) ? undefined : date
}

function toBytes(raw: unknown): Uint8Array | undefined {
  if (raw instanceof Uint8Array) return raw
  return typeof raw === 'string' ? new Uint8Array(Buffer.from(raw, 'base64')) : undefined
}

function toNumber(raw: unknown, text?: boolean): number | undefined {
  if (typeof raw === 'number') return raw
  return text && typeof raw === 'string' && raw !== '' && !Number.isNaN(Number(raw)) ? Number(raw) : undefined
}

function toBoolean(raw: unknown, text?: boolean): boolean | undefined {
  if (typeof raw === 'boolean') return raw
  return text && (raw === 'true' || raw === 'false') ? raw === 'true' : undefined
}
