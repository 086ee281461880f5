import { DescribeImagesCommand, type EC2Client } from '@aws-sdk/client-ec2'
import {
  DeleteComponentCommand,
  DeleteDistributionConfigurationCommand,
  DeleteImageCommand,
  DeleteImageRecipeCommand,
  GetImageCommand,
  GetImageRecipeCommand,
  type ImagebuilderClient,
  ListComponentBuildVersionsCommand,
  ListDistributionConfigurationsCommand,
  ListImageRecipesCommand,
} from '@aws-sdk/client-imagebuilder'
import type { Placement } from '../domain/releases/image-release.ts'
import type { Leftover, LeftoverKind, Listed } from '../domain/releases/leftovers.ts'
import { isMissing } from './errors.ts'
import { allPages } from './paginate.ts'

/** EC2 takes so many values of a filter. */
const atOnce = 200

/**
 * The caller's own AMIs that came out of images of Image Builder, by the ARN of each: GetImage need not name those of a build that
 * failed or was cancelled.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/tag-resources.html
 */
export async function amisOfImages(ec2: EC2Client, imageArns: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (let at = 0; at < imageArns.length; at += atOnce) {
    const Filters = [{ Name: `tag:${imageTag}`, Values: imageArns.slice(at, at + atOnce) }]
    const how = { Owners: ['self'], IncludeDisabled: true, IncludeDeprecated: true, Filters }
    const { Images = [] } = await ec2.send(new DescribeImagesCommand(how))
    for (const { ImageId = '', Tags = [] } of Images) {
      const arn = Tags.find(({ Key }) => Key === imageTag)?.Value ?? ''
      found.set(arn, [...(found.get(arn) ?? []), ImageId])
    }
  }
  return found
}

const imageTag = 'Ec2ImageBuilderArn'

/** The AMIs that an image of Image Builder names, wherever they are; none where it is gone. */
export async function copiesOf(client: ImagebuilderClient, imageBuildVersionArn: string): Promise<Placement[]> {
  try {
    const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn }))
    return (image?.outputResources?.amis ?? []).flatMap(({ accountId, region, image: ami, state }) =>
      accountId && region && ami && state?.status !== 'FAILED' ? [{ account: accountId, region, ami }] : [],
    )
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** The ARNs of all distribution configurations of the account and region, by name. */
export async function distributionConfigurations(client: ImagebuilderClient): Promise<Map<string, string>> {
  const all = await allPages(async (nextToken) => {
    const page = await client.send(new ListDistributionConfigurationsCommand({ nextToken }))
    return { items: page.distributionConfigurationSummaryList ?? [], next: page.nextToken }
  })
  return new Map(all.map(({ name = '', arn = '' }) => [name, arn]))
}

/** Every version of each recipe of the account, by its name. */
export async function recipeVersions(client: ImagebuilderClient): Promise<Map<string, Listed[]>> {
  const all = await allPages(async (nextToken) => {
    const page = await client.send(new ListImageRecipesCommand({ owner: 'Self', nextToken }))
    return { items: page.imageRecipeSummaryList ?? [], next: page.nextToken }
  })
  const named = Map.groupBy(all, ({ name = '' }) => name)
  return new Map([...named].map(([name, some]) => [name, some.map(listed)]))
}

/** The ARNs of the builds of components that a version of a recipe names; none where it is gone. */
export async function componentsOf(client: ImagebuilderClient, imageRecipeArn: string): Promise<string[]> {
  try {
    const { imageRecipe } = await client.send(new GetImageRecipeCommand({ imageRecipeArn }))
    return (imageRecipe?.components ?? []).flatMap(({ componentArn }) => componentArn ?? [])
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Every build of a version of a component. */
export async function componentBuilds(client: ImagebuilderClient, componentVersionArn: string): Promise<Listed[]> {
  const all = await allPages(async (nextToken) => {
    const page = await client.send(new ListComponentBuildVersionsCommand({ componentVersionArn, nextToken }))
    return { items: page.componentSummaryList ?? [], next: page.nextToken }
  })
  return all.map(listed)
}

const listed = ({
  arn = '',
  dateCreated = '',
}: {
  arn?: string | undefined
  dateCreated?: string | undefined
}): Listed => ({
  arn,
  version: arn.split('/').slice(2).join('/'),
  createdAt: dateCreated,
})

const commands = {
  image: (imageBuildVersionArn: string) => new DeleteImageCommand({ imageBuildVersionArn }),
  'distribution-configuration': (distributionConfigurationArn: string) =>
    new DeleteDistributionConfigurationCommand({ distributionConfigurationArn }),
  'image-recipe': (imageRecipeArn: string) => new DeleteImageRecipeCommand({ imageRecipeArn }),
  component: (componentBuildVersionArn: string) => new DeleteComponentCommand({ componentBuildVersionArn }),
} satisfies Record<LeftoverKind, (arn: string) => unknown>

/** AMIs stay: they are deleted before. @throws what AWS throws */
export async function deleteLeftover(client: ImagebuilderClient, { kind, arn }: Leftover): Promise<void> {
  // One command of several.
  await client.send(commands[kind](arn) as DeleteImageCommand)
}
