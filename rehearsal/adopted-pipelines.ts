import { platformOf, upstreamOf } from '../domain/fleet/graph.ts'
import type { Fleet, Image } from '../domain/fleet/model.ts'
import { architectureOf } from '../domain/fleet/upstreams.ts'
import { imageOfArn } from '../domain/names.ts'
import type { World } from '../emulator/index.ts'

/** What a team had before there was Rebake: a pipeline of its own that nobody has touched for a while. */

/** The image of the fleet that an image in Image Builder is of: its ARN has the name of the recipe. */
export const imageBehind = (fleet: Fleet, arn: string): string => {
  const [, recipe = ''] = arn.match(/:image\/([^/]+)\//) ?? []
  const adopted = Object.entries(fleet.images).find(
    ([, image]) => image.pipeline && recipe === `${nameOf(image.pipeline)}-recipe`,
  )
  return adopted?.[0] ?? imageOfArn(fleet.name, arn) ?? ''
}

const nameOf = (pipelineArn: string) => pipelineArn.split('/').at(-1) ?? ''

/**
 * Makes the pipelines that images of the fleet adopt, each with a recipe that pins an AMI of old. They are there before
 * anything is deployed, and nothing tells of them.
 */
export function addAdoptedPipelines(world: World, fleet: Fleet, isNew = (_arn: string) => true): void {
  for (const [name, image] of Object.entries(fleet.images))
    if (image.pipeline && isNew(image.pipeline)) addPipeline(world, fleet, name, image, image.pipeline)
}

function addPipeline({ aws }: World, fleet: Fleet, image: string, { checks, tags }: Image, arn: string): void {
  const [, , , region = '', account = ''] = arn.split(':')
  const place = { account, region }
  const name = nameOf(arn)
  const make = (type: string, properties: Record<string, unknown>) =>
    aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, properties, place).ref

  const upstream = fleet.upstreams[upstreamOf(fleet, image)]
  const windows = platformOf(fleet, image) === 'Windows'
  const Platform = windows ? 'Windows' : 'Linux'
  const device = windows ? '/dev/sda1' : '/dev/xvda'
  const { image: parent } = aws.ec2.addImage({
    ...place,
    Name: `${name} parent of old`,
    unannounced: true,
    RootDeviceName: device,
    Architecture: (upstream && architectureOf(upstream)) ?? 'x86_64',
    BlockDeviceMappings: [{ DeviceName: device, Ebs: { VolumeSize: 8, VolumeType: 'gp3', Encrypted: true } }],
    ...(windows && { Platform: 'Windows', PlatformDetails: 'Windows' }),
  })
  // The second version is what `componentUpdates: latest` moves to.
  const [ComponentArn] = ['1.0.0', '1.1.0'].map((Version) =>
    make('Component', { Name: `${name}-hardening`, Version, Platform, Data: 'name: hardening' }),
  )
  // A recipe's name need not be its pipeline's, and it is the recipe's that images have.
  const ImageRecipeArn = make('ImageRecipe', {
    Name: `${name}-recipe`,
    Version: '1.4.2',
    Description: `What ${name} has always been`,
    ParentImage: parent.ImageId,
    Components: [{ ComponentArn }],
    BlockDeviceMappings: [{ DeviceName: device, Ebs: { Encrypted: true, VolumeSize: 20, VolumeType: 'gp3' } }],
    AmiTags: { ...Object.fromEntries(checks.ami.tags.map((key) => [key, name])), Pipeline: name, ...tags },
    Tags: { Owner: 'platform-team' },
  })
  make('ImagePipeline', {
    Name: name,
    ImageRecipeArn,
    Description: `Bakes ${name}`,
    Tags: { Owner: 'platform-team' },
    InfrastructureConfigurationArn: make('InfrastructureConfiguration', {
      Name: `${name}-infrastructure`,
      InstanceProfileName: `${name}-build`,
    }),
    // Of its own it only names its AMI, in its own account.
    DistributionConfigurationArn: make('DistributionConfiguration', {
      Name: `${name}-distribution`,
      Distributions: [
        { Region: region, AmiDistributionConfiguration: { Name: `${name} {{ imagebuilder:buildDate }}` } },
      ],
    }),
    ImageTestsConfiguration: { ImageTestsEnabled: true, TimeoutMinutes: 60 },
    ImageScanningConfiguration: { ImageScanningEnabled: true },
    ExecutionRole: executionRole(aws, place.account, name),
  })
}

/** The role that Image Builder acts by; anybody who updates the pipeline passes it again. */
function executionRole(aws: World['aws'], account: string, pipeline: string): string {
  const name = `${pipeline}-execution`
  const arn = `arn:aws:iam::${account}:role/${name}`
  const statement = {
    Effect: 'Allow' as const,
    Action: 'sts:AssumeRole',
    Principal: { Service: 'imagebuilder.amazonaws.com' },
  }
  aws.addRole({ account, name, arn, logicalId: name, policies: [], trust: { Statement: [statement] } })
  return arn
}
