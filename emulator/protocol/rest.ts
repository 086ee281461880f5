import type { LoadedModel, OperationModel } from './models.ts'
import { parseJson, type Shape, shapeOf, write } from './shape.ts'
import type { WireRequest, WireResponse } from './wire.ts'

/** The REST-JSON protocol: the operation is a method and a path; members travel in path, query, headers, body. */

interface Route {
  operation: OperationModel
  labels: Record<string, string>
}

/** The operation that a method and a path mean, most literal pattern first; undefined where there is none. */
export function route(model: LoadedModel, method: string, path: string): Route | undefined {
  const parts = splitPath(path)
  let best: (Route & { literals: number }) | undefined
  for (const operation of model.operations.values()) {
    if (operation.http?.[0] !== method) continue
    const labels = match(splitPath(operation.http[1].split('?')[0] ?? ''), parts)
    if (!labels) continue
    const literals = splitPath(operation.http[1]).filter((part) => !part.startsWith('{')).length
    if (!best || literals > best.literals) best = { operation, labels, literals }
  }
  return best
}

const splitPath = (path: string) => path.split('/').filter((part) => part !== '')

function match(pattern: string[], parts: string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const labels: Record<string, string> = {}
  for (const [i, expected] of pattern.entries()) {
    const part = parts[i] ?? ''
    if (expected.startsWith('{')) labels[expected.slice(1, -1).replace('+', '')] = decodeURIComponent(part)
    else if (expected !== part) return undefined
  }
  return labels
}

/** The input of a REST request; members from path, query and headers are text, converted by their shape here. */
export function readRest({ operation, labels }: Route, request: WireRequest): unknown {
  const shape = shapeOf(operation.input)
  if (shape.isUnitSchema()) return {}
  const query = new URLSearchParams(request.query)
  const literal = new URLSearchParams(operation.http?.[1].split('?')[1] ?? '')
  for (const key of literal.keys()) query.delete(key)
  const input: Record<string, unknown> = {}
  let payload: [string, Shape] | undefined
  for (const [member, memberShape] of shape.structIterator()) {
    const traits = memberShape.getMergedTraits()
    if (traits.httpLabel) input[member] = fromText(memberShape, [labels[member] ?? ''])
    if (traits.httpQuery && query.has(traits.httpQuery)) {
      input[member] = fromText(memberShape, query.getAll(traits.httpQuery))
      query.delete(traits.httpQuery)
    }
    const header = traits.httpHeader && request.headers[traits.httpHeader.toLowerCase()]
    if (header) input[member] = fromText(memberShape, [header])
    if (traits.httpPayload) payload = [member, memberShape]
  }
  for (const key of query.keys()) input[key] = query.get(key)
  if (!payload) return { ...input, ...(parseJson(request.body) as object) }
  if (payload[1].isBlobSchema()) input[payload[0]] = Buffer.from(request.body).toString('base64')
  else if (request.body) input[payload[0]] = parseJson(request.body)
  return input
}

/** The answer: members travel as the status, in headers, and in the body, which may be one member's alone. */
export function writeRest(shape: Shape, output: unknown): Partial<WireResponse> & { body: string } {
  const answer = { headers: {} as Record<string, string>, body: '' }
  const inBody = { ...(write(shape, output, 'epoch') as Record<string, unknown>) }
  let status: number | undefined
  let isPayload = false
  for (const [member, memberShape] of shape.structIterator()) {
    const { httpResponseCode, httpHeader, httpPayload } = memberShape.getMergedTraits()
    if (!httpResponseCode && !httpHeader && !httpPayload) continue
    const value = inBody[member]
    delete inBody[member]
    if (httpPayload) isPayload = true
    if (value === undefined) continue
    if (httpResponseCode) status = Number(value)
    else if (httpHeader) answer.headers[httpHeader.toLowerCase()] = String(value)
    else answer.body = memberShape.isBlobSchema() ? fromBase64(value) : JSON.stringify(value)
  }
  const body = isPayload ? answer.body : JSON.stringify(inBody)
  return { ...answer, body, ...(status === undefined ? {} : { status }) }
}

const fromBase64 = (value: unknown) => Buffer.from(String(value), 'base64').toString()

function fromText(shape: Shape, texts: string[]): unknown {
  if (shape.isListSchema()) return texts.map((text) => fromText(shape.getValueSchema(), [text]))
  const text = texts[0] ?? ''
  if (shape.isNumericSchema() && text !== '' && !Number.isNaN(Number(text))) return Number(text)
  if (shape.isBooleanSchema() && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
