import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AwsEndpoint } from './aws-endpoint.ts'
import { modelOf, serviceOf } from './protocol/models.ts'
import { decode, encode, encodeError, type WireRequest, type WireResponse } from './protocol/wire.ts'
import { AwsError } from './services/types.ts'
import { UnsupportedFeature } from './unsupported-feature.ts'

/** By how many milliseconds the caller is ahead of the clock: functions of this process that pause. */
export const aheadHeader = 'x-emulator-ahead'

// Ours, because nothing on npm emulates these services: there is a DynamoDB (we use it), and nothing for the rest.

/** Serves the emulator on 127.0.0.1. The signature of a request says service, region and who; it is not verified. */
export async function listen(aws: AwsEndpoint, port: number): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    readRequest(request)
      .then((read) => respond(aws, read))
      .then((reply) => send(response, reply))
  })
  // A function's clients keep their connections, however long it is until it is invoked again.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) }
}

/** The answer to a request whose service, and so whose protocol, is not known. */
const refusal = (error: Error): WireResponse => ({
  status: (error instanceof AwsError && error.status) || 501,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.name },
  body: JSON.stringify({ __type: error.name, message: error.message }),
})

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** Answers a request, whatever brought it. Resolves also where it is refused. */
export const respond = (aws: AwsEndpoint, request: WireRequest): Promise<WireResponse> =>
  answer(aws, request).catch(refusal)

async function answer(aws: AwsEndpoint, request: WireRequest): Promise<WireResponse> {
  const { accessKeyId, region, signingName } = scopeOf(request.headers.authorization ?? '')
  const model = await modelOf(serviceOf(signingName))
  const principal = aws.iam.principalFor(accessKeyId)
  const requestId = aws.nextRequestId(principal)
  try {
    const { operation, input } = decode(model, request)
    const output = await aws.call({
      principal,
      service: model.service,
      operation,
      input,
      region,
      requestId,
      ahead: Number(request.headers[aheadHeader] ?? 0),
    })
    return encode(model, operation, output, requestId)
  } catch (error) {
    if (error instanceof AwsError) return encodeError(model, error, requestId)
    // A mistake of ours must not look like one of AWS's, nor be retried.
    const { name, message: text } = error as Error
    const reported =
      error instanceof UnsupportedFeature
        ? new AwsError(name, text, error.status)
        : new AwsError('StandInMistake', `the emulator made a mistake: ${text}`, 501)
    return encodeError(model, reported, requestId)
  }
}

/** By events: an asynchronous iterator takes as long again as all the rest of a request. */
function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const [path = '/', query = ''] = (message.url ?? '/').split('?')
  // Only a cookie comes as a list.
  const headers = message.headers as Record<string, string>
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('error', reject)
    message.on('end', () =>
      resolve({
        method: message.method ?? 'GET',
        path,
        query,
        headers,
        body: Buffer.concat(chunks).toString(),
      }),
    )
  })
}

function scopeOf(authorization: string) {
  const scope = authorization.match(/Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request/)
  if (!scope) throw new AwsError('MissingAuthenticationToken', 'the request is not signed', 403)
  const [, accessKeyId = '', region = '', signingName = ''] = scope
  return { accessKeyId, region, signingName }
}

function send(response: ServerResponse, reply: WireResponse): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) })
  response.end(reply.body)
}
