import { createHash } from 'node:crypto'
import {
  BaseImage,
  ComponentParameterValue,
  type IComponent,
  type IInfrastructureConfiguration,
  ImagePipeline,
  ImageRecipe,
  type ImageRecipeProps,
  type IWorkflow,
} from '@aws-cdk/aws-imagebuilder-alpha'
import { RemovalPolicy } from 'aws-cdk-lib'
import {
  type BlockDevice,
  BlockDeviceVolume,
  type EbsDeviceProps,
  type EbsDeviceVolumeType,
  UserData,
} from 'aws-cdk-lib/aws-ec2'
import type { IRole } from 'aws-cdk-lib/aws-iam'
import type { CfnImagePipeline, CfnImageRecipe } from 'aws-cdk-lib/aws-imagebuilder'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct, type IDependable } from 'constructs'
import type { RecipeField } from '../../domain/fleet/image-fields.ts'
import type { Fleet, Image } from '../../domain/fleet/model.ts'
import { type RecipeVolume, volumesOf } from '../../domain/fleet/volumes.ts'
import { fleetTag, pointerName, resourceName } from '../../domain/names.ts'
import { workflowsOf } from './workflows.ts'

interface ImagesProps {
  fleet: Fleet
  key: IKey
  components: Record<string, IComponent>
  workflows: Record<string, IWorkflow>
  /** Of each, the configuration of the subnet that is tried first at the front. */
  infrastructure: Record<string, IInfrastructureConfiguration[]>
  bakeRole: IRole
  /** The parameters that recipes name as their parents must exist first. */
  pointers: IDependable
}

