import { DistributeImageCommand, type ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { clientToken } from '../../domain/executions.ts'
import { readOrdered } from '../shared/campaigns.ts'
import { mustHoldRollOut } from '../shared/roll-outs.ts'
import { passIfOpen, type WaitingParts } from '../shared/waiting.ts'

interface Parts extends WaitingParts {
  imageBuilder: ImagebuilderClient
  /** Name or ARN of the role that Image Builder distributes with. */
  distributionRole: string
}

interface Request {
  /** The execution's ARN. */
  execution: string
  time: string
  campaign: string
  image: string
  imageArn: string
  ring: string
  distributionConfigurationArn: string
}

/**
 * Starts the copies for one ring. Image Builder reports them as a new image, and rebuilds nothing.
 *
 * @throws NotOpen where a freeze or a window forbids it now; Superseded where an emergency has overtaken it.
 */
export async function startDistribution(parts: Parts, request: Request) {
  const { execution, time, campaign, image, imageArn, ring, distributionConfigurationArn } = request
  const { order } = await readOrdered(parts.ledger, campaign, image)
  await mustHoldRollOut(parts.ledger, execution, order)
  await passIfOpen(parts, order, { image, ring }, time)
  const { imageBuildVersionArn } = await parts.imageBuilder.send(
    new DistributeImageCommand({
      sourceImage: imageArn,
      distributionConfigurationArn,
      executionRole: parts.distributionRole,
      clientToken: clientToken('distribute', execution.split(':').at(-1) ?? '', ring),
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:ring': ring },
    }),
  )
  if (!imageBuildVersionArn) throw new Error(`Image Builder distributes ${imageArn} and named no image`)
  return { imageArn: imageBuildVersionArn }
}
