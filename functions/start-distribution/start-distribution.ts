import { DistributeImageCommand, type ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { clientToken } from '../../domain/executions.ts'

interface Parts {
  imageBuilder: ImagebuilderClient
  /** Name or ARN of the role that Image Builder distributes with. */
  distributionRole: string
}

interface Request {
  execution: string
  campaign: string
  image: string
  imageArn: string
  ring: string
  distributionConfigurationArn: string
}

/** Starts the copies for one ring. Image Builder reports them as a new image, and rebuilds nothing. */
export async function startDistribution({ imageBuilder, distributionRole }: Parts, request: Request) {
  const { execution, campaign, image, imageArn, ring, distributionConfigurationArn } = request
  const { imageBuildVersionArn } = await imageBuilder.send(
    new DistributeImageCommand({
      sourceImage: imageArn,
      distributionConfigurationArn,
      executionRole: distributionRole,
      clientToken: clientToken('distribute', execution, ring),
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:ring': ring },
    }),
  )
  if (!imageBuildVersionArn) throw new Error(`Image Builder distributes ${imageArn} and named no image`)
  return { imageArn: imageBuildVersionArn }
}
