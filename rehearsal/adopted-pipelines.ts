import { platformOf, upstreamOf } from '../domain/fleet/graph.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { architectureOf } from '../domain/fleet/upstreams.ts'
import { imageNameOf, imageOfArn } from '../domain/names.ts'
import { type Ami, buildPhases, type World } from '../emulator/index.ts'
import { derivedFrom } from './derived-ids.ts'
import { type Estate, type PipelineTraits, soundEstate, traitsOf } from './estate.ts'

/** What a team had before there was Rebake: pipelines of its own, each with what it is made of and what it has built. */

/** The image of the fleet that an image in Image Builder is of: its ARN has the name of the recipe. */
export const imageBehind = (fleet: Fleet, arn: string): string => {
  const recipe = imageNameOf(arn) ?? ''
  const adopted = Object.entries(fleet.images).find(
    ([, image]) => image.pipeline && recipe === `${nameOf(image.pipeline)}-recipe`,
  )
  return adopted?.[0] ?? imageOfArn(fleet.name, arn) ?? ''
}

const nameOf = (pipelineArn: string) => pipelineArn.split('/').at(-1) ?? ''

export interface Found {
  estate?: Estate
  /** Accounts whose people launch what the pipelines bake. */
  targets?: readonly string[]
  /** The AMI of an upstream that was there before. */
  upstreamAmi?: (upstream: string) => string | undefined
  /** Whether a pipeline, by its ARN, is still to be made. */
  isNew?: (arn: string) => boolean
}

/** What a pipeline is, and what it is made for. */
interface Pipeline {
  name: string
  /** An image of the fleet, whose platform and lineage it has. */
  image: string
  arn: string
  traits: PipelineTraits
  /** How many pipelines are above it. */
  depth: number
}

/**
 * Makes the pipelines that images of the fleet adopt, parents first, and those that it knows nothing of, each with its
 * last three builds. They are there before anything is deployed, and nothing tells of them.
 */
export function addAdoptedPipelines(
  world: World,
  fleet: Fleet,
  { estate = soundEstate, targets = [], upstreamAmi = () => undefined, isNew = () => true }: Found = {},
): void {
  const adopted = Object.keys(fleet.images).flatMap((image) => {
    const arn = fleet.images[image]?.pipeline
    const traits = traitsOf(estate, image)
    return arn ? [{ name: nameOf(arn), image, arn, traits, depth: depthOf(fleet, image) }] : []
  })
  const [any = ''] = Object.keys(fleet.images)
  const { account, region } = fleet.build
  const others = estate.others.map((name) => ({
    name,
    image: any,
    arn: `arn:aws:imagebuilder:${region}:${account}:image-pipeline/${name}`,
    traits: traitsOf(soundEstate, ''),
    depth: 0,
  }))
  const missing = [...adopted, ...others].filter(({ arn }) => isNew(arn)).sort((a, b) => a.depth - b.depth)
  if (missing.length > 0) addKey(world, fleet, targets)
  for (const pipeline of missing) addPipeline(world, fleet, pipeline, upstreamAmi)
}

/** How many adopted images are above one. */
function depthOf(fleet: Fleet, image: string): number {
  const parent = fleet.images[image]?.parent ?? ''
  return fleet.images[parent]?.pipeline ? 1 + depthOf(fleet, parent) : 0
}

/** The key that teams encrypt their volumes with: the accounts that use their AMIs may use it. */
const keyArn = ({ build }: Fleet) =>
  `arn:aws:kms:${build.region}:${build.account}:key/${derivedFrom(`key/${build.account}`).uuid()}`

function addKey({ aws }: World, fleet: Fleet, targets: readonly string[]): void {
  const { account, region } = fleet.build
  const statements = [account, ...targets].map((each) => ({
    Effect: 'Allow' as const,
    Principal: { AWS: `arn:aws:iam::${each}:root` },
    Action: 'kms:*',
    Resource: '*',
  }))
  aws.kms.addKey({ arn: keyArn(fleet), enabled: true, policy: { Statement: statements } })
  aws.kms.addAlias(`arn:aws:kms:${region}:${account}:alias/images`, keyArn(fleet))
}

type UpstreamAmi = NonNullable<Found['upstreamAmi']>

