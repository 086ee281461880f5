import { DistributeImageCommand, type ImagebuilderClient } from '@aws-sdk/client-imagebuilder'

/** What is distributed, by whom, and for what. */
interface Asked {
  campaign: string
  image: string
  ring: string
  /** The ARN of the image, and of the distribution configuration. */
  imageArn: string
  configurationArn: string
  /** Name or ARN of the role that Image Builder distributes with. */
  distributionRole: string
  clientToken: string
}

/** Starts a distribution. @returns the ARN of the image that Image Builder reports it as */
export async function distributeImage(imageBuilder: ImagebuilderClient, asked: Asked): Promise<string> {
  const { campaign, image, ring, imageArn, configurationArn, distributionRole, clientToken } = asked
  const { imageBuildVersionArn } = await imageBuilder.send(
    new DistributeImageCommand({
      sourceImage: imageArn,
      distributionConfigurationArn: configurationArn,
      executionRole: distributionRole,
      clientToken,
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:ring': ring },
    }),
  )
  if (!imageBuildVersionArn) throw new Error(`Image Builder distributes ${imageArn} and named no image`)
  return imageBuildVersionArn
}

/** The ARN of a distribution configuration of the fleet, by its name: it is where the image is. */
export const configurationArnOf = (imageArn: string, name: string): string =>
  `${imageArn.split(':').slice(0, 5).join(':')}:distribution-configuration/${name}`
