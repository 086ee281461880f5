import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeAll, describe, expect, it } from 'vitest'
import { classify } from '../../aws/errors.ts'
import { ValidationFailed } from '../../domain/errors.ts'

const named = (name: string, more = {}) => Object.assign(new Error('slow down'), { name, ...more })

describe('classify', () => {
  // Workers share their modules: a file before this one may have left the client mocked.
  beforeAll(() => mockClient(EC2Client).restore())

  it.each([
    ['ThrottlingException'],
    ['RequestLimitExceeded'],
    ['TooManyRequestsException'],
    ['TooManyUpdates'],
    ['CallRateLimitExceededException'],
    ['ProvisionedThroughputExceededException'],
    ['ServiceUnavailable'],
    ['InternalServerError'],
    ['TimeoutError'],
  ])('takes %s as transient', (name) => {
    const error = named(name, { $fault: 'client' })
    expect(classify(error)).toMatchObject({ name: 'Transient', message: `${name}: slow down`, cause: error })
  })

  it.each([
    ['a failure of the service, whatever its name', named('InternalError', { $fault: 'server' })],
    ['a connection that was lost', named('Error', { code: 'ECONNRESET' })],
    ['a name that did not resolve', named('Error', { code: 'EAI_AGAIN' })],
  ])('takes %s as transient', (_, error) => {
    expect(classify(error)).toMatchObject({ name: 'Transient', cause: error })
  })

  it.each([['client'], ['server']])("takes a quota as a quota, be it the %s's fault", ($fault) => {
    const error = named('ServiceQuotaExceededException', { $fault })
    expect(classify(error)).toMatchObject({
      name: 'QuotaReached',
      message: 'ServiceQuotaExceededException: slow down',
      cause: error,
    })
  })

  it.each<[string, unknown]>([
    ['AccessDeniedException', named('AccessDeniedException', { $fault: 'client' })],
    ['a name that only begins like one', named('ThrottlingExceptionally')],
    ['a bug', new TypeError('x is not a function')],
    ['an error of our own', new ValidationFailed('ThrottlingException')],
    ['no error at all', 'ThrottlingException'],
    ['nothing', undefined],
  ])('leaves %s as it is', (_, error) => {
    expect(classify(error)).toBe(error)
  })

  it.each([
    [503, 'Unavailable', 'Transient'],
    [500, 'InternalError', 'Transient'],
    [403, 'UnauthorizedOperation', 'UnauthorizedOperation'],
  ])('sees HTTP %i %s of the real SDK as %s', async (status, code, name) => {
    const body = `<Response><Errors><Error><Code>${code}</Code><Message>m</Message></Error></Errors></Response>`
    const server = createServer((_, response) => response.writeHead(status).end(body))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = new EC2Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-west-2',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      maxAttempts: 1,
    })
    const error = await client.send(new DescribeImagesCommand({})).catch(classify)
    expect(error).toMatchObject({ name, message: expect.stringContaining('m') })
    client.destroy()
    server.close()
  })
})
