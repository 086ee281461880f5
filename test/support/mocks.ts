import { mockClient } from 'aws-sdk-client-mock'
import { afterAll } from 'vitest'

/** A mocked client class for one test file: put back at its end, because files share a process. */
export const mockOf: typeof mockClient = (client) => {
  const mock = mockClient(client)
  afterAll(() => mock.restore())
  return mock
}
