import {
  CreateImageCommand,
  type CreateImageRequest,
  type Image,
  type ImagebuilderClient,
  type WorkflowConfiguration,
} from '@aws-sdk/client-imagebuilder'
import { isMissing } from '../../aws/errors.ts'
import { readImage } from '../../aws/image-failure.ts'
import { BakeFailed, RequestRefused } from '../../domain/errors.ts'
import { clientToken } from '../../domain/executions.ts'
import { versionOfArn } from '../../domain/names.ts'
import { fullSubnet } from '../../domain/no-capacity.ts'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { bakedAmis } from '../workflow/baked-amis.ts'

/** A bake in one subnet. */
export interface FailedBake {
  imageArn: string
  reason: string
}

interface NextBake {
  time: string
  parentAmi: string
  /** One for each subnet before, in their order. */
  failed: FailedBake[]
  /** The execution's name. */
  execution: string
  tags: Record<string, string>
}

/** @throws BakeFailed where the last bake failed for another reason than its subnet, or there is no subnet left */
export function mayFitElsewhere({ subnets = [], instanceTypes = [] }: BakeOrder, failed: readonly FailedBake[]): void {
  const { reason = '' } = failed.at(-1) ?? {}
  if (failed.length === 0) return
  if (!fullSubnet.test(reason)) throw new BakeFailed(`Image Builder says FAILED: ${reason}`)
  if (failed.length < subnets.length) return
  const each = failed.map((bake, i) => `${subnets[i]?.subnet}: ${bake.reason}`)
  throw new BakeFailed(
    `EC2 launched no ${instanceTypes.join(' or ')} in any of its ${subnets.length} subnets: ${each.join('; ')}`,
  )
}

/**
 * Bakes in the next subnet what was to be baked in the one before. All else is as that image has it, which never changes: a deploy in the
 * middle may have changed the pipeline, and a repeated request must be the same.
 *
 * @returns the ARN of the new image
 * @throws RequestRefused where what it takes is not there any more
 */
export async function bakeInNextSubnet(
  { imageBuilder, ledger }: { imageBuilder: ImagebuilderClient; ledger: Pick<Ledger, 'releases'> },
  { image, campaign, subnets = [] }: BakeOrder,
  { time, parentAmi, failed, execution, tags }: NextBake,
): Promise<string> {
  const { imageArn = '', reason = '' } = failed.at(-1) ?? {}
  const { subnet = '', configuration = '' } = subnets[failed.length] ?? {}
  try {
    const { image: before = {} } = await readImage(imageBuilder, imageArn)
    const bake = { image, version: versionOfArn(imageArn), imageArn, parentAmi, campaign, startedAt: time }
    const amis = bakedAmis(before, imageArn)
    await ledger.releases.recordBakeEnded({ ...bake, amis, ended: { at: time, as: 'failed', reason } })
    const { imageBuildVersionArn } = await imageBuilder.send(
      new CreateImageCommand({
        ...settingsOf(before),
        infrastructureConfigurationArn: configuration,
        clientToken: clientToken('bake', execution, configuration),
        tags: { ...ownTags(before), ...tags },
      }),
    )
    if (!imageBuildVersionArn) throw new Error(`Image Builder started ${image} in ${subnet} and named no image`)
    return imageBuildVersionArn
  } catch (error) {
    if (!(error instanceof Error) || !isMissing(error)) throw error
    throw new RequestRefused(
      `EC2 launched nothing in one subnet (${reason}), and in the next, ${subnet}, nothing can be baked: ${error.message}. ` +
        'If a deployment has changed the subnets meanwhile, start it again.',
      { cause: error },
    )
  }
}

/** How an image is baked, but for where. No distribution: the fleet's own pipelines distribute to nowhere. */
const settingsOf = ({
  imageRecipe,
  imageTestsConfiguration,
  imageScanningConfiguration,
  enhancedImageMetadataEnabled,
  executionRole,
  workflows,
  loggingConfiguration,
}: Image): Partial<CreateImageRequest> => ({
  imageRecipeArn: imageRecipe?.arn,
  imageTestsConfiguration,
  imageScanningConfiguration,
  enhancedImageMetadataEnabled,
  executionRole,
  workflows: workflows?.map(asNamed),
  loggingConfiguration,
})

/** An image may have its workflows as they were when it was made, and of AWS's own Image Builder takes the version x.x.x only. */
const asNamed = ({ workflowArn = '', ...use }: WorkflowConfiguration): WorkflowConfiguration => ({
  ...use,
  workflowArn: workflowArn.replace(/^([^:]+:){4}aws[^:]*:workflow\/[^/]+\/[^/]+\/.*$/, (arn) =>
    arn.split('/').slice(0, 3).concat('x.x.x').join('/'),
  ),
})

/** Those that anybody may give. */
const ownTags = ({ tags = {} }: Image) =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:')))
