import type { Shape } from './shape.ts'

/** The answers of the Query protocols, by the service's model. */

export interface Envelope {
  operation: string
  namespace: string
  requestId: string
}

export function queryAnswer(shape: Shape, output: unknown, o: Envelope): string {
  const result = shape.isUnitSchema() ? '' : element(`${o.operation}Result`, members(shape, output))
  const metadata = element('ResponseMetadata', element('RequestId', escapeText(o.requestId)))
  return root(`${o.operation}Response`, o.namespace, result + metadata)
}

export function ec2Answer(shape: Shape, output: unknown, o: Envelope): string {
  const body = element('requestId', escapeText(o.requestId)) + members(shape, output)
  return root(`${o.operation}Response`, o.namespace, body)
}

interface XmlError {
  code: string
  message: string
  requestId: string
  fault: 'Sender' | 'Receiver'
}

const codeAndMessage = (e: XmlError) => element('Code', escapeText(e.code)) + element('Message', escapeText(e.message))

export function queryError(e: XmlError, namespace: string): string {
  const error = element('Error', element('Type', e.fault) + codeAndMessage(e))
  return root('ErrorResponse', namespace, error + element('RequestId', escapeText(e.requestId)))
}

export function ec2Error(e: XmlError): string {
  const errors = element('Errors', element('Error', codeAndMessage(e)))
  return declared(element('Response', errors + element('RequestID', escapeText(e.requestId))))
}

const declared = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>${body}`
const root = (name: string, namespace: string, body: string) =>
  declared(`<${name} xmlns="${namespace}">${body}</${name}>`)
const element = (name: string, body: string) => `<${name}>${body}</${name}>`

function members(shape: Shape, value: unknown): string {
  if (shape.isUnitSchema()) return ''
  const object = value as Record<string, unknown>
  let body = ''
  for (const [member, memberShape] of shape.structIterator()) {
    if (object[member] === undefined) continue
    body += named(memberShape.getMergedTraits().xmlName ?? member, memberShape, object[member])
  }
  return body
}

function named(name: string, shape: Shape, value: unknown): string {
  const flat = shape.getMergedTraits().xmlFlattened
  if (shape.isListSchema()) {
    const item = shape.getValueSchema()
    const itemName = flat ? name : (item.getMergedTraits().xmlName ?? 'member')
    const items = (value as unknown[]).map((each) => named(itemName, item, each)).join('')
    return flat ? items : element(name, items)
  }
  if (shape.isMapSchema()) {
    const [key, held] = [shape.getKeySchema(), shape.getValueSchema()]
    const entries = Object.entries(value as object).map(([k, v]) =>
      element(
        flat ? name : 'entry',
        named(key.getMergedTraits().xmlName ?? 'key', key, k) +
          named(held.getMergedTraits().xmlName ?? 'value', held, v),
      ),
    )
    return flat ? entries.join('') : element(name, entries.join(''))
  }
  return element(name, shape.isStructSchema() ? members(shape, value) : text(value))
}

function text(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return escapeText(String(value))
}

// Line ends and tabs are escaped too: a parser may otherwise normalise them away.
const escapeText = (value: string) =>
  value.replace(
    /[&<>"'\r\n\t]/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? `&#x${c.charCodeAt(0).toString(16)};`,
  )
