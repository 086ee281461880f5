import { DescribeImagesCommand, type EC2Client, type Image } from '@aws-sdk/client-ec2'
import {
  GetImageRecipeCommand,
  type ImagebuilderClient,
  type ImagePipeline,
  type ImageSummary,
  ListImagePipelineImagesCommand,
  ListImagePipelinesCommand,
} from '@aws-sdk/client-imagebuilder'
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import type { AmiFacts, BuildFacts, DistributionFacts, EstateFacts, PipelineFacts } from '../domain/estate/facts.ts'
import { fleetTag, imageNameOf } from '../domain/names.ts'
import { isOf } from './errors.ts'
import { allPages } from './paginate.ts'
import { type Egress, readEgress } from './pipeline-egress.ts'

export interface EstateClients {
  imageBuilder: ImagebuilderClient
  ec2: EC2Client
  ssm: SSMClient
}

/** So many of the newest builds of a pipeline say how long one takes. */
const buildsAsked = 5

/**
 * Reads what an account has in Image Builder, and the AMIs that it stands on. It changes nothing. What it may not read is
 * left out, and named in `unread`.
 *
 * @throws as the SDK does where the pipelines cannot be listed, and for anything but a denial
 */
export async function readEstate(
  clients: EstateClients,
  { account, region }: { account: string; region: string },
): Promise<EstateFacts> {
  const { imageBuilder } = clients
  const listed = await allPages(async (nextToken) => {
    const page = await imageBuilder.send(new ListImagePipelinesCommand({ nextToken }))
    return { items: page.imagePipelineList, next: page.nextToken }
  })
  const unread: string[] = []
  const ifAllowed = <T>(what: string, call: () => Promise<T>) => allowed(what, unread, call)
  const pipelines: (PipelineFacts & { images: ImageSummary[] })[] = []
  for (const pipeline of listed) pipelines.push(await readPipeline(imageBuilder, pipeline, ifAllowed))
  const parameters = await readParameters(clients.ssm, pipelines, ifAllowed)
  const ids = [
    ...pipelines.flatMap(({ recipe, images }) => [
      recipe?.parent ?? '',
      ...images.flatMap((image) => amiOf(image, region)),
    ]),
    ...Object.values(parameters),
  ].filter((id) => id.startsWith('ami-'))
  const found = (await ifAllowed('the AMIs that recipes name', () => describe(clients.ec2, [...new Set(ids)]))) ?? []
  const amis = Object.fromEntries(found.map((image) => [image.ImageId ?? '', amiFacts(image)]))
  return {
    account,
    region,
    pipelines: pipelines.map(({ images, ...pipeline }) => ({
      ...pipeline,
      made: images.flatMap(buildOf(found, region)),
    })),
    amis,
    parameters,
    unread,
  }
}

type IfAllowed = <T>(what: string, call: () => Promise<T>) => Promise<T | undefined>

async function allowed<T>(what: string, unread: string[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof Error) || !isOf(error, 'denied')) throw error
    unread.push(`${what}: ${error.message}`)
    return undefined
  }
}

async function readPipeline(client: ImagebuilderClient, pipeline: ImagePipeline, ifAllowed: IfAllowed) {
  const { arn = '', name = '', status, schedule, tags = {}, imageRecipeArn, distributionConfigurationArn } = pipeline
  const builds: PipelineFacts['builds'] = imageRecipeArn === undefined ? 'containers' : 'images'
  const facts = { arn, name, builds, isEnabled: status !== 'DISABLED', schedule: schedule?.scheduleExpression, tags }
  if (imageRecipeArn === undefined) return { ...facts, distributions: [], made: [], images: [] }
  const recipe = await ifAllowed(`the recipe of ${name}`, () => readRecipe(client, imageRecipeArn))
  const distributions =
    distributionConfigurationArn === undefined
      ? []
      : await ifAllowed(`the distribution of ${name}`, async () =>
          (await readEgress(client, distributionConfigurationArn)).flatMap(distributionsOf),
        )
  const images = await ifAllowed(`the images of ${name}`, () => newestImages(client, arn))
  return { ...facts, recipe, distributions: distributions ?? [], made: [], images: images ?? [] }
}

