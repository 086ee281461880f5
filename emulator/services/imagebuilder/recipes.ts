import type {
  Component,
  CreateImageRecipeRequest,
  DeleteComponentRequest,
  DeleteImageRecipeRequest,
  ListComponentBuildVersionsRequest,
  ListComponentsRequest,
  UpdateImagePipelineRequest,
} from '@aws-sdk/client-imagebuilder'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import { ClientTokens } from '../support.ts'
import { AwsError, type Context, type Operation, type Permission, type PermissionsOf } from '../types.ts'
import type { Neighbours } from './builder.ts'
import { dependency, type Images } from './images.ts'
import { latestOf, listed } from './queries.ts'
import { type Place, type Resources, slug } from './resources.ts'
import { mustTakeWorkflows } from './workflows.ts'

interface RecipeDeps {
  images: Images
  resources: Resources
  near: Neighbours
  /** @throws AwsError where Image Builder may not assume the role */
  checkRole: (role: string, place: Place) => void
}

/** Versions of recipes and components, which never change, and pipelines, which do. */
export function recipes({ resources, images, near, checkRole }: RecipeDeps): Record<string, Operation> {
  const tokens = new ClientTokens()
  const once = <I extends { clientToken?: string | undefined }>(
    operation: string,
    input: I,
    { account, region }: Context,
    act: () => string,
  ) => tokens.once(`${operation}/${account}/${region}`, input, act)

  const create = (input: CreateImageRecipeRequest, { account, region }: Context) => {
    const { semanticVersion = '', parentImage = '', components = [], ...described } = input
    checkVersion(semanticVersion)
    const place = { account, region }
    const parent = near.ec2.find(parentImage, place)
    const platform = parent && { platform: parent.image.Platform === 'Windows' ? 'Windows' : 'Linux' }
    const recipe = { ...described, semanticVersion, parentImage, ...(input.components && { components }) }
    return resources.add('image-recipe', { ...recipe, ...platform }, place)
  }

  const update = (input: UpdateImagePipelineRequest, { account, region, now }: Context) => {
    const { imagePipelineArn: arn = '', clientToken: _, ...wanted } = input
    const pipeline = resources.get('image-pipeline', arn)
    if ((wanted.imageRecipeArn === undefined) === (wanted.containerRecipeArn === undefined))
      throw invalid('A pipeline has either an image recipe or a container recipe.')
    if (wanted.imageRecipeArn) resources.get('image-recipe', wanted.imageRecipeArn)
    resources.get('infrastructure-configuration', wanted.infrastructureConfigurationArn ?? '')
    if (wanted.distributionConfigurationArn)
      resources.get('distribution-configuration', wanted.distributionConfigurationArn)
    mustTakeWorkflows(resources, wanted.workflows ?? [], { account, region })
    if (wanted.executionRole) checkRole(wanted.executionRole, { account, region })
    const { name, platform, dateCreated, dateLastRun, tags } = pipeline
    const kept = { arn, name, platform, dateCreated, dateLastRun, tags }
    // "Properties that you omit are reset to default values or are removed."
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/cli-update-image-pipeline.html
    const defaults = { status: 'ENABLED', enhancedImageMetadataEnabled: true } as const
    const updated = { ...defaults, ...wanted, dateUpdated: now.toISOString() }
    resources.replace(arn, { ...known(kept), ...updated })
    return arn
  }

  /** What a recipe refuses is what its pipelines need, and what a component refuses what its recipes need: hashicorp/terraform-provider-aws#40037, #22127. */
  const remove = (arn: string) => {
    const by = resources.dependentOn(arn) ?? images.madeWith(arn)
    if (by) throw dependency(arn, by)
    resources.remove(arn)
  }

  return {
    CreateImageRecipe: (input: CreateImageRecipeRequest, context) => {
      const imageRecipeArn = once('CreateImageRecipe', input, context, () => create(input, context))
      const { requestId } = context
      return { requestId, clientToken: input.clientToken, imageRecipeArn, ...latestOf(imageRecipeArn) }
    },
    ListComponentBuildVersions: (input: ListComponentBuildVersionsRequest, context) => {
      const builds = resources.builds('component', input.componentVersionArn ?? '', context)
      const summary = (component: Component) => {
        const { status: _, ...shown } = componentSummary(component)
        return { ...shown, arn: component.arn, state: component.state }
      }
      return listed(builds, known(input), context, 'componentSummaryList', summary)
    },
    DeleteImageRecipe: ({ imageRecipeArn: arn = '' }: DeleteImageRecipeRequest, { requestId }) => {
      remove(resources.get('image-recipe', arn).arn ?? '')
      return { requestId, imageRecipeArn: arn }
    },
    DeleteComponent: ({ componentBuildVersionArn: arn = '' }: DeleteComponentRequest, { requestId }) => {
      remove(resources.get('component', arn).arn ?? '')
      return { requestId, componentBuildVersionArn: arn }
    },
    UpdateImagePipeline: (input: UpdateImagePipelineRequest, context) => {
      const imagePipelineArn = once('UpdateImagePipeline', input, context, () => update(input, context))
      return { requestId: context.requestId, clientToken: input.clientToken, imagePipelineArn }
    },
    ListComponents: ({ owner = 'Self', ...input }: ListComponentsRequest, context) => {
      const { account, region } = context
      if (owner !== 'Self' && owner !== 'Amazon')
        throw new UnsupportedFeature('option', `owner ${owner} of ListComponents`)
      const all = resources.list('component', { region, account: owner === 'Self' ? account : 'aws' })
      return listed(all, known(input), context, 'componentVersionList', componentSummary)
    },
  }
}

