import { GetImageCommand, type Image, type ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { type ImageFailure, readFailure } from '../domain/image-failure.ts'
import { rawAnswerOf } from './raw-answer.ts'

/** An image, with what Image Builder tells of its failure, which the SDK's model does not know. */
export async function readImage(
  client: ImagebuilderClient,
  imageBuildVersionArn: string,
): Promise<{ image: Image | undefined; failure: ImageFailure }> {
  const command = new GetImageCommand({ imageBuildVersionArn })
  const raw = rawAnswerOf(command)
  const { image } = await client.send(command)
  const { image: { state: { failureContext } = {} } = {} } = (raw() ?? {}) as {
    image?: { state?: { failureContext?: unknown } }
  }
  return { image, failure: readFailure(failureContext) }
}
