import {
  CreateImageRecipeCommand,
  type CreateImageRecipeRequest,
  GetComponentCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  type ImagebuilderClient,
  type ImagePipeline,
  type ImageRecipe,
  ListComponentsCommand,
  ListImageRecipesCommand,
  type Ownership,
  UpdateImagePipelineCommand,
} from '@aws-sdk/client-imagebuilder'
import {
  type ComponentVersion,
  compareVersions,
  isSameRecipe,
  newestComponents,
  nextRecipe,
  parentKind,
  pinnedComponent,
  type RecipeChanges,
  updatedPipeline,
} from '../domain/adoption.ts'
import { RequestRefused, Transient } from '../domain/errors.ts'
import { clientToken } from '../domain/executions.ts'
import { isInUse, isMissing } from './errors.ts'
import { waysOut } from './pipeline-egress.ts'
import { unknownToPipelines, unknownToRecipes } from './response-coverage.ts'

export interface Adopted {
  pipeline: ImagePipeline
  recipe: ImageRecipe
  /** What either has and this version of Rebake could not carry over. */
  unknown: string[]
}

export interface Pin {
  pipelineArn: string
  parentAmi: string
  componentUpdates: 'pinned' | 'latest'
  /** What this is done for, such as the execution's name: a repetition has the same. */
  token: string
}

/**
 * Moves a pipeline that was there before to a version of its recipe that has this parent, where the recipe pins one, and
 * the newest components, where that is wanted. Repeated, it finds what it did before, and makes no second version.
 *
 * @param examine throws where nothing is to be changed, for what the recipe says
 * @returns the recipe that the pipeline has now
 * @throws RequestRefused for a pipeline that cannot be rebaked, with what to do about it
 */
export async function pinAdopted(
  { imageBuilder }: { imageBuilder: ImagebuilderClient },
  { pipelineArn, parentAmi, componentUpdates, token }: Pin,
  examine: (recipe: ImageRecipe) => Promise<void> = async () => {},
): Promise<{ recipeArn: string; changed: boolean }> {
  const { pipeline, recipe, unknown } = await readAdopted(imageBuilder, pipelineArn)
  await mustStay(imageBuilder, pipeline)
  await examine(recipe)
  const components =
    componentUpdates === 'latest' ? await movedComponents(imageBuilder, pipelineArn, recipe) : undefined
  const parentImage = movedParent(recipe, parentAmi)
  if (!parentImage && !components) return { recipeArn: recipe.arn ?? '', changed: false }
  if (unknown.length > 0)
    throw new RequestRefused(
      `The pipeline ${pipelineArn} or its recipe has ${unknown.join(', ')}, which this version of Rebake does not know ` +
        'and would lose. Update Rebake, or let the recipe take its parent from an SSM parameter. Nothing was changed.',
    )
  const request = nextRecipe(recipe, {
    ...(parentImage && { parentImage }),
    ...(components && { components }),
  })
  const recipeArn = (await findRecipe(imageBuilder, request)) ?? (await createRecipe(imageBuilder, request, token))
  const update = updatedPipeline(pipeline, recipeArn)
  const moved = clientToken('pipeline', token, JSON.stringify(update))
  await inTurn(imageBuilder.send(new UpdateImagePipelineCommand({ ...update, clientToken: moved })))
  return { recipeArn, changed: true }
}

/** @throws RequestRefused where the pipeline lets its AMIs out by itself: nothing has checked them then */
async function mustStay(client: ImagebuilderClient, pipeline: ImagePipeline): Promise<void> {
  const ways = await waysOut(client, pipeline)
  if (ways.length > 0)
    throw new RequestRefused(
      `The pipeline ${pipeline.arn} ${ways.join(', and ')} before anything is checked. Take that out of its distribution ` +
        'configuration: rings do it. Nothing was baked.',
    )
}

/** @throws RequestRefused where there is no such pipeline, or it makes no AMIs */
export async function readAdopted(client: ImagebuilderClient, imagePipelineArn: string): Promise<Adopted> {
  const getPipeline = new GetImagePipelineCommand({ imagePipelineArn })
  const unknownPipeline = unknownToPipelines(getPipeline)
  const { imagePipeline: pipeline } = (await ifThere(client.send(getPipeline))) ?? {}
  if (!pipeline)
    throw new RequestRefused(
      `There is no pipeline ${imagePipelineArn}. Correct the image's pipeline in the fleet, or create it again.`,
    )
  const { imageRecipeArn } = pipeline
  if (!imageRecipeArn)
    throw new RequestRefused(
      `The pipeline ${imagePipelineArn} builds containers, and Rebake bakes AMIs. Name a pipeline with an image recipe in the fleet.`,
    )
  const getRecipe = new GetImageRecipeCommand({ imageRecipeArn })
  const unknownRecipe = unknownToRecipes(getRecipe)
  const { imageRecipe: recipe } = (await ifThere(client.send(getRecipe))) ?? {}
  if (!recipe)
    throw new RequestRefused(
      `The recipe ${imageRecipeArn} of the pipeline ${imagePipelineArn} is gone. Give the pipeline another one.`,
    )
  return { pipeline, recipe, unknown: [...unknownPipeline(), ...unknownRecipe()] }
}

