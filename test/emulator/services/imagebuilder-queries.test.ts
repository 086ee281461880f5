import {
  GetComponentCommand,
  GetDistributionConfigurationCommand,
  GetImageCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  GetInfrastructureConfigurationCommand,
  ImagebuilderClient,
  ListComponentsCommand,
  ListDistributionConfigurationsCommand,
  ListImageBuildVersionsCommand,
  ListImagePipelineImagesCommand,
  ListImagePipelinesCommand,
  ListImageRecipesCommand,
  ListImagesCommand,
  ListInfrastructureConfigurationsCommand,
  ListTagsForResourceCommand,
  StartImagePipelineExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-imagebuilder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, seedFleet, served } from '../accounts.ts'

const prefix = 'arn:aws:imagebuilder:us-east-1:111111111111'
let world: Served
let client: ImagebuilderClient
let fleet: ReturnType<typeof seedFleet>

beforeAll(async () => {
  world = await served()
  fleet = seedFleet(world)
  client = new ImagebuilderClient(clientOptions(world, roleWith(world.aws, [allow('imagebuilder:*')])))
  for (let i = 0; i < 3; i++) {
    const input = { imagePipelineArn: fleet.pipeline, clientToken: `t${i}`, tags: { Number: `${i}` } }
    await client.send(new StartImagePipelineExecutionCommand(input))
  }
  world.clock.run()
})

afterAll(async () => {
  await world.close()
})

describe('get', () => {
  it('has what the template made', async () => {
    const { imagePipeline } = await client.send(new GetImagePipelineCommand({ imagePipelineArn: fleet.pipeline }))
    expect(imagePipeline).toMatchObject({
      name: 'golden-base',
      status: 'ENABLED',
      platform: 'Linux',
      imageRecipeArn: fleet.recipe,
    })
    const { imageRecipe } = await client.send(new GetImageRecipeCommand({ imageRecipeArn: fleet.recipe }))
    expect(imageRecipe).toMatchObject({
      name: 'golden-base',
      version: '1.0.0',
      owner: build.account,
      amiTags: { Team: 'platform' },
      tags: { Fleet: 'golden' },
      components: [{ componentArn: fleet.component, parameters: [{ name: 'Level', value: ['all'] }] }],
      blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: true, volumeSize: 20 } }],
    })
    const { component } = await client.send(new GetComponentCommand({ componentBuildVersionArn: fleet.component }))
    expect(component).toMatchObject({
      name: 'golden-patch',
      version: '1.0.0',
      platform: 'Linux',
      type: 'BUILD',
    })
    const infrastructure = await client.send(
      new GetInfrastructureConfigurationCommand({ infrastructureConfigurationArn: fleet.infrastructure }),
    )
    expect(infrastructure.infrastructureConfiguration).toMatchObject({
      instanceProfileName: 'golden-build',
      logging: { s3Logs: { s3BucketName: 'golden-logs' } },
      instanceMetadataOptions: { httpTokens: 'required' },
      terminateInstanceOnFailure: true,
    })
    const distribution = await client.send(
      new GetDistributionConfigurationCommand({ distributionConfigurationArn: fleet.distribution }),
    )
    expect(distribution.distributionConfiguration).toMatchObject({
      timeoutMinutes: 720,
      distributions: [
        { region: 'us-east-1', amiDistributionConfiguration: { targetAccountIds: ['222222222222'] } },
        {
          region: 'eu-west-1',
          amiDistributionConfiguration: { launchPermission: { userIds: ['333333333333'] } },
        },
      ],
    })
  })

  it.each([
    [`${prefix}:image/golden-base/x.x.x`, '1.0.0/3'],
    [`${prefix}:image/golden-base/1.0.x`, '1.0.0/3'],
    [`${prefix}:image/golden-base/1.0.0`, '1.0.0/3'],
    [`${prefix}:image/golden-base/1.0.0/2`, '1.0.0/2'],
  ])('finds the image %s', async (imageBuildVersionArn, build) => {
    const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn }))
    expect(image?.arn).toBe(`${prefix}:image/golden-base/${build}`)
  })

  it.each(['image/golden-base/1.0.0/9', 'image/other/x.x.x'])('finds no %s', async (name) => {
    const call = client.send(new GetImageCommand({ imageBuildVersionArn: `${prefix}:${name}` }))
    await expect(call).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    })
  })

  it('finds the latest version of a recipe', async () => {
    const { imageRecipe } = await client.send(
      new GetImageRecipeCommand({ imageRecipeArn: `${prefix}:image-recipe/golden-base/x.x.x` }),
    )
    expect(imageRecipe?.arn).toBe(fleet.recipe)
  })
})