function componentSummary(component: Component): Record<string, unknown> {
  const { name, version, description, platform, supportedOsVersions, type, owner, dateCreated } = component
  const arn = component.arn?.replace(/\/\d+$/, '')
  const status = component.state?.status
  return known({
    arn,
    name,
    version,
    description,
    platform,
    supportedOsVersions,
    type,
    owner,
    dateCreated,
    status,
  })
}

const known = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined))

const invalid = (message: string) => new AwsError('InvalidRequestException', message)

/** "When you use a wildcard in any node, all nodes to the right of the first wildcard must also be wildcards." */
function checkVersion(version: string): void {
  const nodes = version.split('.')
  const wild = nodes.indexOf('x')
  const followsRules =
    /^(\d+|x)\.(\d+|x)\.(\d+|x)$/.test(version) &&
    (wild < 0 || nodes.slice(wild).every((node) => node === 'x')) &&
    nodes.every((node) => node === 'x' || Number(node) < 2 ** 30)
  if (!followsRules) {
    const message = `The version number ${version} is out of bounds or does not follow the required syntax.`
    throw new AwsError('InvalidVersionNumberException', message)
  }
}

/**
 * What these operations need: they read what they refer to as their caller.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_imagebuilder.html
 */
export const recipePermissions: Record<string, PermissionsOf> = {
  ListComponentBuildVersions: ({ componentVersionArn = '' }: ListComponentBuildVersionsRequest) => [
    on('ListComponentBuildVersions', componentVersionArn),
  ],
  DeleteImageRecipe: ({ imageRecipeArn = '' }: DeleteImageRecipeRequest) => [on('DeleteImageRecipe', imageRecipeArn)],
  DeleteComponent: ({ componentBuildVersionArn = '' }: DeleteComponentRequest) => [
    on('DeleteComponent', componentBuildVersionArn),
  ],
  CreateImageRecipe: (input: CreateImageRecipeRequest, { account, region }) => {
    const { name = '', parentImage = '', components = [], tags = {} } = input
    const resource = `arn:aws:imagebuilder:${region}:${account}:image-recipe/${slug(name)}/*`
    const parameter = parentImage.match(/^ssm:(.+)$/)?.[1]
    return [
      { action: 'imagebuilder:CreateImageRecipe', resource },
      ...(Object.keys(tags).length > 0 ? [{ action: 'imagebuilder:TagResource', resource }] : []),
      ...components.map(({ componentArn = '' }) => on('GetComponent', componentArn)),
      ...(parentImage.includes(':image/') ? [on('GetImage', parentImage)] : []),
      ...(parameter ? [{ action: 'ssm:GetParameter', resource: parameterArn(parameter, account, region) }] : []),
      ...(parameter || /^ami-/.test(parentImage) ? [{ action: 'ec2:DescribeImages', resource: '*' }] : []),
    ]
  },
  UpdateImagePipeline: (input: UpdateImagePipelineRequest, { account }) => {
    const { imagePipelineArn = '', executionRole, workflows = [], imageTags = {} } = input
    const read = (action: string, arn: string | undefined) => (arn === undefined ? [] : [on(action, arn)])
    return [
      on('UpdateImagePipeline', imagePipelineArn),
      ...read('GetImageRecipe', input.imageRecipeArn),
      ...read('GetInfrastructureConfiguration', input.infrastructureConfigurationArn),
      ...read('GetDistributionConfiguration', input.distributionConfigurationArn),
      ...workflows.flatMap(({ workflowArn }) => read('GetWorkflow', workflowArn)),
      // Nobody says which resource it is whose tags are asked about here.
      ...(Object.keys(imageTags).length > 0 ? [on('TagResource', imagePipelineArn)] : []),
      ...(executionRole ? [passing(executionRole, account)] : []),
    ]
  },
}

const on = (action: string, resource: string): Permission => ({ action: `imagebuilder:${action}`, resource })

export const passing = (role: string, account: string): Permission => ({
  action: 'iam:PassRole',
  resource: role.startsWith('arn:') ? role : `arn:aws:iam::${account}:role/${role}`,
  context: { 'iam:PassedToService': 'imagebuilder.amazonaws.com' },
})

const parameterArn = (parameter: string, account: string, region: string) =>
  parameter.startsWith('arn:')
    ? parameter
    : `arn:aws:ssm:${region}:${account}:parameter${parameter.startsWith('/') ? '' : '/'}${parameter}`
