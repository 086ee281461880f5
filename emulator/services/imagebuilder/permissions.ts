import type {
  CreateImageRequest,
  DistributeImageRequest,
  StartImagePipelineExecutionRequest,
} from '@aws-sdk/client-imagebuilder'
import type { Permission, PermissionsOf, ServiceDeps } from '../types.ts'
import { distributionConfigurationPermissions } from './distribution-configurations.ts'
import { findingPermissions } from './finding-queries.ts'
import { packagePermissions } from './packages.ts'
import { passing, recipePermissions } from './recipes.ts'
import { type Kind, type Kinds, slug } from './resources.ts'

const on =
  (action: string, member: string): PermissionsOf =>
  (input) => [{ action: `imagebuilder:${action}`, resource: input[member] }]

/** Tags on a new image need the right to tag images of that name. */
const tagging = (name: string | undefined, { account, region }: { account: string; region: string }): Permission[] => {
  const resource = `arn:aws:imagebuilder:${region}:${account}:image/${slug(name ?? '*')}/*`
  return [{ action: 'imagebuilder:TagResource', resource }]
}

const hasTags = ({ tags }: { tags?: Record<string, string> | undefined }) => Object.keys(tags ?? {}).length > 0

/**
 * What Image Builder's operations need. It reads what a request refers to as its caller.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
 */
export function permissions(
  find: (arn: string) => Kinds[Kind] | undefined,
  isStrict: ServiceDeps['isStrict'],
): Record<string, PermissionsOf> {
  /** Tags of what is started: on what it is started from, as AWS's own policies have it, and on the image that has them. */
  const taggingOf = (input: { tags?: Record<string, string> | undefined }, from: string, image: Permission[]) => {
    if (!hasTags(input)) return []
    const source = isStrict('tags-of-a-start') ? [{ action: 'imagebuilder:TagResource', resource: from }] : []
    return [...source, ...image]
  }
  return {
    ...recipePermissions,
    ...distributionConfigurationPermissions,
    ...findingPermissions,
    ...packagePermissions,
    StartImagePipelineExecution: (input: StartImagePipelineExecutionRequest, context) => {
      const { imagePipelineArn: resource = '' } = input
      const pipeline = find(resource) as Kinds['image-pipeline'] | undefined
      const recipe = pipeline?.imageRecipeArn?.split('/')[1]
      return [
        { action: 'imagebuilder:StartImagePipelineExecution', resource },
        { action: 'imagebuilder:GetImagePipeline', resource },
        // Of a pipeline that is not there no image is known.
        ...taggingOf(input, resource, recipe === undefined ? [] : tagging(recipe, context)),
      ]
    },
    CreateImage: (input: CreateImageRequest, { account, region }) => {
      const name = input.imageRecipeArn?.split('/')[1]
      const { executionRole, workflows = [] } = input
      const read = (action: string, arn: string | undefined) =>
        arn === undefined ? [] : [{ action: `imagebuilder:${action}`, resource: arn }]
      return [
        { action: 'imagebuilder:CreateImage', resource: `arn:aws:imagebuilder:${region}:${account}:image/${name}/*` },
        ...read('GetImageRecipe', input.imageRecipeArn),
        ...read('GetInfrastructureConfiguration', input.infrastructureConfigurationArn),
        ...read('GetDistributionConfiguration', input.distributionConfigurationArn),
        ...workflows.flatMap(({ workflowArn }) => read('GetWorkflow', workflowArn)),
        ...(executionRole ? [passing(executionRole, account)] : []),
        ...(hasTags(input) ? tagging(name, { account, region }) : []),
      ]
    },
    DistributeImage: (input: DistributeImageRequest, context) => {
      const { sourceImage = '', executionRole = '' } = input
      const isImage = sourceImage.includes(':image/')
      const role = executionRole.startsWith('arn:')
        ? executionRole
        : `arn:aws:iam::${context.account}:role/${executionRole}`
      return [
        { action: 'imagebuilder:DistributeImage', resource: isImage ? sourceImage : '*' },
        {
          action: 'iam:PassRole',
          resource: role,
          context: { 'iam:PassedToService': 'imagebuilder.amazonaws.com' },
        },
        { action: 'ec2:DescribeImages', resource: '*' },
        ...(isImage ? [{ action: 'imagebuilder:GetImage', resource: sourceImage }] : []),
        {
          action: 'imagebuilder:GetDistributionConfiguration',
          resource: input.distributionConfigurationArn ?? '',
        },
        ...taggingOf(
          input,
          isImage ? sourceImage : '*',
          tagging(isImage ? sourceImage.split('/')[1] : undefined, context),
        ),
      ]
    },
    RetryImage: on('RetryImage', 'imageBuildVersionArn'),
    CancelImageCreation: on('CancelImageCreation', 'imageBuildVersionArn'),
    DeleteImage: on('DeleteImage', 'imageBuildVersionArn'),
    GetImage: on('GetImage', 'imageBuildVersionArn'),
    GetImagePipeline: on('GetImagePipeline', 'imagePipelineArn'),
    GetImageRecipe: on('GetImageRecipe', 'imageRecipeArn'),
    GetComponent: on('GetComponent', 'componentBuildVersionArn'),
    GetWorkflow: on('GetWorkflow', 'workflowBuildVersionArn'),
    GetInfrastructureConfiguration: on('GetInfrastructureConfiguration', 'infrastructureConfigurationArn'),
    GetDistributionConfiguration: on('GetDistributionConfiguration', 'distributionConfigurationArn'),
    ListImagePipelineImages: on('ListImagePipelineImages', 'imagePipelineArn'),
    ListTagsForResource: on('ListTagsForResource', 'resourceArn'),
    TagResource: on('TagResource', 'resourceArn'),
    UntagResource: on('UntagResource', 'resourceArn'),
  }
}
