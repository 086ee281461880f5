/** A command whose answer may be watched. */
interface Watchable {
  middlewareStack: { add: (middleware: never, options: typeof nearest) => void }
}

/** Nearer to the answer than the SDK's own deserializer, which is of normal priority. */
const nearest = { step: 'deserialize', priority: 'low', name: 'rawAnswer' } as const

/**
 * The SDK drops what its model does not have, and AWS adds to its API before an SDK knows of it.
 *
 * @returns the JSON of the command's answer as it came, once it has been sent; undefined before, and where it failed
 */
export function rawAnswerOf({ middlewareStack }: Watchable): () => unknown {
  let found: unknown
  const middleware =
    <A, R extends { response: unknown }>(next: (args: A) => Promise<R>) =>
    async (args: A): Promise<R> => {
      const result = await next(args)
      const answer = result.response as { statusCode: number; body: AsyncIterable<Uint8Array> | Uint8Array }
      if (answer.statusCode !== 200) return result
      const body = Buffer.from(await bytesOf(answer.body))
      found = JSON.parse(body.toString('utf8'))
      answer.body = body
      return result
    }
  middlewareStack.add(middleware as never, nearest)
  return () => found
}

async function bytesOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
