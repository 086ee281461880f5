import { type ImagebuilderClient, StartImagePipelineExecutionCommand } from '@aws-sdk/client-imagebuilder'
import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { pinAdopted } from '../../aws/recipes.ts'
import { free, newerThan } from '../../domain/claims.ts'
import { Superseded } from '../../domain/errors.ts'
import { clientToken } from '../../domain/executions.ts'
import { begun } from '../../domain/planning/learning.ts'
import type { RebakeOrder } from '../../domain/planning/order.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { cancelBake } from '../workflow/cancel-bake.ts'
import { passIfOpen, type WaitingParts } from '../workflow/change-window.ts'
import { changeClaims } from '../workflow/locks.ts'
import type { Waits } from '../workflow/task-waits.ts'

interface Parts extends WaitingParts {
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks'>
  imageBuilder: ImagebuilderClient
  ssm: SSMClient
  waits: Waits
  concurrentBakes: number
}

interface Request {
  /** The execution's ARN. */
  execution: string
  time: string
  campaign: string
  image: string
  parentAmi: string
}

/**
 * Pins the image's parent, and starts its pipeline. The client token is the execution's name, so a retry starts no second
 * bake.
 *
 * @throws NotOpen where a freeze or the image's window forbids it now; then others have its turn. Superseded where a
 * newer campaign cancels bakes, and wants this image.
 */
export async function startBake(parts: Parts, request: Request) {
  const { execution, time, campaign, image, parentAmi } = request
  const { order } = await parts.ledger.campaigns.readOrdered(campaign, image)
  await passIfOpen(parts, order, { image }, time, () =>
    changeClaims(parts, time, (claims) => free(claims, { holder: execution, stage: 'bake' })),
  )
  await pinParent(parts, order, request)
  const { pipelineArn } = order
  const { imageBuildVersionArn: imageArn } = await parts.imageBuilder.send(
    new StartImagePipelineExecutionCommand({
      imagePipelineArn: pipelineArn,
      clientToken: clientToken('bake', execution.split(':').at(-1) ?? ''),
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:parent-ami': parentAmi },
    }),
  )
  if (!imageArn) throw new Error(`Image Builder started ${pipelineArn} and named no image`)
  await parts.ledger.campaigns.recordBakeStarted(campaign, image, { imageArn, parentAmi })
  const { definition } = order
  await parts.ledger.fleetState.change((known) => begun(known, image, { parentAmi, definition, at: time, campaign }))
  await giveWay(parts, order)
  return { imageArn }
}

/**
 * The recipe of the fleet's own image names its parent as a parameter, so a rebake needs no new version of it; that of a
 * pipeline which was there before may pin an AMI.
 */
async function pinParent(
  { ssm, imageBuilder }: Parts,
  { pipelineArn, parentParameter, componentUpdates }: RebakeOrder,
  { parentAmi, execution: token }: Request,
): Promise<void> {
  if (componentUpdates) {
    await pinAdopted({ imageBuilder }, { pipelineArn, parentAmi, componentUpdates, token })
    return
  }
  await ssm.send(
    new PutParameterCommand({
      Name: parentParameter,
      Value: parentAmi,
      Type: 'String',
      Overwrite: true,
    }),
  )
}

/** A newer campaign that came before there was anything to cancel: here there is. */
async function giveWay(parts: Parts, { campaign, image, number, emergency }: RebakeOrder): Promise<void> {
  if (parts.fleet.supersede !== 'cancel') return
  const newer = newerThan(await parts.ledger.locks.read(), { image, stage: 'bake', number, emergency })
  if (!newer) return
  await cancelBake(parts, campaign, image)
  throw new Superseded(`superseded by campaign ${newer.campaign}`)
}
