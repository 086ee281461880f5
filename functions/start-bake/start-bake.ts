import { type ImagebuilderClient, StartImagePipelineExecutionCommand } from '@aws-sdk/client-imagebuilder'
import { clientToken } from '../../domain/executions.ts'
import { imageKey } from '../shared/campaigns.ts'
import type { Ledger } from '../shared/ledger.ts'

interface Request {
  execution: string
  campaign: string
  image: string
  parentAmi: string
  pipelineArn: string
}

/** Starts the image's pipeline. The client token is the execution's name, so a retry starts no second bake. */
export async function startBake(
  { imageBuilder, ledger }: { imageBuilder: ImagebuilderClient; ledger: Ledger },
  { execution, campaign, image, parentAmi, pipelineArn }: Request,
) {
  const { imageBuildVersionArn: imageArn } = await imageBuilder.send(
    new StartImagePipelineExecutionCommand({
      imagePipelineArn: pipelineArn,
      clientToken: clientToken('bake', execution),
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:parent-ami': parentAmi },
    }),
  )
  if (!imageArn) throw new Error(`Image Builder started ${pipelineArn} and named no image`)
  await ledger.set(imageKey(campaign, image), { imageArn, parentAmi })
  return { imageArn }
}