const movedParent = ({ parentImage = '' }: ImageRecipe, parentAmi: string) =>
  parentKind(parentImage) === 'pinned' && parentImage !== parentAmi ? parentAmi : undefined

/** The recipe's components, where one of them has a newer version; undefined where all are as new as can be. */
export async function movedComponents(
  client: ImagebuilderClient,
  pipelineArn: string,
  { components = [] }: ImageRecipe,
): Promise<RecipeChanges<ImageRecipe>['components'] | undefined> {
  const candidates: ComponentVersion[] = []
  for (const { componentArn = '' } of components)
    if (pinnedComponent(componentArn))
      candidates.push(...(await versionsOf(client, componentArn, pipelineArn.split(':')[4] ?? '')))
  const newest = newestComponents(components, candidates)
  return newest.some(({ componentArn }, i) => componentArn !== components[i]?.componentArn) ? newest : undefined
}

/** The present version first. Lists go by the name, of which an ARN has but a likeness. */
async function versionsOf(
  client: ImagebuilderClient,
  componentBuildVersionArn: string,
  own: string,
): Promise<ComponentVersion[]> {
  const { component } = (await ifThere(client.send(new GetComponentCommand({ componentBuildVersionArn })))) ?? {}
  if (!component?.name) return []
  const owner = ownerOf(componentBuildVersionArn, own)
  const filters = [{ name: 'name', values: [component.name] }]
  const listed = await allOf(async (next) => {
    const command = new ListComponentsCommand({ owner, filters, ...next })
    const { componentVersionList, nextToken } = await client.send(command)
    return { items: componentVersionList, nextToken }
  })
  return [component, ...listed]
}

function ownerOf(arn: string, own: string): Ownership {
  const account = arn.split(':')[4] ?? ''
  if (account === own) return 'Self'
  if (account === 'aws') return 'Amazon'
  if (account === 'aws-marketplace') return 'AWSMarketplace'
  return /^\d{12}$/.test(account) ? 'Shared' : 'ThirdParty'
}

type NextRecipe = Omit<CreateImageRecipeRequest, 'clientToken'>

/** That of a repeated request is the newest; to look at all there ever were is not worth the calls. */
const lookedAt = 10

/** A version that is what is wanted already: of an earlier try, when client tokens are forgotten, or of a campaign before. */
async function findRecipe(client: ImagebuilderClient, wanted: NextRecipe): Promise<string | undefined> {
  const { name = '', parentImage = '', semanticVersion = '' } = wanted
  const filters = [
    { name: 'name', values: [name] },
    { name: 'parentImage', values: [parentImage] },
  ]
  const listed = await allOf(async (next) => {
    const command = new ListImageRecipesCommand({ owner: 'Self', filters, ...next })
    const { imageRecipeSummaryList, nextToken } = await client.send(command)
    return { items: imageRecipeSummaryList, nextToken }
  })
  const prefix = semanticVersion.replace(/x$/, '')
  const versions = listed
    .map(({ arn = '' }) => ({ arn, version: arn.split('/').at(-1) ?? '' }))
    .filter(({ version }) => version.startsWith(prefix))
    .sort((a, b) => compareVersions(b.version, a.version))
  for (const { arn } of versions.slice(0, lookedAt)) {
    const command = new GetImageRecipeCommand({ imageRecipeArn: arn })
    const unknown = unknownToRecipes(command)
    const { imageRecipe } = (await ifThere(client.send(command))) ?? {}
    if (imageRecipe && unknown().length === 0 && isSameRecipe(imageRecipe, wanted)) return arn
  }
  return undefined
}

async function createRecipe(client: ImagebuilderClient, request: NextRecipe, token: string): Promise<string> {
  const command = new CreateImageRecipeCommand({
    ...request,
    clientToken: clientToken('recipe', token, JSON.stringify(request)),
  })
  const { imageRecipeArn } = await inTurn(client.send(command))
  if (!imageRecipeArn) throw new Error(`Image Builder made a version of the recipe ${request.name} and named none`)
  return imageRecipeArn
}

type Page<T> = { items?: T[] | undefined; nextToken?: string | undefined }

async function allOf<T>(page: (next: { nextToken?: string }) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = []
  let next: { nextToken?: string } | undefined = {}
  while (next) {
    const { items = [], nextToken }: Page<T> = await page(next)
    all.push(...items)
    next = nextToken === undefined ? undefined : { nextToken }
  }
  return all
}

async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Somebody else changes the same resource: a later try may. */
async function inTurn<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (isInUse(error)) throw new Transient(`${error.name}: ${error.message}`, { cause: error })
    throw error
  }
}
