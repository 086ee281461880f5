import {
  CreateImageRecipeCommand,
  type CreateImageRecipeCommandInput,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  ImagebuilderClient,
  ListComponentsCommand,
  ListImageRecipesCommand,
  UpdateImagePipelineCommand,
  type UpdateImagePipelineCommandInput,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../../emulator/iam/policy.ts'
import type { CallRecord } from '../../../../emulator/services/types.ts'
import {
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  roleWith,
  type Served,
  seedFleet,
  served,
} from '../../accounts.ts'

const calls: CallRecord[] = []
const prefix = `arn:aws:imagebuilder:${build.region}:${build.account}`
let world: Served
let client: ImagebuilderClient
let fleet: ReturnType<typeof seedFleet>

const as = (name: string, ...statements: Statement[]) =>
  new ImagebuilderClient(clientOptions(world, roleWith(world.aws, statements, { name })))

beforeEach(async () => {
  world = await served()
  fleet = seedFleet(world)
  client = as('worker', allow('imagebuilder:*', 'iam:PassRole', 'ec2:DescribeImages', 'ssm:GetParameter'))
})
afterEach(async () => {
  await world.close()
  calls.push(...world.aws.calls)
})

const create = (o: Partial<CreateImageRecipeCommandInput> = {}, by = client) =>
  by.send(
    new CreateImageRecipeCommand({
      name: 'golden-base',
      semanticVersion: '1.0.x',
      parentImage: fleet.parent.ImageId,
      clientToken: 'one',
      components: [{ componentArn: fleet.component }],
      tags: { Fleet: 'golden' },
      ...o,
    }),
  )
const recipe = async (imageRecipeArn: string) =>
  (await client.send(new GetImageRecipeCommand({ imageRecipeArn }))).imageRecipe
const pipeline = async () =>
  (await client.send(new GetImagePipelineCommand({ imagePipelineArn: fleet.pipeline }))).imagePipeline
const update = (o: Partial<UpdateImagePipelineCommandInput> = {}, by = client) =>
  by.send(
    new UpdateImagePipelineCommand({
      imagePipelineArn: fleet.pipeline,
      imageRecipeArn: fleet.recipe,
      clientToken: 'one',
      infrastructureConfigurationArn: fleet.infrastructure,
      ...o,
    }),
  )

describe('a new recipe', () => {
  it('takes the next version that is free in place of x, and says how to refer to it', async () => {
    expect(await create()).toMatchObject({
      imageRecipeArn: `${prefix}:image-recipe/golden-base/1.0.1`,
      clientToken: 'one',
      latestVersionReferences: { latestMinorVersionArn: `${prefix}:image-recipe/golden-base/1.0.x` },
    })
    await create({ clientToken: 'two', semanticVersion: '1.0.7' })
    const { imageRecipeArn } = await create({ clientToken: 'three' })
    expect(imageRecipeArn).toMatch(/1\.0\.8$/)
    expect(await recipe(imageRecipeArn ?? '')).toMatchObject({
      name: 'golden-base',
      version: '1.0.8',
      parentImage: fleet.parent.ImageId,
      platform: 'Linux',
      owner: build.account,
      tags: { Fleet: 'golden' },
      components: [{ componentArn: fleet.component }],
    })
  })

  it('is the same for the same token, and refused for other content under it', async () => {
    const { imageRecipeArn } = await create()
    expect((await create()).imageRecipeArn).toBe(imageRecipeArn)
    await expect(create({ description: 'another' })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    })
    const { imageRecipeSummaryList = [] } = await client.send(new ListImageRecipesCommand({}))
    expect(imageRecipeSummaryList).toHaveLength(2)
  })

  it.each([
    ['a version that is there', { semanticVersion: '1.0.0' }, 'ResourceAlreadyExistsException'],
    ['a number after a wildcard', { semanticVersion: '1.x.0' }, 'InvalidVersionNumberException'],
    ['a version too many', { semanticVersion: '1.0' }, 'InvalidVersionNumberException'],
    ['a number out of bounds', { semanticVersion: '1.0.1073741824' }, 'InvalidVersionNumberException'],
    ['an AMI that is not to be seen', { parentImage: 'ami-0123456789abcdef0' }, 'InvalidRequestException'],
    [
      'an own component that is not there',
      { components: [{ componentArn: `${prefix}:component/none/1.0.0/1` }] },
      'ResourceNotFoundException',
    ],
  ])('is refused for %s', async (_, input, name) => {
    await expect(create(input)).rejects.toMatchObject({ name })
  })

  it('needs the right to read what it names, and to tag', async () => {
    const needed = [
      'imagebuilder:CreateImageRecipe',
      'imagebuilder:TagResource',
      'imagebuilder:GetComponent',
      'ec2:DescribeImages',
    ]
    for (const [nth, missing] of needed.entries()) {
      const others = needed.filter((action) => action !== missing)
      await expect(create({}, as(`without-${nth}`, allow(...others)))).rejects.toThrow(missing)
    }
    expect((await create({}, as('with-all', allow(...needed)))).imageRecipeArn).toBeDefined()
    const following = { parentImage: 'ssm:/golden/images/base/parent', clientToken: 'two' }
    await expect(create(following, as('reader', allow(...needed)))).rejects.toThrow('ssm:GetParameter')
  })
})

