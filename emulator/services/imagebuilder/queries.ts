import type { Filter } from '@aws-sdk/client-imagebuilder'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import { pageOf } from '../support.ts'
import type { Context, Operation } from '../types.ts'
import type { ImageRecord, Images } from './images.ts'
import { type Kind, type Kinds, missing, type Resources } from './resources.ts'

interface Listing {
  filters?: Filter[]
  maxResults?: number
  nextToken?: string
}

/** What Image Builder answers about what there is. */
export function queries(resources: Resources, images: Images): Record<string, Operation> {
  const get =
    <K extends Kind>(kind: K, argument: string, answer: string): Operation =>
    (input: Record<string, string>, { requestId }) => ({
      requestId,
      [answer]: resources.get(kind, input[argument] ?? ''),
      ...latestOf(input[argument] ?? ''),
    })

  const list =
    <K extends Kind>(kind: K, answer: string, summary: (value: Kinds[K]) => object): Operation =>
    (input: Listing, context) =>
      listed(resources.list(kind, context), input, context, answer, summary)

  const tagged = (arn: string): { tags?: Record<string, string> | undefined } => {
    const found = resources.find(arn) ?? images.find(arn)?.image
    if (!found) throw missing(arn)
    return found
  }

  return {
    GetImage: ({ imageBuildVersionArn: arn }: { imageBuildVersionArn: string }, { requestId, now }) => {
      const record = /\/\d+\.\d+\.\d+\/\d+$/.test(arn) ? images.get(arn) : images.latest(arn)
      if (!record) throw missing(arn)
      return {
        requestId,
        image: images.answered(record, now),
        ...latestOf(record.arn),
      }
    },
    GetImagePipeline: (input, context) =>
      withoutReferences(get('image-pipeline', 'imagePipelineArn', 'imagePipeline'))(input, context),
    GetImageRecipe: get('image-recipe', 'imageRecipeArn', 'imageRecipe'),
    GetComponent: get('component', 'componentBuildVersionArn', 'component'),
    GetWorkflow: (input, context) =>
      withoutRequestId(get('workflow', 'workflowBuildVersionArn', 'workflow'))(input, context),
    GetInfrastructureConfiguration: get(
      'infrastructure-configuration',
      'infrastructureConfigurationArn',
      'infrastructureConfiguration',
    ),
    GetDistributionConfiguration: get(
      'distribution-configuration',
      'distributionConfigurationArn',
      'distributionConfiguration',
    ),

    ListImages: (input: Listing & { owner?: string }, context) => {
      // One entry for each version; only the account's own images exist here.
      const own = input.owner === undefined || input.owner === 'Self' ? images.list(context) : []
      const versions = new Map(own.map((record) => [versionArn(record), record]))
      return listed([...versions.values()].map(versionSummary), input, context, 'imageVersionList', (each) => each)
    },
    ListImageBuildVersions: (input: Listing & { imageVersionArn?: string }, context) => {
      const wanted = input.imageVersionArn
      const builds = images.list(context).filter((each) => wanted === undefined || versionArn(each) === wanted)
      return listed(builds.map(buildSummary), input, context, 'imageSummaryList', (each) => each)
    },
    ListImagePipelineImages: (input: Listing & { imagePipelineArn: string }, context) => {
      resources.get('image-pipeline', input.imagePipelineArn)
      const builds = images.list(context).filter(({ pipelineArn }) => pipelineArn === input.imagePipelineArn)
      return listed(builds.map(buildSummary), input, context, 'imageSummaryList', (each) => each)
    },
    ListImagePipelines: list('image-pipeline', 'imagePipelineList', (pipeline) => pipeline),
    ListImageRecipes: list(
      'image-recipe',
      'imageRecipeSummaryList',
      ({ arn, name, platform, owner, parentImage, dateCreated, tags }) => ({
        arn,
        name,
        platform,
        owner,
        parentImage,
        dateCreated,
        tags,
      }),
    ),
    ListInfrastructureConfigurations: list(
      'infrastructure-configuration',
      'infrastructureConfigurationSummaryList',
      ({ arn, name, description, dateCreated, resourceTags, tags, instanceTypes, instanceProfileName }) => ({
        arn,
        name,
        description,
        dateCreated,
        resourceTags,
        tags,
        instanceTypes,
        instanceProfileName,
      }),
    ),
    ListDistributionConfigurations: list(
      'distribution-configuration',
      'distributionConfigurationSummaryList',
      ({ arn, name, description, dateCreated, tags, distributions = [] }) => ({
        arn,
        name,
        description,
        dateCreated,
        tags,
        regions: distributions.map(({ region }) => region),
      }),
    ),

    ListTagsForResource: ({ resourceArn }: { resourceArn: string }) => ({
      tags: tagged(resourceArn).tags ?? {},
    }),
    TagResource: ({ resourceArn, tags }: { resourceArn: string; tags: Record<string, string> }) => {
      const resource = tagged(resourceArn)
      resource.tags = { ...resource.tags, ...tags }
      return {}
    },
    UntagResource: ({ resourceArn, tagKeys }: { resourceArn: string; tagKeys: string[] }) => {
      const resource = tagged(resourceArn)
      resource.tags = Object.fromEntries(Object.entries(resource.tags ?? {}).filter(([key]) => !tagKeys.includes(key)))
      return {}
    },
  }
}

