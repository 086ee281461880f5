import { NormalizedSchema } from '@smithy/core/schema'
import { AwsError } from '../services/types.ts'
import { isNewer } from './newer-members.ts'

/**
 * Values by the service's model. Inside the emulator a timestamp is a Date and a blob is bytes, as the SDK
 * has them; on the wire and in the call log they are what the protocol or the log says.
 */
export type Timestamps = 'epoch' | 'iso'

export type Shape = NormalizedSchema
/** A schema as the SDK's clients export them. */
export type Schema = Parameters<typeof NormalizedSchema.of>[0]

export const shapeOf = (schema: Schema): Shape => NormalizedSchema.of(schema)

type Kind = 'struct' | 'list' | 'map' | 'timestamp' | 'blob' | 'number' | 'boolean' | 'string' | 'document'

interface Member {
  shape: Shape
  required: boolean
  isToken: boolean
}

/** What a shape is. It never changes, and is asked of every value: so it is found out once. */
interface Anatomy {
  kind: Kind
  /** Of a structure, in the model's order. */
  members: Map<string, Member>
  /** One member at a time. */
  isUnion: boolean
  /** Of a list or a map. */
  value: Shape
}

const anatomies = new WeakMap<Shape, Anatomy>()

function anatomyOf(shape: Shape): Anatomy {
  let known = anatomies.get(shape)
  if (!known) {
    const kind = kindOf(shape)
    // How many of a structure's members, from the first, are required.
    const required = ((shape.getSchema() as unknown[])[6] as number) ?? 0
    const members = kind === 'struct' ? [...shape.structIterator()] : []
    known = {
      kind,
      members: new Map(
        members.map(([name, member], index) => {
          const isToken = member.isIdempotencyToken()
          return [name, { shape: member, required: index < required, isToken }]
        }),
      ),
      isUnion: shape.isUnionSchema(),
      value: kind === 'list' || kind === 'map' ? shape.getValueSchema() : shape,
    }
    anatomies.set(shape, known)
  }
  return known
}

function kindOf(shape: Shape): Kind {
  if (shape.isStructSchema()) return 'struct'
  if (shape.isListSchema()) return 'list'
  if (shape.isMapSchema()) return 'map'
  if (shape.isTimestampSchema()) return 'timestamp'
  if (shape.isBlobSchema()) return 'blob'
  if (shape.isNumericSchema()) return 'number'
  if (shape.isBooleanSchema()) return 'boolean'
  return shape.isStringSchema() ? 'string' : 'document'
}

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
export function read(shape: Shape, raw: unknown, problems: string[], options: ReadOptions = {}, path = ''): unknown {
  const wrong = (expected: string) => {
    problems.push(`${path || 'the input'} is ${JSON.stringify(raw)}, expected ${expected}`)
  }
  const { kind, value } = anatomyOf(shape)
  switch (kind) {
    case 'struct':
      return isObject(raw) ? readStruct(shape, raw, problems, options, path) : wrong('a structure')
    case 'list':
      if (!Array.isArray(raw)) return wrong('a list')
      return raw.map((item, i) => read(value, item, problems, options, `${path}[${i}]`))
    case 'map':
      if (!isObject(raw)) return wrong('a map')
      return mapValues(raw, (item, key) => read(value, item, problems, options, `${path}.${key}`))
    case 'timestamp':
      return toDate(raw) ?? wrong('a timestamp')
    case 'blob':
      return toBytes(raw) ?? wrong('base64')
    case 'number':
      return toNumber(raw, options.text) ?? wrong('a number')
    case 'boolean':
      return toBoolean(raw, options.text) ?? wrong('true or false')
    case 'string':
      return typeof raw === 'string' ? raw : wrong('a string')
    default:
      return raw
  }
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
  const { members, isUnion } = anatomyOf(shape)
  // Of the members of a union there is one: the others need no look.
  for (const name of isUnion ? Object.keys(raw) : members.keys()) {
    const member = members.get(name)
    const item = raw[name]
    if (!member) problems.push(`${at(name)} is not a member of ${shape.getName()}`)
    else if (item !== undefined && item !== null) value[name] = read(member.shape, item, problems, options, at(name))
    else if (member.isToken && options.token) value[name] = options.token()
    else if (member.required) problems.push(`${at(name)} is missing`)
  }
  for (const name of isUnion ? [] : Object.keys(raw)) {
    if (members.has(name)) continue
    if (isNewer(String(shape.getName()), name)) value[name] = raw[name]
    else problems.push(`${at(name)} is not a member of ${shape.getName()}`)
  }
  return value
}

/**
 * Writes a value as JSON. Throws an Error that names the path where the value does not fit the model: that
 * is a mistake of the emulator, never of its caller.
 */
export function write(shape: Shape, value: unknown, timestamps: Timestamps, path = ''): unknown {
  const wrong = (expected: string): never => {
    throw new Error(`${path || shape.getName()} is ${JSON.stringify(value)}, expected ${expected}`)
  }
  const { kind, value: inner } = anatomyOf(shape)
  switch (kind) {
    case 'struct':
      return isObject(value) ? writeStruct(shape, value, timestamps, path) : wrong('a structure')
    case 'list':
      if (!Array.isArray(value)) return wrong('a list')
      return value.map((item, i) => write(inner, item, timestamps, `${path}[${i}]`))
    case 'map':
      if (!isObject(value)) return wrong('a map')
      return mapValues(value, (item, key) => write(inner, item, timestamps, `${path}.${key}`))
    case 'timestamp':
      if (!(value instanceof Date)) return wrong('a Date')
      return timestamps === 'iso' ? value.toISOString() : value.getTime() / 1000
    case 'blob':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : wrong('bytes')
    case 'number':
      return typeof value === 'number' ? value : wrong('a number')
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong('true or false')
    case 'string':
      return typeof value === 'string' ? value : wrong('a string')
    default:
      return value
  }
}

function writeStruct(shape: Shape, value: Record<string, unknown>, timestamps: Timestamps, path: string) {
  const written: Record<string, unknown> = {}
  const { members, isUnion } = anatomyOf(shape)
  for (const name of isUnion ? Object.keys(value) : members.keys()) {
    const member = members.get(name)
    const item = value[name]
    if (!member) throw new Error(`${path}.${name} is not a member of ${shape.getName()}`)
    if (item !== undefined) written[name] = write(member.shape, item, timestamps, `${path}.${name}`)
    else if (member.required) throw new Error(`${path}.${name} of ${shape.getName()} is missing`)
  }
  for (const name of isUnion ? [] : Object.keys(value)) {
    if (members.has(name)) continue
    if (!isNewer(String(shape.getName()), name))
      throw new Error(`${path}.${name} is not a member of ${shape.getName()}`)
    // On the wire alone: what is recorded is held against AWS's published models, which do not have it.
    if (timestamps === 'epoch' && value[name] !== undefined) written[name] = value[name]
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