async function readRecipe(client: ImagebuilderClient, imageRecipeArn: string): Promise<PipelineFacts['recipe']> {
  const { imageRecipe } = await client.send(new GetImageRecipeCommand({ imageRecipeArn }))
  const { name = '', version = '', parentImage = '', platform, amiTags } = imageRecipe ?? {}
  const system = platform === 'Windows' ? 'Windows' : 'Linux'
  return { name, version, parent: parentImage, platform: system, fleet: amiTags?.[fleetTag] }
}

/** What is shared with a whole organization is a way of its own: a ring has that, or some of its units. */
function distributionsOf({
  region,
  copiedTo,
  accounts,
  organizations,
  organizationalUnits,
}: Egress): DistributionFacts[] {
  const none = { region, accounts: [], organizations: [], organizationalUnits: [] }
  const ways: DistributionFacts[] = [
    { ...none, mode: 'copy', accounts: copiedTo.toSorted() },
    { ...none, mode: 'share', accounts: accounts.toSorted(), organizationalUnits: organizationalUnits.toSorted() },
    { ...none, mode: 'share', organizations: organizations.toSorted() },
  ]
  return ways.filter((way) => way.accounts.length + way.organizationalUnits.length + way.organizations.length > 0)
}

/** Those that have an AMI, oldest first. */
async function newestImages(client: ImagebuilderClient, imagePipelineArn: string): Promise<ImageSummary[]> {
  const images = await allPages(async (nextToken) => {
    const page = await client.send(new ListImagePipelineImagesCommand({ imagePipelineArn, nextToken }))
    return { items: page.imageSummaryList, next: page.nextToken }
  })
  return images
    .filter(({ state, outputResources }) => state?.status === 'AVAILABLE' && outputResources?.amis?.length)
    .sort((a, b) => (String(a.dateCreated) < String(b.dateCreated) ? -1 : 1))
    .slice(-buildsAsked)
}

const amiOf = ({ outputResources }: ImageSummary, region: string) =>
  outputResources?.amis?.find((ami) => ami.region === region)?.image ?? []

const buildOf =
  (found: Image[], region: string) =>
  (image: ImageSummary): BuildFacts[] =>
    [amiOf(image, region)].flat().map((ami) => {
      const made = Date.parse(found.find(({ ImageId }) => ImageId === ami)?.CreationDate ?? '')
      const minutes = (made - Date.parse(image.dateCreated ?? '')) / 60_000
      return { ami, minutes: minutes > 0 ? minutes : undefined }
    })

async function readParameters(client: SSMClient, pipelines: PipelineFacts[], ifAllowed: IfAllowed) {
  const parents = new Set(pipelines.flatMap(({ recipe }) => recipe?.parent ?? []))
  const read: Record<string, string> = {}
  for (const parent of [...parents].filter((each) => each.startsWith('ssm:'))) {
    const name = parent.slice('ssm:'.length)
    const answer = await ifAllowed(`the parameter ${name}`, () => client.send(new GetParameterCommand({ Name: name })))
    if (answer?.Parameter?.Value) read[name] = answer.Parameter.Value
  }
  return read
}

/** EC2 takes so many ids at once and still answers soon. */
const idsAtOnce = 100

/** By a filter: an AMI that is gone or hidden is left out, where ids alone would be refused. */
async function describe(client: EC2Client, ids: string[]): Promise<Image[]> {
  const found: Image[] = []
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const Filters = [{ Name: 'image-id', Values: ids.slice(from, from + idsAtOnce) }]
    const some = await allPages(async (NextToken) => {
      const page = await client.send(new DescribeImagesCommand({ Filters, IncludeDeprecated: true, NextToken }))
      return { items: page.Images, next: page.NextToken }
    })
    found.push(...some)
  }
  return found
}

function amiFacts({ ImageId = '', OwnerId = '', Name = '', Architecture, Tags = [] }: Image): AmiFacts {
  const arn = Tags.find(({ Key }) => Key === 'Ec2ImageBuilderArn')?.Value ?? ''
  return { id: ImageId, owner: OwnerId, name: Name, architecture: Architecture ?? '', madeBy: imageNameOf(arn) }
}