export function listed<T extends object>(
  all: T[],
  input: Listing,
  { requestId }: Context,
  answer: string,
  summary: (value: T) => object,
) {
  const chosen = all.filter((each) => (input.filters ?? []).every((filter) => fits(each, filter)))
  const page = pageOf(chosen, {
    size: input.maxResults,
    token: input.nextToken,
    most: 25,
    invalidToken: 'InvalidPaginationTokenException',
  })
  return {
    requestId,
    [answer]: page.items.map(summary),
    ...(page.next === undefined ? {} : { nextToken: page.next }),
  }
}

function fits(value: object, { name = '', values = [] }: Filter): boolean {
  if (!['name', 'version', 'platform', 'type', 'osVersion', 'owner', 'arn', 'parentImage'].includes(name)) {
    throw new UnsupportedFeature('filter', name)
  }
  return values.includes(String((value as Record<string, unknown>)[name]))
}

const withoutReferences =
  (operation: Operation): Operation =>
  (input, context) => {
    const { latestVersionReferences: _, ...answer } = operation(input, context) as Record<string, unknown>
    return answer
  }

/** GetWorkflow answers without one. */
const withoutRequestId =
  (operation: Operation): Operation =>
  (input, context) => {
    const { requestId: _, ...answer } = operation(input, context) as Record<string, unknown>
    return answer
  }

const versionArn = ({ arn }: ImageRecord) => arn.replace(/\/\d+$/, '')

const versionSummary = (record: ImageRecord) => {
  const { name, type, version, platform, dateCreated, buildType, imageSource } = record.image
  return {
    arn: versionArn(record),
    name,
    type,
    version,
    platform,
    owner: record.account,
    dateCreated,
    buildType,
    imageSource,
  }
}

const buildSummary = (record: ImageRecord) => {
  const { arn, name, type, version, platform, state, dateCreated, tags, buildType, imageSource } = record.image
  const reported = { arn, name, type, version, platform, state, dateCreated, tags, buildType, imageSource }
  return { ...reported, owner: record.account, outputResources: { amis: record.amis } }
}

export function latestOf(arn: string) {
  const [, base, major, minor, patch] = arn.match(/^(.+)\/(\d+)\.(\d+)\.(\d+)(?:\/\d+)?$/) ?? []
  if (!base) return {}
  return {
    latestVersionReferences: {
      latestVersionArn: `${base}/x.x.x`,
      latestMajorVersionArn: `${base}/${major}.x.x`,
      latestMinorVersionArn: `${base}/${major}.${minor}.x`,
      latestPatchVersionArn: `${base}/${major}.${minor}.${patch}`,
    },
  }
}