function addPipeline(world: World, fleet: Fleet, pipeline: Pipeline, upstreamAmi: UpstreamAmi): void {
  const { aws } = world
  const { name, image, arn, traits } = pipeline
  const { build } = fleet
  const make = (type: string, properties: Record<string, unknown>) =>
    aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, properties, build).ref
  const tags = { Owner: 'platform-team', ...(traits.terraform ? { ManagedBy: 'Terraform' } : {}) }
  const common = {
    Name: name,
    Description: `Bakes ${name}`,
    Tags: tags,
    Status: traits.status,
    InfrastructureConfigurationArn: make('InfrastructureConfiguration', {
      Name: `${name}-infrastructure`,
      InstanceProfileName: `${name}-build`,
      InstanceTypes: [instanceTypeFor(fleet, image)],
      Tags: tags,
    }),
    ...(traits.schedule === undefined ? {} : { Schedule: { ScheduleExpression: traits.schedule } }),
  }
  if (traits.recipe === 'container') {
    const [, , , region, account] = arn.split(':')
    const ContainerRecipeArn = `arn:aws:imagebuilder:${region}:${account}:container-recipe/${name}-recipe/1.4.2`
    make('ImagePipeline', { ...common, ContainerRecipeArn })
    return
  }
  const parent = parentOf(world, fleet, image, upstreamAmi)
  const ImageRecipeArn = make('ImageRecipe', recipeOf(world, fleet, pipeline, { parent, tags, make }))
  const DistributionConfigurationArn = make('DistributionConfiguration', {
    Name: `${name}-distribution`,
    Tags: tags,
    Distributions: [
      {
        Region: build.region,
        AmiDistributionConfiguration: {
          Name: `${name} {{ imagebuilder:buildDate }}`,
          ...(traits.sharedWith.length === 0 ? {} : { LaunchPermissionConfiguration: { UserIds: traits.sharedWith } }),
        },
      },
    ],
  })
  make('ImagePipeline', {
    ...common,
    ImageRecipeArn,
    // Of its own it names its AMI, in its own account, and no more unless the estate says so.
    DistributionConfigurationArn,
    ImageTestsConfiguration: { ImageTestsEnabled: true, TimeoutMinutes: 60 },
    ImageScanningConfiguration: { ImageScanningEnabled: !aws.inspector.off.has(build.account) },
    ...(traits.workflow === 'waits'
      ? { Workflows: [usualBuild(build.region), { WorkflowArn: make('Workflow', approvalOf(name)) }] }
      : {}),
    ...executionRole(aws, build.account, pipeline),
  })
  addBuilds(world, fleet, pipeline, parent)
}

const instanceTypeFor = (fleet: Fleet, image: string) =>
  architectureFor(fleet, image) === 'arm64' ? 'm7g.large' : 'm7i.large'

const architectureFor = (fleet: Fleet, image: string) => {
  const upstream = fleet.upstreams[upstreamOf(fleet, image)]
  return (upstream && architectureOf(upstream)) ?? 'x86_64'
}

const imageArn = ({ build }: Fleet, pipeline: string) =>
  `arn:aws:imagebuilder:${build.region}:${build.account}:image/${pipeline}-recipe`

interface RecipeContext {
  parent: Ami
  tags: Record<string, string>
  make: (type: string, properties: Record<string, unknown>) => string
}

function recipeOf(
  world: World,
  fleet: Fleet,
  { name, image, traits }: Pipeline,
  { parent, tags, make }: RecipeContext,
): Record<string, unknown> {
  const { checks, tags: ofImage } = fleet.images[image] ?? {}
  const Platform = platformOf(fleet, image) === 'Windows' ? 'Windows' : 'Linux'
  // The second version is what `componentUpdates: latest` moves to.
  const [ComponentArn] = ['1.0.0', '1.1.0'].map((Version) =>
    make('Component', { Name: `${name}-hardening`, Version, Platform, Data: 'name: hardening' }),
  )
  return {
    // A recipe's name need not be its pipeline's, and it is the recipe's that images have.
    Name: `${name}-recipe`,
    Version: '1.4.2',
    Description: `What ${name} has always been`,
    ParentImage: parentText(world, fleet, { name, image, traits }, parent),
    Components: [{ ComponentArn }],
    ...volumesOf(fleet, traits, parent),
    AmiTags: { ...Object.fromEntries((checks?.ami.tags ?? []).map((key) => [key, name])), Pipeline: name, ...ofImage },
    Tags: tags,
  }
}

function parentText(
  { aws }: World,
  fleet: Fleet,
  { name, image, traits }: Pick<Pipeline, 'name' | 'image' | 'traits'>,
  ami: Ami,
): string {
  const { ImageId, Tags = [] } = ami.image
  switch (traits.parent) {
    case 'ami':
      return ImageId
    case 'parameter':
      aws.ssm.seed(fleet.build, { name: `/pipelines/${name}/parent`, value: ImageId, unannounced: true })
      return `ssm:/pipelines/${name}/parent`
    case 'image': {
      const above = fleet.images[fleet.images[image]?.parent ?? '']?.pipeline
      const made = Tags.find(({ Key }) => Key === 'Ec2ImageBuilderArn')?.Value ?? ''
      return `${above ? imageArn(fleet, nameOf(above)) : made.replace(/(\/\d+\.\d+\.\d+)?\/\d+$/, '')}/x.x.x`
    }
  }
}

