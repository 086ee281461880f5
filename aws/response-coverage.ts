import {
  type GetImagePipelineCommand,
  GetImagePipelineResponse$,
  type GetImageRecipeCommand,
  GetImageRecipeResponse$,
} from '@aws-sdk/client-imagebuilder'
import { NormalizedSchema } from '@smithy/core/schema'

/**
 * The SDK drops what its model does not have, and AWS adds to its API before an SDK knows of it, as it did with the
 * amiWatermarks of recipes. Who copies a resource must know what would be lost.
 *
 * @returns paths of the members of the command's answer that the SDK does not know, once it has been sent
 */
export function unknownToPipelines({ middlewareStack }: GetImagePipelineCommand): () => string[] {
  const { middleware, found } = watching(NormalizedSchema.of(GetImagePipelineResponse$))
  middlewareStack.add(middleware, nearest)
  return found
}

/** As of pipelines. */
export function unknownToRecipes({ middlewareStack }: GetImageRecipeCommand): () => string[] {
  const { middleware, found } = watching(NormalizedSchema.of(GetImageRecipeResponse$))
  middlewareStack.add(middleware, nearest)
  return found
}

/** Nearer to the answer than the SDK's own deserializer, which is of normal priority. */
const nearest = { step: 'deserialize', priority: 'low', name: 'unknownMembers' } as const

function watching(shape: NormalizedSchema) {
  let found: string[] = []
  const middleware =
    <A, R extends { response: unknown }>(next: (args: A) => Promise<R>) =>
    async (args: A): Promise<R> => {
      const result = await next(args)
      const answer = result.response as { statusCode: number; body: AsyncIterable<Uint8Array> | Uint8Array }
      if (answer.statusCode !== 200) return result
      const body = Buffer.from(await bytesOf(answer.body))
      found = unknown(shape, JSON.parse(body.toString('utf8')), '')
      answer.body = body
      return result
    }
  return { middleware, found: () => found }
}

async function bytesOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function unknown(shape: NormalizedSchema, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (shape.isListSchema())
    return Object.values(value).flatMap((item, i) => unknown(shape.getValueSchema(), item, `${path}[${i}]`))
  if (!shape.isStructSchema()) return []
  const members = new Map(shape.structIterator())
  return Object.entries(value).flatMap(([name, item]) => {
    const member = members.get(name)
    const at = path === '' ? name : `${path}.${name}`
    return member ? unknown(member, item, at) : [at]
  })
}
