import type { AwsError } from '../services/types.ts'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { LoadedModel, OperationModel } from './models.ts'
import { readForm } from './query.ts'
import { readRest, route, writeRest } from './rest.ts'
import { parseJson, read, shapeOf, write } from './shape.ts'
import { ec2Answer, ec2Error, queryAnswer, queryError } from './xml.ts'

/** An HTTP request, read; header names in lower case. */
export interface WireRequest {
  method: string
  path: string
  query: string
  headers: Record<string, string>
  body: string
}

export interface WireResponse {
  status: number
  headers: Record<string, string>
  body: string
}

/**
 * What a request asks for, in the service's protocol. The input is raw: `AwsEndpoint.call` checks it.
 * @throws UnsupportedFeature where the model has no such operation
 */
export function decode(model: LoadedModel, request: WireRequest): { operation: string; input: unknown } {
  if (model.protocol === 'rest-json') {
    const found = route(model, request.method, request.path)
    if (!found) throw new UnsupportedFeature('request', `${model.service} ${request.method} ${request.path}`)
    return { operation: found.operation.name, input: readRest(found, request) }
  }
  if (model.protocol === 'query' || model.protocol === 'ec2') {
    const form = new URLSearchParams(request.body || request.query)
    const { name, input } = operationOf(model, form.get('Action') ?? 'without an Action')
    const shape = shapeOf(input)
    if (shape.isUnitSchema()) return { operation: name, input: {} }
    const raw = readForm(shape, form, model.protocol)
    const problems: string[] = []
    const value = read(shape, raw, problems, { text: true })
    // The text forms are undone here; whatever else is wrong is for the one validation to say.
    return { operation: name, input: problems.length === 0 ? value : raw }
  }
  const { name } = operationOf(model, request.headers['x-amz-target']?.split('.').at(-1) ?? 'without a target')
  return { operation: name, input: parseJson(request.body) }
}

export function operationOf(model: LoadedModel, name: string): OperationModel {
  const operation = model.operations.get(name)
  if (!operation) throw new UnsupportedFeature('operation', `${model.service} ${name}`)
  return operation
}

/** An answer in the service's protocol. Throws an Error where the output does not fit the model. */
export function encode(model: LoadedModel, operation: string, output: unknown, requestId: string): WireResponse {
  const { output: ref, http } = operationOf(model, operation)
  const shape = shapeOf(ref)
  const headers = { 'x-amzn-requestid': requestId }
  if (model.protocol === 'query' || model.protocol === 'ec2') {
    const answer = model.protocol === 'ec2' ? ec2Answer : queryAnswer
    const body = answer(shape, output, { operation, namespace: model.xmlNamespace ?? '', requestId })
    return { status: 200, headers: { ...headers, 'content-type': 'text/xml' }, body }
  }
  if (model.protocol === 'rest-json') {
    const answer = shape.isUnitSchema() ? { body: '{}' } : writeRest(shape, output)
    const status = answer.status ?? http?.[2] ?? 200
    const more = { ...headers, ...answer.headers, 'content-type': 'application/json' }
    return { status, headers: more, body: answer.body }
  }
  const body = shape.isUnitSchema() ? '{}' : JSON.stringify(write(shape, output, 'epoch'))
  return {
    status: http?.[2] ?? 200,
    headers: { ...headers, 'content-type': `application/x-amz-${model.protocol}` },
    body,
  }
}

/** An error in the service's protocol. */
export function encodeError(model: LoadedModel, error: AwsError, requestId: string): WireResponse {
  const schema = model.errors.get(error.name)
  const traits = schema ? shapeOf(schema).getMergedTraits() : {}
  const [queryCode, queryStatus] = (traits.awsQueryError as [string, number] | undefined) ?? []
  const status = error.status ?? queryStatus ?? (traits.httpError as number | undefined) ?? 400
  const headers = { 'x-amzn-requestid': requestId }
  if (model.protocol === 'query' || model.protocol === 'ec2') {
    const fault = status < 500 ? ('Sender' as const) : ('Receiver' as const)
    const reported = { code: queryCode ?? error.name, message: error.message, requestId, fault }
    const body = model.protocol === 'ec2' ? ec2Error(reported) : queryError(reported, model.xmlNamespace ?? '')
    return { status, headers: { ...headers, 'content-type': 'text/xml' }, body }
  }
  const known = schema ? [...shapeOf(schema).structIterator()].map(([member]) => member) : []
  const messageMember = known.find((member) => member.toLowerCase() === 'message') ?? 'message'
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json', 'x-amzn-errortype': error.name },
    body: JSON.stringify({ __type: error.name, [messageMember]: error.message, ...error.members }),
  }
}
