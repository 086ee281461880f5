import {
  GetImagePipelineCommand,
  type ImagebuilderClient,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { classify, isDenied, isMissing, isRefusedValue } from '../../aws/errors.ts'
import { putParameter } from '../../aws/pointers.ts'
import { pinAdopted } from '../../aws/recipes.ts'
import { TargetMismatch } from '../../aws/targets.ts'
import { ParentNotPinned, PipelineDisabled, PipelineMissing, Superseded } from '../../domain/errors.ts'
import { clientToken } from '../../domain/executions.ts'
import { newerRequest, releaseLock } from '../../domain/locks.ts'
import { versionOfArn } from '../../domain/names.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import { recordBakeStarted } from '../../domain/planning/transitions.ts'
import type { Bake } from '../../domain/releases/bake.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { cancelBake } from '../workflow/cancel-bake.ts'
import { requireOpenWindow, type WindowDeps } from '../workflow/change-window.ts'
import { changeLocks } from '../workflow/locks.ts'
import type { Waits } from '../workflow/task-waits.ts'

interface StartBakeDeps extends WindowDeps {
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'releases'>
  imageBuilder: ImagebuilderClient
  ssm: SSMClient
  waits: Waits
  concurrentBakes: number
}

interface StartBakeInput {
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
 * @throws OutsideChangeWindow where a freeze or the image's window forbids it now; then others have its lock. Superseded where a
 * newer campaign cancels bakes, and wants this image. ParentNotPinned. PipelineMissing. PipelineDisabled.
 */
export async function startBake(deps: StartBakeDeps, request: StartBakeInput) {
  const { execution, time, campaign, image, parentAmi } = request
  const { order } = await deps.ledger.campaigns.readOrdered(campaign, image)
  await requireOpenWindow(
    deps,
    order,
    { image },
    {
      time,
      beforeWaiting: () => changeLocks(deps, time, (locks) => releaseLock(locks, { holder: execution, stage: 'bake' })),
    },
  )
  await pinParent(deps, order, request)
  const { pipelineArn } = order
  const { imageBuildVersionArn: imageArn } = await deps.imageBuilder
    .send(
      new StartImagePipelineExecutionCommand({
        imagePipelineArn: pipelineArn,
        clientToken: clientToken('bake', execution.split(':').at(-1) ?? ''),
        tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:parent-ami': parentAmi },
      }),
    )
    .catch(async (error: unknown) => {
      throw await whyNotStarted(deps, pipelineArn, error)
    })
  if (!imageArn) throw new Error(`Image Builder started ${pipelineArn} and named no image`)
  await remember(deps, { image, version: versionOfArn(imageArn), imageArn, parentAmi, campaign, startedAt: time })
  await deps.ledger.campaigns.recordBakeStarted(campaign, image, { imageArn, parentAmi })
  const { definition } = order
  await deps.ledger.fleetState.change((known) =>
    recordBakeStarted(known, image, { parentAmi, definition, at: time, campaign }),
  )
  await giveWay(deps, order)
  return { imageArn }
}

/** No document says with which error Image Builder refuses a pipeline that is disabled, if it does: the pipeline is asked. */
async function whyNotStarted({ imageBuilder }: StartBakeDeps, pipelineArn: string, error: unknown): Promise<unknown> {
  if (isMissing(error)) return new PipelineMissing(`there is no pipeline ${pipelineArn}`, { cause: error })
  // What another try may fix is not about the pipeline.
  if (classify(error) !== error) return error
  const asked = imageBuilder.send(new GetImagePipelineCommand({ imagePipelineArn: pipelineArn }))
  const { imagePipeline } = await asked.catch(() => ({ imagePipeline: undefined }))
  return imagePipeline?.status === 'DISABLED'
    ? new PipelineDisabled(`the pipeline ${pipelineArn} is disabled`, { cause: error })
    : error
}

/**
 * Whatever comes of it, somebody must know what it leaves. No document says whether Image Builder gives the number of a build that
 * was deleted again: what events said of that one is not about this one.
 */
async function remember({ ledger, waits }: StartBakeDeps, bake: Bake): Promise<void> {
  if (await ledger.releases.recordBakeStarted(bake)) await waits.forget(bake.imageArn)
}

/**
 * The recipe of the fleet's own image names its parent as a parameter, so a rebake needs no new version of it; that of a
 * pipeline which was there before may pin an AMI.
 */
async function pinParent(
  { ssm, imageBuilder }: StartBakeDeps,
  { pipelineArn, parentParameter, componentUpdates }: BakeOrder,
  { parentAmi, execution: token }: StartBakeInput,
): Promise<void> {
  if (componentUpdates) {
    await pinAdopted({ imageBuilder }, { pipelineArn, parentAmi, componentUpdates, token })
    return
  }
  try {
    await putParameter(ssm, { name: parentParameter, value: parentAmi, dataType: 'text' })
  } catch (error) {
    if (isRefusedValue(error) || isDenied(error) || error instanceof TargetMismatch)
      throw new ParentNotPinned(`${parentParameter}: ${error.message}`, { cause: error })
    throw error
  }
}

/** A newer campaign that came before there was anything to cancel: here there is. */
async function giveWay(deps: StartBakeDeps, { campaign, image, number, emergency }: BakeOrder): Promise<void> {
  if (deps.fleet.supersede !== 'cancel') return
  const newer = newerRequest(await deps.ledger.locks.read(), { image, stage: 'bake', number, emergency })
  if (!newer) return
  await cancelBake(deps, campaign, image)
  throw new Superseded(`superseded by campaign ${newer.campaign}`)
}
