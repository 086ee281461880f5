import {
  type GetImagePipelineCommand,
  GetImagePipelineResponse$,
  type GetImageRecipeCommand,
  GetImageRecipeResponse$,
} from '@aws-sdk/client-imagebuilder'
import { NormalizedSchema } from '@smithy/core/schema'
import { rawAnswerOf } from './raw-answer.ts'

/**
 * Who copies a resource must know what the SDK would lose of it, as it did the amiWatermarks of recipes.
 *
 * @returns paths of the members of the command's answer that the SDK does not know, once it has been sent
 */
export const unknownToPipelines = (command: GetImagePipelineCommand): (() => string[]) =>
  watching(NormalizedSchema.of(GetImagePipelineResponse$), command)

/** As of pipelines. */
export const unknownToRecipes = (command: GetImageRecipeCommand): (() => string[]) =>
  watching(NormalizedSchema.of(GetImageRecipeResponse$), command)

function watching(shape: NormalizedSchema, command: Parameters<typeof rawAnswerOf>[0]): () => string[] {
  const answer = rawAnswerOf(command)
  return () => unknown(shape, answer(), '')
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