describe('an updated pipeline', () => {
  it('is replaced: what is left out has its default, or is gone', async () => {
    const before = await pipeline()
    expect(before).toMatchObject({ imageScanningConfiguration: { imageScanningEnabled: true } })
    const { imageRecipeArn = '' } = await create()
    await update({
      imageRecipeArn,
      description: 'moved',
      schedule: { scheduleExpression: 'cron(0 0 * * ? *)' },
    })
    expect(await pipeline()).toEqual({
      arn: fleet.pipeline,
      name: 'golden-base',
      platform: 'Linux',
      dateCreated: before?.dateCreated,
      imageRecipeArn,
      infrastructureConfigurationArn: fleet.infrastructure,
      description: 'moved',
      status: 'ENABLED',
      enhancedImageMetadataEnabled: true,
      dateUpdated: expect.any(String),
      schedule: { scheduleExpression: 'cron(0 0 * * ? *)' },
    })
  })

  it('is updated once for a token', async () => {
    await update({ description: 'first' })
    await update({ description: 'second', clientToken: 'two' })
    await update({ description: 'first' })
    expect((await pipeline())?.description).toBe('second')
  })

  it.each([
    ['there is none', { imagePipelineArn: `${prefix}:image-pipeline/none` }, 'ResourceNotFoundException'],
    ['its recipe is not there', { imageRecipeArn: `${prefix}:image-recipe/none/1.0.0` }, 'ResourceNotFoundException'],
    ['it has no recipe', { imageRecipeArn: undefined }, 'InvalidRequestException'],
    ['its role is not there', { executionRole: 'none' }, 'InvalidRequestException'],
  ])('is refused where %s', async (_, input, name) => {
    await expect(update(input as object)).rejects.toMatchObject({ name })
  })

  it('needs the right to read what it names, and to pass the role', async () => {
    const executionRole = `arn:aws:iam::${build.account}:role/golden-distribution`
    const needed = [
      'imagebuilder:UpdateImagePipeline',
      'imagebuilder:GetImageRecipe',
      'imagebuilder:GetInfrastructureConfiguration',
      'imagebuilder:GetDistributionConfiguration',
      'imagebuilder:TagResource',
      'iam:PassRole',
    ]
    const wanted = { executionRole, distributionConfigurationArn: fleet.distribution, imageTags: { A: 'b' } }
    for (const [nth, missing] of needed.entries()) {
      const others = needed.filter((action) => action !== missing)
      await expect(update(wanted, as(`without-${nth}`, allow(...others)))).rejects.toThrow(missing)
    }
    expect((await update(wanted, as('with-all', allow(...needed)))).imagePipelineArn).toBe(fleet.pipeline)
  })
})

describe('components', () => {
  const list = async (input: object) =>
    ((await client.send(new ListComponentsCommand(input))).componentVersionList ?? []).map(({ arn }) => arn)

  it('are the own ones, or those of AWS', async () => {
    const place = { ...build, account: 'aws' }
    for (const Version of ['1.0.0', '1.0.1'])
      world.aws.imagebuilder.createFromTemplate(
        'AWS::ImageBuilder::Component',
        { Name: 'update-linux', Version, Platform: 'Linux', Data: 'x' },
        place,
      )
    expect(await list({})).toEqual([fleet.component.replace('/1.0.0/1', '/1.0.0')])
    const managed = `arn:aws:imagebuilder:${build.region}:aws:component/update-linux`
    expect(await list({ owner: 'Amazon' })).toEqual([`${managed}/1.0.0`, `${managed}/1.0.1`])
    const filters = [{ name: 'name', values: ['none'] }]
    expect(await list({ owner: 'Amazon', filters })).toEqual([])
    await expect(list({ owner: 'ThirdParty' })).rejects.toThrow('does not emulate')
  })
})

itFitsTheModels(() => calls)