/** The newest AMI of the pipeline above it, or of its upstream, as it stands in the account that owns it. */
function parentOf({ aws }: World, fleet: Fleet, image: string, upstreamAmi: UpstreamAmi): Ami {
  const above = fleet.images[fleet.images[image]?.parent ?? '']?.pipeline
  const found = above
    ? aws.imagebuilder.images.latest(`${imageArn(fleet, nameOf(above))}/1.4.2`)?.amis[0]?.image
    : upstreamAmi(upstreamOf(fleet, image))
  return (found ? aws.ec2.get(found, fleet.build.region) : undefined) ?? amiOfOld({ aws }, fleet, image)
}

/** Where no AMI of the upstream is there: one that the account made of something that nobody knows any more. */
function amiOfOld({ aws }: Pick<World, 'aws'>, fleet: Fleet, image: string): Ami {
  const windows = platformOf(fleet, image) === 'Windows'
  const device = windows ? '/dev/sda1' : '/dev/xvda'
  const Architecture = architectureFor(fleet, image) as 'x86_64' | 'arm64'
  const name = `parent of old, ${windows ? 'Windows' : 'Linux'} ${Architecture}`
  const known = aws.ec2.named(name, fleet.build)
  if (known) return known
  return aws.ec2.addImage({
    ...fleet.build,
    Name: name,
    unannounced: true,
    RootDeviceName: device,
    Architecture,
    BlockDeviceMappings: [
      { DeviceName: device, Ebs: { VolumeSize: 8, VolumeType: 'gp3', Encrypted: true, KmsKeyId: keyArn(fleet) } },
    ],
    ...(windows && { Platform: 'Windows' as const, PlatformDetails: 'Windows' }),
  })
}

const encryption: Record<PipelineTraits['volumes'], ((fleet: Fleet) => object) | undefined> = {
  'customer-key': (fleet) => ({ Encrypted: true, KmsKeyId: keyArn(fleet) }),
  'aws-managed-key': ({ build }) => ({
    Encrypted: true,
    KmsKeyId: `arn:aws:kms:${build.region}:${build.account}:alias/aws/ebs`,
  }),
  unencrypted: () => ({ Encrypted: false }),
  none: undefined,
}

function volumesOf(fleet: Fleet, { volumes }: PipelineTraits, { image }: Ami) {
  const encrypted = encryption[volumes]?.(fleet)
  if (encrypted === undefined) return {}
  const { RootDeviceName: DeviceName, BlockDeviceMappings = [] } = image
  const root = BlockDeviceMappings.find((each) => each.DeviceName === DeviceName)
  // Nobody makes a volume smaller than its snapshot.
  const VolumeSize = Math.max(20, root?.Ebs?.VolumeSize ?? 0)
  return { BlockDeviceMappings: [{ DeviceName, Ebs: { ...encrypted, VolumeSize, VolumeType: 'gp3' } }] }
}

const usualBuild = (region: string) => ({
  WorkflowArn: `arn:aws:imagebuilder:${region}:aws:workflow/build/build-image/x.x.x`,
})

const approvalOf = (name: string) => ({
  Name: `${name}-approval`,
  Version: '1.0.0',
  Type: 'TEST',
  Data: 'name: approval\nschemaVersion: 1.0\nsteps:\n  - name: WaitForApproval\n    action: WaitForAction\n    onFailure: Abort\n',
})

/** The role that Image Builder acts by; anybody who updates the pipeline passes it again. */
function executionRole(aws: World['aws'], account: string, { name, traits }: Pipeline): { ExecutionRole?: string } {
  if (traits.executionRole === 'none') return {}
  const role = `${name}-execution`
  const arn = `arn:aws:iam::${account}:role/${role}`
  if (traits.executionRole === 'gone') return { ExecutionRole: arn }
  const statement = {
    Effect: 'Allow' as const,
    Action: 'sts:AssumeRole',
    Principal: { Service: 'imagebuilder.amazonaws.com' },
  }
  aws.addRole({ account, name: role, arn, logicalId: role, policies: [], trust: { Statement: [statement] } })
  return { ExecutionRole: arn }
}

/** So long after its parent's AMI a pipeline built the first time, and so long after each other the next ones. */
const between = 8 * 3_600_000

/** How much of the usual time each of its builds took. */
const builds = [0.9, 1, 1.1]

/** Its last builds, some weeks ago: each has an image, and an AMI that was there when it had been built. */
function addBuilds({ aws }: World, fleet: Fleet, { image, arn }: Pipeline, parent: Ami): void {
  const { estimate = 2_400 } = fleet.images[image] ?? {}
  for (const [nth, part] of builds.entries()) {
    const started = Date.parse(String(parent.image.CreationDate)) + (nth + 1) * between
    const { PENDING = 0, CREATING = 0, BUILDING = 0 } = buildPhases(estimate * part)
    const made = new Date(started + (PENDING + CREATING + BUILDING) * 1_000)
    aws.imagebuilder.addBuilt(arn, parent, { started: new Date(started), made })
  }
}
