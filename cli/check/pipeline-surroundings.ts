import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  GetWorkflowCommand,
  type ImagebuilderClient,
  type ImagePipeline,
  type ImageRecipe,
  type ImageSummary,
  paginateListImagePipelineImages,
} from '@aws-sdk/client-imagebuilder'
import { parse } from 'yaml'
import { isMissing } from '../../aws/errors.ts'
import { compareVersions, isTerraforms, parentKind } from '../../domain/adoption.ts'
import type { Image } from '../../domain/fleet/model.ts'
import { imageNameOf, pointerName, resourceName } from '../../domain/names.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { listOf } from '../doctor/key-policy.ts'
import { duration } from '../render/duration.ts'
import type { Findings } from './findings.ts'

/** What is around an adopted pipeline: the role that it acts by, its workflows, and who else changes it. */

export interface Surroundings {
  deployment: Deployment
  imageBuilder: ImagebuilderClient
  pipeline: ImagePipeline
  recipe: ImageRecipe
}

/** Image Builder takes no other on, and nobody can update a pipeline whose role it does not take on. */
export async function examineRole({ deployment, pipeline }: Surroundings, { problems }: Findings): Promise<void> {
  const { executionRole } = pipeline
  if (!executionRole) return
  const RoleName = executionRole.split('/').at(-1) ?? ''
  const another = 'create it again, or give the pipeline another one'
  try {
    const { Role } = await new IAMClient(deployment.config).send(new GetRoleCommand({ RoleName }))
    const trust = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '%7B%7D')) as {
      Statement?: { Principal?: { Service?: unknown } } | { Principal?: { Service?: unknown } }[]
    }
    const services = [trust.Statement ?? []].flat().flatMap(({ Principal }) => listOf(Principal?.Service))
    if (!services.includes('imagebuilder.amazonaws.com'))
      problems.push(`its execution role ${RoleName} does not trust imagebuilder.amazonaws.com: let it, or ${another}`)
  } catch (error) {
    if (!isMissing(error)) throw error
    problems.push(`its execution role ${RoleName} is gone, so no build starts and no rebake updates it: ${another}`)
  }
}

/** What a recipe must follow for a campaign's parent to be in its AMI; each where Image Builder finds it out at each build. */
export async function examineParent(
  { deployment, recipe }: Surroundings,
  image: string,
  {
    recipeOf,
    problems,
  }: { recipeOf: (image: string) => Promise<ImageRecipe | undefined> } & Pick<Findings, 'problems'>,
): Promise<void> {
  const { fleet } = deployment
  const { parentImage = '' } = recipe
  const parent = fleet.images[image]?.parent ?? ''
  const { parameter, image: source } = fleet.upstreams[parent] ?? {}
  const above = fleet.images[parent]
  const [, followed] = parentImage.match(/^ssm:(.+)$/) ?? []
  const made = imageNameOf(parentImage)
  if (parentKind(parentImage) === 'pinned' || (followed ?? made) === undefined) return
  const expected = above
    ? followed
      ? pointerName(fleet.name, parent, 'candidate')
      : above.pipeline
        ? (await recipeOf(parent))?.name
        : resourceName(fleet.name, parent)
    : followed
      ? parameter?.name
      : source?.name
  if (plain(expected ?? '') === plain(followed ?? made ?? '')) return
  problems.push(
    `its recipe follows ${parentImage}, which no campaign moves, so its check of ami finds another parent than ${parent}: ` +
      `name an AMI in the recipe, which a rebake moves${expected ? `, or follow ${followed ? `ssm:${expected}` : expected}` : ''}`,
  )
}

/** ARNs have a likeness of names, and a parameter may be named by its ARN. */
const plain = (name: string) =>
  name
    .replace(/^arn:.*:parameter/, '')
    .toLowerCase()
    .replaceAll('_', '-')

interface Step {
  name?: string
  action?: string
  timeoutSeconds?: number
}

/** "Default Timeout: 3 days": https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html */
const waitsFor = 3 * 24 * 3_600

/** A step that waits for somebody's answer outlasts the bake, which is cancelled then. */
export async function examineWorkflows(
  { imageBuilder, pipeline }: Surroundings,
  { timeout }: Image,
  { problems, warnings }: Findings,
): Promise<void> {
  // Those of AWS wait for nobody.
  const own = (pipeline.workflows ?? []).filter(({ workflowArn = '' }) => workflowArn.split(':')[4] !== 'aws')
  for (const { workflowArn = '' } of own) {
    const name = workflowArn.split('/').slice(-3).join('/')
    const command = new GetWorkflowCommand({ workflowBuildVersionArn: workflowArn })
    const found = await imageBuilder.send(command).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    if (!found) {
      problems.push(`its workflow ${name} is gone, so no build starts: give the pipeline another one`)
      continue
    }
    const { steps = [] } = (parse(found.workflow?.data ?? '{}') ?? {}) as { steps?: Step[] }
    for (const { name: step, action, timeoutSeconds = waitsFor } of steps) {
      if (action !== 'WaitForAction') continue
      const text = `its workflow ${name} waits for somebody at the step ${step}, up to ${duration(timeoutSeconds)}`
      if (timeoutSeconds < timeout) warnings.push(`${text}: each rebake takes as long as that`)
      else
        problems.push(
          `${text}, and a bake is cancelled after ${duration(timeout)} (timeout): take the step out, as rings have approvals, or raise the timeout of the image`,
        )
    }
  }
}

const ignoring = 'lifecycle { ignore_changes = [image_recipe_arn] }'

/** What keeps the pipeline as code puts the recipe back that the code names. */
export async function examineRecipe(
  { imageBuilder, pipeline, recipe }: Surroundings,
  { problems, warnings }: Findings,
): Promise<void> {
  const moves = parentKind(recipe.parentImage ?? '') === 'pinned'
  const rebaked = moves ? await lastRebake(imageBuilder, pipeline.arn ?? '') : undefined
  const baked = rebaked?.version ?? ''
  const present = recipe.version ?? ''
  const terraform = `resource "aws_imagebuilder_image_pipeline": ${ignoring}`
  if (baked !== '' && compareVersions(present, baked) < 0)
    problems.push(
      `somebody has put it back to version ${present} of its recipe, and the last rebake baked ${baked}: keep what it is made by from changing the recipe ` +
        `(Terraform: ${terraform}), and rebake it`,
    )
  else if (moves && isTerraforms(pipeline.tags))
    warnings.push(
      `its tags say that Terraform made it, and an apply puts its recipe back after each rebake: ${terraform}`,
    )
}

/** The newest image that a campaign had the pipeline build. */
async function lastRebake(client: ImagebuilderClient, imagePipelineArn: string): Promise<ImageSummary | undefined> {
  let newest: ImageSummary | undefined
  for await (const { imageSummaryList = [] } of paginateListImagePipelineImages({ client }, { imagePipelineArn }))
    for (const image of imageSummaryList)
      if (image.tags?.['rebake:image'] && (image.dateCreated ?? '') >= (newest?.dateCreated ?? '')) newest = image
  return newest
}
