import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { waysOut } from '../../aws/pipeline-egress.ts'
import { type Adopted, movedComponents, readAdopted } from '../../aws/recipes.ts'
import { RequestRefused } from '../../domain/errors.ts'
import type { Image } from '../../domain/fleet/model.ts'
import { partitionOf } from '../../domain/fleet/regions.ts'
import { resourceName } from '../../domain/names.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { inTheWay, rebakeText } from './adopted-pipeline.ts'
import { notAsTheFleetSays } from './own-pipeline.ts'

/** An image of the fleet, and what there is of it in its build account. */
export interface Compared {
  image: string
  adopted: boolean
  /** The pipeline's name. */
  pipeline: string
  /** Of its recipe; '' where there is none. */
  parent: string
  /** When its pipeline or its recipe changed last, ISO 8601; '' where there is none. */
  changed: string
  /** What a rebake does with a pipeline that was there before; '' of the fleet's own. */
  rebake: string
  /** What is not as it should be, each in a sentence that goes on after the image's name. */
  problems: string[]
}

/** So many images at once: Image Builder answers some calls in a second, and no more. */
const atOnce = 5

/** Compares every image of the fleet with its pipeline and recipe; changes nothing. @throws BadInput or Failed */
export async function compare(deployment: Deployment): Promise<Compared[]> {
  const client = new ImagebuilderClient(deployment.config)
  const images = Object.entries(deployment.fleet.images)
  const compared: Compared[] = []
  for (let i = 0; i < images.length; i += atOnce) {
    const some = images.slice(i, i + atOnce).map(([name, image]) => compareImage(deployment, client, name, image))
    compared.push(...(await Promise.all(some)))
  }
  return compared
}

async function compareImage(
  deployment: Deployment,
  client: ImagebuilderClient,
  name: string,
  image: Image,
): Promise<Compared> {
  const { fleet } = deployment
  const { account, region } = fleet.build
  const ownArn = `arn:${partitionOf(region)}:imagebuilder:${region}:${account}:image-pipeline/${resourceName(fleet.name, name)}`
  const pipelineArn = image.pipeline ?? ownArn
  const reported = {
    image: name,
    adopted: image.pipeline !== undefined,
    pipeline: pipelineArn.split('/')[1] ?? '',
  }
  const asking = <T>(call: () => Promise<T>) => calling(deployment, `look at the pipeline ${reported.pipeline}`, call)

  const found = await asking(() => readIfPossible(client, pipelineArn))
  if (typeof found === 'string') {
    const problem = reported.adopted
      ? found
      : 'its pipeline is not there: is the fleet deployed? npm run deploy does it'
    return { ...reported, parent: '', changed: '', rebake: '', problems: [problem] }
  }
  const { pipeline, recipe, unknown } = found
  const dates = [pipeline.dateUpdated, pipeline.dateCreated, recipe.dateCreated].map((date) => date ?? '')
  const common = { ...reported, parent: recipe.parentImage ?? '', changed: dates.toSorted().at(-1) ?? '' }
  if (!reported.adopted) return { ...common, rebake: '', problems: notAsTheFleetSays(fleet, name, found) }

  const moved =
    image.componentUpdates === 'latest' ? await asking(() => movedComponents(client, pipelineArn, recipe)) : undefined
  const ways = await asking(() => waysOut(client, pipeline))
  return {
    ...common,
    rebake: rebakeText(recipe, moved),
    problems: inTheWay(image, { pipeline, waysOut: ways, unknown }),
  }
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