describe('list', () => {
  it('has one image a version, and every build of it', async () => {
    const { imageVersionList } = await client.send(new ListImagesCommand())
    expect(imageVersionList).toMatchObject([{ arn: `${prefix}:image/golden-base/1.0.0`, version: '1.0.0' }])
    const imageVersionArn = imageVersionList?.[0]?.arn
    const builds = await client.send(new ListImageBuildVersionsCommand({ imageVersionArn }))
    expect(builds.imageSummaryList?.map(({ arn, state, tags }) => [arn?.at(-1), state?.status, tags?.Number])).toEqual([
      ['1', 'AVAILABLE', '0'],
      ['2', 'AVAILABLE', '1'],
      ['3', 'AVAILABLE', '2'],
    ])
    const ofPipeline = await client.send(new ListImagePipelineImagesCommand({ imagePipelineArn: fleet.pipeline }))
    expect(ofPipeline.imageSummaryList).toEqual(builds.imageSummaryList)
  })

  it('has pages', async () => {
    const first = await client.send(new ListImageBuildVersionsCommand({ maxResults: 2 }))
    const second = await client.send(new ListImageBuildVersionsCommand({ maxResults: 2, nextToken: first.nextToken }))
    expect([first.imageSummaryList?.length, second.imageSummaryList?.length, second.nextToken]).toEqual([
      2,
      1,
      undefined,
    ])
    const wrong = client.send(new ListImageBuildVersionsCommand({ nextToken: 'wrong' }))
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidPaginationTokenException' })
  })

  it('has filters, and refuses those that it does not know', async () => {
    const named = (name: string, value: string) =>
      client.send(new ListImagesCommand({ filters: [{ name, values: [value] }] }))
    expect((await named('name', 'golden-base')).imageVersionList).toHaveLength(1)
    expect((await named('name', 'silver')).imageVersionList).toEqual([])
    await expect(named('colour', 'red')).rejects.toThrow('the emulator does not emulate the filter colour')
    expect((await client.send(new ListImagesCommand({ owner: 'Amazon' }))).imageVersionList).toEqual([])
  })

  it('has everything else', async () => {
    expect((await client.send(new ListImagePipelinesCommand())).imagePipelineList).toMatchObject([
      { arn: fleet.pipeline },
    ])
    expect((await client.send(new ListImageRecipesCommand())).imageRecipeSummaryList).toMatchObject([
      { arn: fleet.recipe },
    ])
    expect((await client.send(new ListComponentsCommand())).componentVersionList).toMatchObject([
      { arn: `${prefix}:component/golden-patch/1.0.0` },
    ])
    const infrastructure = await client.send(new ListInfrastructureConfigurationsCommand())
    expect(infrastructure.infrastructureConfigurationSummaryList).toMatchObject([{ arn: fleet.infrastructure }])
    const distribution = await client.send(new ListDistributionConfigurationsCommand())
    expect(distribution.distributionConfigurationSummaryList).toMatchObject([{ regions: ['us-east-1', 'eu-west-1'] }])
  })
})

it('keeps tags', async () => {
  const resourceArn = `${prefix}:image/golden-base/1.0.0/1`
  await client.send(new TagResourceCommand({ resourceArn, tags: { Team: 'x' } }))
  await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['Number'] }))
  expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ Team: 'x' })
})

describe('a template', () => {
  const make = (type: string, properties: object) =>
    world.aws.imagebuilder.createFromTemplate(
      `AWS::ImageBuilder::${type}`,
      properties as Record<string, unknown>,
      build,
    )

  it('gets the next free version for an x', () => {
    const recipe = { Name: 'golden-next', ParentImage: `${prefix}:image/soe/x.x.x`, Components: [] }
    const versions = ['1.0.x', '1.0.x', '1.x.x', '2.0.5', '2.0.x'].map((Version) =>
      make('ImageRecipe', { ...recipe, Version })
        .ref.split('/')
        .at(-1),
    )
    expect(versions).toEqual(['1.0.0', '1.0.1', '1.1.0', '2.0.5', '2.0.6'])
  })

  it.each([
    [
      'a property that the API does not have',
      'ImagePipeline',
      { Name: 'golden-x', Colour: 'red' },
      'Colour is not a member',
    ],
    ['a missing property', 'ImageRecipe', { Name: 'golden-x', Version: '1.0.0' }, 'parentImage is missing'],
    [
      'a wrong type',
      'InfrastructureConfiguration',
      { Name: 'golden-x', InstanceProfileName: ['a'] },
      'expected a string',
    ],
    [
      'a type that is not emulated',
      'ContainerRecipe',
      {},
      'does not emulate the resource type AWS::ImageBuilder::ContainerRecipe',
    ],
    [
      'what exists already',
      'Component',
      { Name: 'golden-patch', Version: '1.0.0', Platform: 'Linux', Data: 'name: patch' },
      'which exists',
    ],
  ])('refuses %s', (_, type, properties, message) => {
    expect(() => make(type, properties)).toThrow(message)
  })
})

describe('an image that somebody else has built', () => {
  const arn = `${prefix}:image/soe-al2023/2026.9.1/2`
  beforeAll(() => {
    const ami = { region: 'us-east-1', accountId: build.account, image: 'ami-0123456789abcdef0' }
    world.aws.imagebuilder.images.addBuilt(arn, { platform: 'Linux' }, [ami])
  })

  it('is there, with its AMI, and nothing has reported it', async () => {
    const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn: arn }))
    expect(image).toMatchObject({
      arn,
      name: 'soe-al2023',
      version: '2026.9.1',
      platform: 'Linux',
      state: { status: 'AVAILABLE' },
      outputResources: { amis: [{ image: 'ami-0123456789abcdef0', accountId: build.account }] },
    })
    expect(world.events.some(({ resources }) => resources[0] === arn)).toBe(false)
  })

  it('is in the lists', async () => {
    const { imageVersionList } = await client.send(new ListImagesCommand())
    const version = arn.replace(/\/2$/, '')
    expect(imageVersionList?.map((each) => each.arn)).toContain(version)
    const builds = await client.send(new ListImageBuildVersionsCommand({ imageVersionArn: version }))
    expect(builds.imageSummaryList).toMatchObject([{ arn, version: '2026.9.1', owner: build.account }])
  })
})

itFitsTheModels(() => world.aws.calls)
