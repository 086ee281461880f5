import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Answer {
  Status: 'SUCCESS' | 'FAILED'
  Reason?: string
}

/** Where custom resources send their answers, as CloudFormation's presigned URLs do on AWS. */
export async function responses() {
  const answers = new Map<string, Answer>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    answers.set(request.url ?? '', JSON.parse(body) as Answer)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    urlFor: (logicalId: string) => `http://127.0.0.1:${port}/${logicalId}`,
    answerOf: (logicalId: string) => answers.get(`/${logicalId}`),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
