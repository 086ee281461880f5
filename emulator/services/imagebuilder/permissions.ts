import type { DistributeImageRequest, StartImagePipelineExecutionRequest } from '@aws-sdk/client-imagebuilder'
import type { Permission, PermissionsOf } from '../types.ts'
import { distributionConfigurationPermissions } from './distribution-configurations.ts'
import { findingPermissions } from './finding-queries.ts'
import { packagePermissions } from './packages.ts'
import { recipePermissions } from './recipes.ts'
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

/** What Image Builder's operations need. */
export function permissions(find: (arn: string) => Kinds[Kind] | undefined): Record<string, PermissionsOf> {
  return {
    ...recipePermissions,
    ...distributionConfigurationPermissions,
    ...findingPermissions,
    ...packagePermissions,
    StartImagePipelineExecution: (input: StartImagePipelineExecutionRequest, context) => {
      const pipeline = find(input.imagePipelineArn ?? '') as Kinds['image-pipeline'] | undefined
      const recipe = pipeline?.imageRecipeArn?.split('/')[1]
      return [
        { action: 'imagebuilder:StartImagePipelineExecution', resource: input.imagePipelineArn ?? '' },
        ...(hasTags(input) ? tagging(recipe, context) : []),
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
        // It reads the image and the configuration as its caller.
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
        ...(isImage ? [{ action: 'imagebuilder:GetImage', resource: sourceImage }] : []),
        {
          action: 'imagebuilder:GetDistributionConfiguration',
          resource: input.distributionConfigurationArn ?? '',
        },
        ...(hasTags(input) ? tagging(isImage ? sourceImage.split('/')[1] : undefined, context) : []),
      ]
    },
    RetryImage: on('RetryImage', 'imageBuildVersionArn'),
    CancelImageCreation: on('CancelImageCreation', 'imageBuildVersionArn'),
    GetImage: on('GetImage', 'imageBuildVersionArn'),
    GetImagePipeline: on('GetImagePipeline', 'imagePipelineArn'),
    GetImageRecipe: on('GetImageRecipe', 'imageRecipeArn'),
    GetComponent: on('GetComponent', 'componentBuildVersionArn'),
    GetInfrastructureConfiguration: on('GetInfrastructureConfiguration', 'infrastructureConfigurationArn'),
    GetDistributionConfiguration: on('GetDistributionConfiguration', 'distributionConfigurationArn'),
    ListImagePipelineImages: on('ListImagePipelineImages', 'imagePipelineArn'),
    ListTagsForResource: on('ListTagsForResource', 'resourceArn'),
    TagResource: on('TagResource', 'resourceArn'),
    UntagResource: on('UntagResource', 'resourceArn'),
  }
}
