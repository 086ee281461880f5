import { ImagebuilderClient, paginateListImagePipelines } from '@aws-sdk/client-imagebuilder'
import { isDenied } from '../../aws/errors.ts'
import { waysOut } from '../../aws/pipeline-egress.ts'
import { type Adopted, movedComponents, readAdopted } from '../../aws/recipes.ts'
import { RequestRefused } from '../../domain/errors.ts'
import type { Image } from '../../domain/fleet/model.ts'
import { partitionOf } from '../../domain/fleet/regions.ts'
import { resourceName } from '../../domain/names.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { inTheWay, outwards, rebakeText } from './adopted-pipeline.ts'
import { deniedAction, type Findings, lookingAt } from './findings.ts'
import { notAsTheFleetSays } from './own-pipeline.ts'
import { examineParent, examineRecipe, examineRole, examineWorkflows } from './pipeline-surroundings.ts'
import { examineNamedKeys, examineVolumes } from './volume-keys.ts'

/** An image of the fleet, and what there is of it in its build account. */
export interface Compared extends Findings {
  image: string
  adopted: boolean
  /** The pipeline's name. */
  pipeline: string
  /** Of its recipe; '' where there is none. */
  parent: string
  /** When its pipeline or its recipe changed last, ISO 8601; '' where there is none. */
  changed: string
  /** What a rebake does with a pipeline that was there before, or a deploy with one that is not there; '' of others. */
  rebake: string
}

/** So many images at once: Image Builder answers some calls in a second, and no more. */
const atOnce = 5

/**
 * Compares every image of the fleet with its pipeline and recipe; changes nothing.
 * @param isDeployed whether pipelines of the fleet's own are there already
 * @throws BadInput or Failed
 */
export async function compare(deployment: Deployment, { isDeployed = true } = {}): Promise<Compared[]> {
  const client = new ImagebuilderClient(deployment.config)
  const images = Object.entries(deployment.fleet.images)
  const found = new Map<string, Promise<Adopted | string>>()
  const read = (arn: string) => {
    const asked = found.get(arn) ?? readIfPossible(client, arn)
    found.set(arn, asked)
    return asked
  }
  const context = { deployment, client, read, isDeployed }
  const compared: Compared[] = []
  for (let i = 0; i < images.length; i += atOnce) {
    const some = images.slice(i, i + atOnce).map(([name, image]) => compareImage(context, name, image))
    compared.push(...(await Promise.all(some)))
  }
  return compared
}

interface Context {
  deployment: Deployment
  client: ImagebuilderClient
  /** What there is of a pipeline, or why a rebake would be refused; each is asked for once. */
  read: (pipelineArn: string) => Promise<Adopted | string>
  isDeployed: boolean
}

async function compareImage(context: Context, name: string, image: Image): Promise<Compared> {
  const { deployment, read } = context
  const { fleet } = deployment
  const { account, region } = fleet.build
  const ownArn = `arn:${partitionOf(region)}:imagebuilder:${region}:${account}:image-pipeline/${resourceName(fleet.name, name)}`
  const pipelineArn = image.pipeline ?? ownArn
  const pipeline = pipelineArn.split('/')[1] ?? ''
  const compared: Compared = {
    image: name,
    adopted: image.pipeline !== undefined,
    pipeline,
    parent: '',
    changed: '',
    rebake: '',
    problems: [],
    warnings: [],
    unchecked: [],
  }
  await calling(deployment, `look at the pipeline ${pipeline}`, () =>
    lookingAt('its pipeline', compared, async () => {
      const found = await read(pipelineArn)
      if (typeof found !== 'string') await compareFound(context, image, found, compared)
      else if (compared.adopted) compared.problems.push(found)
      else if (context.isDeployed)
        compared.problems.push('its pipeline is not there: is the fleet deployed? npm run deploy does it')
      else compared.rebake = 'the first deploy makes its pipeline'
    }),
  )
  if (!compared.adopted)
    await lookingAt('the keys of its volumes', compared, () => examineNamedKeys({ deployment }, name, compared))
  return compared
}

async function compareFound(context: Context, image: Image, found: Adopted, compared: Compared): Promise<void> {
  const { deployment, client, read } = context
  const { pipeline, recipe, unknown } = found
  const dates = [pipeline.dateUpdated, pipeline.dateCreated, recipe.dateCreated].map((date) => date ?? '')
  compared.parent = recipe.parentImage ?? ''
  compared.changed = dates.toSorted().at(-1) ?? ''
  const { image: name } = compared
  if (!compared.adopted) {
    compared.problems.push(...notAsTheFleetSays(deployment.fleet, name, found))
    return
  }
  const look = (what: string, act: () => Promise<void>) => lookingAt(what, compared, act)
  compared.rebake = rebakeText(recipe)
  await look('newer versions of its components', async () => {
    if (image.componentUpdates === 'latest')
      compared.rebake = rebakeText(recipe, await movedComponents(client, pipeline.arn ?? '', recipe))
  })
  compared.problems.push(...inTheWay(image, { pipeline, unknown }))
  await look('its own distribution', async () => {
    compared.problems.push(...outwards(await waysOut(client, pipeline)))
  })
  const recipeOf = async (of: string) => {
    const other = await read(deployment.fleet.images[of]?.pipeline ?? '')
    return typeof other === 'string' ? undefined : other.recipe
  }
  const surroundings = { deployment, imageBuilder: client, pipeline, recipe }
  await look('the encryption of its volumes', () =>
    examineVolumes({ deployment, imageBuilder: client, recipeOf }, name, compared),
  )
  await look('the parent that it follows', () =>
    examineParent(surroundings, name, { recipeOf, problems: compared.problems }),
  )
  await look('its execution role', () => examineRole(surroundings, compared))
  await look('its workflows', () => examineWorkflows(surroundings, image, compared))
  await look('whether its recipe was put back', () => examineRecipe(surroundings, compared))
}

/** What there is, or why a rebake would be refused. */
async function readIfPossible(client: ImagebuilderClient, pipelineArn: string): Promise<Adopted | string> {
  try {
    return await readAdopted(client, pipelineArn)
  } catch (error) {
    if (error instanceof RequestRefused) return error.message
    throw error
  }
}

/**
 * Names of pipelines of the build account that no image of the fleet has, those apart that have the fleet's name: an image of it that is
 * deployed and not in its file, whose pipeline a deploy deletes. Or what it takes to list them.
 */
export type OtherPipelines = { names: string[]; deleted: string[] } | { needs: string }

export async function otherPipelines(deployment: Deployment): Promise<OtherPipelines> {
  const { fleet, config } = deployment
  const client = new ImagebuilderClient(config)
  const known = new Set(
    Object.keys(fleet.images).map(
      (image) => fleet.images[image]?.pipeline?.split('/')[1] ?? resourceName(fleet.name, image),
    ),
  )
  const names: string[] = []
  return await calling(deployment, 'list the pipelines of the account', async () => {
    try {
      for await (const { imagePipelineList = [] } of paginateListImagePipelines({ client }, {}))
        for (const { arn = '' } of imagePipelineList) names.push(arn.split('/')[1] ?? '')
    } catch (error) {
      if (error instanceof Error && isDenied(error)) return { needs: deniedAction(error) }
      throw error
    }
    const others = names.filter((name) => !known.has(name)).sort()
    const isOurs = (name: string) => name.startsWith(resourceName(fleet.name, ''))
    return { names: others.filter((name) => !isOurs(name)), deleted: others.filter(isOurs) }
  })
}
