import type { EC2Client } from '@aws-sdk/client-ec2'
import {
  GetImagePipelineCommand,
  type ImagebuilderClient,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import type { KMSClient } from '@aws-sdk/client-kms'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { classify, isDenied, isMissing, isRefusedValue } from '../../aws/errors.ts'
import { readParent, volumesNamedBy } from '../../aws/parent-facts.ts'
import { putParameter } from '../../aws/pointers.ts'
import { pinAdopted } from '../../aws/recipes.ts'
import { TargetMismatch } from '../../aws/targets.ts'
import { ParentNotPinned, ParentRefused, PipelineDisabled, PipelineMissing, Superseded } from '../../domain/errors.ts'
import { clientToken } from '../../domain/executions.ts'
import { newerRequest, releaseLock } from '../../domain/locks.ts'
import { versionOfArn } from '../../domain/names.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import { recordBakeStarted } from '../../domain/planning/transitions.ts'
import type { Bake } from '../../domain/releases/bake.ts'
import { judgeParent, parentText, snapshotsIn, type WantedParent } from '../../domain/validation/parent.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { cancelBake } from '../workflow/cancel-bake.ts'
import { requireOpenWindow, type WindowDeps } from '../workflow/change-window.ts'
import { changeLocks } from '../workflow/locks.ts'
import type { Waits } from '../workflow/task-waits.ts'
import { bakeInNextSubnet, type FailedBake, mayFitElsewhere } from './next-subnet.ts'

interface StartBakeDeps extends WindowDeps {
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'releases'>
  imageBuilder: ImagebuilderClient
  ec2: EC2Client
  kms: KMSClient
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
  /** What became of its bakes so far, each in one of its subnets, in their order. */
  failed: FailedBake[]
}

/**
 * Pins the image's parent, and starts its pipeline, or the same bake in its next subnet. The client token is the execution's name, with
 * that of the configuration in a further subnet, so a retry starts no second bake in one subnet.
 *
 * @throws OutsideChangeWindow where a freeze or the image's window forbids it now; then others have its lock. Superseded where a
 * newer campaign cancels bakes, and wants this image. ParentRefused where the image cannot be baked on that AMI. ParentNotPinned. PipelineMissing. PipelineDisabled. BakeFailed where no other
 * subnet would help. RequestRefused where the next subnet is not there any more.
 */
export async function startBake(deps: StartBakeDeps, request: StartBakeInput) {
  const { execution, time, campaign, image, parentAmi, failed } = request
  const { order } = await deps.ledger.campaigns.readOrdered(campaign, image)
  mayFitElsewhere(order, failed)
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
  const starting = { execution: execution.split(':').at(-1) ?? '', tags: tagsOf(request) }
  const imageArn =
    failed.length > 0
      ? await bakeInNextSubnet(deps, order, { ...starting, time, parentAmi, failed })
      : await startPipeline(deps, order, starting)
  await remember(deps, { image, version: versionOfArn(imageArn), imageArn, parentAmi, campaign, startedAt: time })
  await deps.ledger.campaigns.recordBakeStarted(campaign, image, { imageArn, parentAmi })
  const { definition } = order
  await deps.ledger.fleetState.change((known) =>
    recordBakeStarted(known, image, { parentAmi, definition, at: time, campaign }),
  )
  await giveWay(deps, order)
  return { imageArn }
}

const tagsOf = ({ campaign, image, parentAmi }: StartBakeInput) => ({
  'rebake:campaign': campaign,
  'rebake:image': image,
  'rebake:parent-ami': parentAmi,
})

async function startPipeline(
  { imageBuilder }: StartBakeDeps,
  { pipelineArn }: BakeOrder,
  { execution, tags }: { execution: string; tags: Record<string, string> },
): Promise<string> {
  const token = clientToken('bake', execution)
  const start = new StartImagePipelineExecutionCommand({ imagePipelineArn: pipelineArn, clientToken: token, tags })
  const { imageBuildVersionArn } = await imageBuilder.send(start).catch(async (error: unknown) => {
    throw await whyNotStarted(imageBuilder, pipelineArn, error)
  })
  if (!imageBuildVersionArn) throw new Error(`Image Builder started ${pipelineArn} and named no image`)
  return imageBuildVersionArn
}

/** No document says with which error Image Builder refuses a pipeline that is disabled, if it does: the pipeline is asked. */
async function whyNotStarted(imageBuilder: ImagebuilderClient, pipelineArn: string, error: unknown): Promise<unknown> {
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
async function pinParent(deps: StartBakeDeps, order: BakeOrder, request: StartBakeInput): Promise<void> {
  const { pipelineArn, parentParameter, componentUpdates, wanted } = order
  const { parentAmi, execution: token } = request
  if (componentUpdates) {
    const { imageBuilder } = deps
    await pinAdopted({ imageBuilder }, { pipelineArn, parentAmi, componentUpdates, token }, async (recipe) => {
      if (wanted) await requireFit(deps, { ...wanted, volumes: volumesNamedBy(recipe.blockDeviceMappings) }, request)
    })
    return
  }
  if (wanted) await requireFit(deps, wanted, request)
  try {
    await putParameter(deps.ssm, { name: parentParameter, value: parentAmi, dataType: 'text' })
  } catch (error) {
    if (isRefusedValue(error) || isDenied(error) || error instanceof TargetMismatch)
      throw new ParentNotPinned(`${parentParameter}: ${error.message}`, { cause: error })
    throw error
  }
}

/** @throws ParentRefused where the image cannot be baked on the AMI: an hour from now everybody would know */
async function requireFit(
  { ec2, kms, ledger }: StartBakeDeps,
  wanted: WantedParent,
  { campaign, image, parentAmi: ami, execution }: StartBakeInput,
): Promise<void> {
  const account = execution.split(':')[4] ?? ''
  const { volumes } = wanted
  const facts = await readParent({ ec2, kms }, { ami, account, volumes, snapshots: snapshotsIn(volumes) })
  const findings = facts ? judgeParent(facts, wanted) : [notThere]
  if (findings.length === 0) return
  await ledger.campaigns.recordParentRefused(campaign, image, ami)
  throw new ParentRefused(parentText(ami, wanted, findings))
}

const notThere = 'the build account does not see it: its owner has deregistered it, or shares it no more'

/** A newer campaign that came before there was anything to cancel: here there is. */
async function giveWay(deps: StartBakeDeps, { campaign, image, number, emergency }: BakeOrder): Promise<void> {
  if (deps.fleet.supersede !== 'cancel') return
  const newer = newerRequest(await deps.ledger.locks.read(), { image, stage: 'bake', number, emergency })
  if (!newer) return
  await cancelBake(deps, campaign, image)
  throw new Superseded(`superseded by campaign ${newer.campaign}`)
}