/** A recipe, a pipeline and a log group for each image whose pipeline is the fleet's own. It has no schedule, and distributes to nowhere. */
export function createImages(scope: Construct, props: ImagesProps): IDependable {
  const images = new Construct(scope, 'Image')
  // One for all pipelines, as a stack has room for so many resources. Without a name Image Builder makes groups that never expire.
  const pipelineLogs = new LogGroup(scope, 'PipelineLogs', {
    logGroupName: `/aws/imagebuilder/pipeline/${props.fleet.name}`,
    retention: RetentionDays.SIX_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  for (const [key, image] of Object.entries(props.fleet.images))
    if (!image.pipeline) createImage(new Construct(images, key), key, image, { ...props, pipelineLogs })
  return images
}

function createImage(
  scope: Construct,
  key: string,
  image: Image,
  props: ImagesProps & { pipelineLogs: LogGroup },
): void {
  const { fleet, infrastructure, workflows, bakeRole, pointers } = props
  const name = resourceName(fleet.name, key)
  const made = Object.values(recipeOf).map((partOf) => partOf(image, { ...props, name: key }))
  const recipeProps: ImageRecipeProps = Object.assign(
    {
      imageRecipeName: name,
      // No version: the L2 asks for 1.0.x, and Image Builder gives the next free one to each changed recipe.
      description: hashed(image, { fleet, name: key }),
      baseImage: BaseImage.fromSsmParameterName(pointerName(fleet.name, key, 'parent')),
    },
    ...made,
  )
  const recipe = new ImageRecipe(scope, 'Recipe', recipeProps)
  // The L2 does not know them.
  ;(recipe.node.defaultChild as CfnImageRecipe).amiWatermarks = image.watermarks
  recipe.node.addDependency(pointers)
  // Images refer to the recipe that made them: Image Builder would refuse to delete it.
  recipe.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)

  const [configuration, ...further] = infrastructure[image.infrastructure ?? ''] ?? []
  const pipeline = new ImagePipeline(scope, 'Pipeline', {
    imagePipelineName: name,
    ...(image.description && { description: image.description }),
    recipe,
    infrastructureConfiguration: configuration as IInfrastructureConfiguration,
    executionRole: bakeRole,
    imageTestsEnabled: image.tests,
    imageScanningEnabled: image.scanning,
    // Image Builder's own name for it, created here so that it has a retention.
    imageLogGroup: new LogGroup(scope, 'Logs', {
      logGroupName: `/aws/imagebuilder/${name}`,
      retention: RetentionDays.SIX_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  })
  // A bake that finds no capacity in the first subnet is done with these.
  pipeline.node.addDependency(...further)
  // The L2 can only have a pipeline that is there already write to a group.
  const resource = pipeline.node.defaultChild as CfnImagePipeline
  resource.addPropertyOverride('LoggingConfiguration.PipelineLogGroupName', props.pipelineLogs.logGroupName)
  if (Object.keys(image.tags).length > 0) resource.imageTags = image.tags
  if (image.testTimeout !== undefined)
    resource.addPropertyOverride('ImageTestsConfiguration.TimeoutMinutes', image.testTimeout / 60)
  // The L2 writes what becomes of a failure as documents of workflows do, and CloudFormation has it in capitals.
  if (image.workflows) resource.workflows = workflowsOf(scope, fleet, image, workflows)
}

interface Making extends ImagesProps {
  /** The image's. */
  name: string
}

/** What each field that is baked says in the recipe: a field that says nothing there would change no AMI. */
const recipeOf: { [K in RecipeField]: (image: Image, making: Making) => Partial<ImageRecipeProps> } = {
  components: ({ components }, making) => ({
    components: components.map(({ component, parameters }) => ({
      component: making.components[component] as IComponent,
      ...(Object.keys(parameters).length > 0 && { parameters: parametersOf(parameters) }),
    })),
  }),
  // It is one of its volumes, named by its device.
  root: () => ({}),
  volumes: (_image, { fleet, name, key }) => ({
    blockDevices: volumesOf(fleet, name).map((volume) => blockDevice(volume, key)),
  }),
  workingDirectory: ({ workingDirectory }) => (workingDirectory ? { workingDirectory } : {}),
  userData: ({ userData }) => (userData === undefined ? {} : { userDataOverride: UserData.custom(userData) }),
  uninstallSsmAgent: ({ uninstallSsmAgent }) => (uninstallSsmAgent ? { uninstallSsmAgentAfterBuild: true } : {}),
  // The recipe gets them below, past the L2.
  watermarks: () => ({}),
  tags: (image, making) => ({ amiTags: amiTagsOf(image, making) }),
}

const amiTagsOf = ({ tags }: Image, { fleet, name }: { fleet: Fleet; name: string }): Record<string, string> => ({
  ...tags,
  [fleetTag]: fleet.name,
  'rebake:image': name,
})

/** "description: Maximum length of 1024": API Reference, CreateImageRecipe */
const longestDescription = 1_024

/**
 * A description that says by a hash what AMIs get that is no create-only property of a recipe, as the description is: Image Builder cannot
 * change a recipe, and CloudFormation does not replace one for those alone.
 */
function hashed(image: Image, { fleet, name }: { fleet: Fleet; name: string }): string {
  const { description = resourceName(fleet.name, name), userData, uninstallSsmAgent } = image
  const tags = Object.entries(amiTagsOf(image, { fleet, name })).toSorted(([a], [b]) => (a < b ? -1 : 1))
  // Without the others it is the hash of the tags alone, as recipes have it that are deployed.
  const more = userData === undefined && !uninstallSsmAgent ? [] : [{ userData, uninstallSsmAgent }]
  const hash = createHash('sha256')
  for (const part of [tags, ...more]) hash.update(JSON.stringify(part))
  const suffix = ` (tags ${hash.digest('hex').slice(0, 8)})`
  return `${description.slice(0, longestDescription - suffix.length)}${suffix}`
}

const parametersOf = (parameters: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, ComponentParameterValue.fromString(value)]),
  )

/** The L2's own asks for a size or a snapshot: a volume of the parent has both. */
class NamedVolume extends BlockDeviceVolume {
  constructor(properties?: EbsDeviceProps) {
    super(properties)
  }
}

/** With the fleet's key, unless the volume has one of its own. */
function blockDevice(volume: RecipeVolume, fleetKey: IKey): BlockDevice {
  const { device, size, type, iops, throughput, snapshot, kmsKey, deleteOnTermination = true, omit } = volume
  if (omit) return { deviceName: device, mappingEnabled: false, volume: new NamedVolume() }
  return {
    deviceName: device,
    volume: new NamedVolume({
      encrypted: true,
      kmsKey: kmsKey === undefined ? fleetKey : ({ keyArn: kmsKey } as IKey),
      deleteOnTermination,
      ...(size && { volumeSize: size }),
      ...(type && { volumeType: type as EbsDeviceVolumeType }),
      ...(snapshot && { snapshotId: snapshot }),
      ...(iops && { iops }),
      ...(throughput && { throughput }),
    }),
  }
}
