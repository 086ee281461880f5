import {
  CreateDistributionConfigurationCommand,
  type CreateDistributionConfigurationCommandInput,
  DeleteDistributionConfigurationCommand,
  DistributeImageCommand,
  type Distribution,
  GetDistributionConfigurationCommand,
  GetImageCommand,
  ImagebuilderClient,
  UpdateDistributionConfigurationCommand,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
  target,
} from '../../accounts.ts'

const calls: CallRecord[] = []
const arn = `arn:aws:imagebuilder:us-east-1:${build.account}:distribution-configuration/golden-base-everyone`
let world: Served
let client: ImagebuilderClient
let fleet: ReturnType<typeof seedFleet>

beforeEach(async () => {
  world = await served()
  fleet = seedFleet(world)
  client = as('imagebuilder:*', 'iam:PassRole', 'ec2:DescribeImages')
})

afterEach(async () => {
  await world.close()
  calls.push(...world.aws.calls)
})

const as = (...actions: string[]) =>
  new ImagebuilderClient(clientOptions(world, roleWith(world.aws, [allow(...actions)])))

const to = (...accounts: string[]): Distribution[] => [
  { region: 'us-east-1', amiDistributionConfiguration: { targetAccountIds: accounts } },
]
const accounts = (count: number) => Array.from({ length: count }, (_, i) => `${300_000_000_001 + i}`)

const create = (o: Partial<CreateDistributionConfigurationCommandInput> = {}) =>
  client.send(
    new CreateDistributionConfigurationCommand({
      name: 'golden-base-everyone',
      distributions: to(target.account),
      clientToken: 'c-1',
      ...o,
    }),
  )
const update = (distributions: Distribution[], clientToken = 'u-1') =>
  client.send(
    new UpdateDistributionConfigurationCommand({
      distributionConfigurationArn: arn,
      distributions,
      clientToken,
    }),
  )
const get = async () => {
  const input = { distributionConfigurationArn: arn }
  return (await client.send(new GetDistributionConfigurationCommand(input))).distributionConfiguration
}

describe('a distribution configuration', () => {
  it('is made once for a token, and its name is its own', async () => {
    const made = await create({ description: 'to everyone', tags: { Fleet: 'golden' } })
    expect(made).toMatchObject({ clientToken: 'c-1', distributionConfigurationArn: arn })
    expect(await create({ description: 'to everyone', tags: { Fleet: 'golden' } })).toMatchObject({
      distributionConfigurationArn: arn,
    })
    expect(await get()).toMatchObject({
      arn,
      name: 'golden-base-everyone',
      description: 'to everyone',
      timeoutMinutes: 720,
      distributions: to(target.account),
      tags: { Fleet: 'golden' },
    })
    await expect(create()).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' })
    await expect(create({ clientToken: 'c-2' })).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    })
  })

  it('is replaced by an update: what is left out is lost', async () => {
    await create({ description: 'to everyone', tags: { Fleet: 'golden' } })
    await update(to('555555555555'))
    const changed = await get()
    expect(changed).toMatchObject({ distributions: to('555555555555'), tags: { Fleet: 'golden' } })
    expect(changed).not.toHaveProperty('description')
    expect(changed?.dateUpdated).toBeDefined()
  })

  it('is gone when it is deleted, and its name is free', async () => {
    await create()
    await client.send(new DeleteDistributionConfigurationCommand({ distributionConfigurationArn: arn }))
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await create({ clientToken: 'c-2' })
    expect(await get()).toMatchObject({ arn })
  })

  it('stays while a pipeline uses it', async () => {
    await create()
    world.aws.imagebuilder.createFromTemplate(
      'AWS::ImageBuilder::ImagePipeline',
      {
        Name: 'golden-other',
        ImageRecipeArn: fleet.recipe,
        DistributionConfigurationArn: arn,
        InfrastructureConfigurationArn: fleet.infrastructure,
      },
      build,
    )
    const deleted = client.send(new DeleteDistributionConfigurationCommand({ distributionConfigurationArn: arn }))
    await expect(deleted).rejects.toMatchObject({ name: 'ResourceDependencyException' })
  })

  it('takes 50 target accounts, over all of its regions', async () => {
    const regions = (...of: string[][]): Distribution[] =>
      of.map((targetAccountIds, i) => ({
        region: ['us-east-1', 'eu-west-1'][i],
        amiDistributionConfiguration: { targetAccountIds },
      }))
    await create({ distributions: regions(accounts(50), accounts(50)) })
    const more = regions(accounts(50), ['999999999999'])
    await expect(create({ name: 'more', distributions: more, clientToken: 'c-2' })).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
    })
    await expect(update(more)).rejects.toThrow('takes 50 target accounts, and has 51')
  })

  it.each<[string, Distribution[]]>([
    ['a region twice', [...to('555555555555'), ...to('666666666666')]],
    [
      'more than 25 units',
      [
        {
          region: 'us-east-1',
          amiDistributionConfiguration: {
            launchPermission: { organizationalUnitArns: accounts(26).map((id) => `arn:aws:ou/${id}`) },
          },
        },
      ],
    ],
  ])('does not take %s', async (_, distributions) => {
    await expect(create({ distributions })).rejects.toMatchObject({ name: 'InvalidRequestException' })
  })

  it('that changes leaves a distribution that runs as it began', async () => {
    await create()
    const executionRole = `arn:aws:iam::${build.account}:role/golden-distribution`
    const { imageBuildVersionArn } = await client.send(
      new DistributeImageCommand({
        distributionConfigurationArn: arn,
        executionRole,
        sourceImage: fleet.parent.ImageId,
        clientToken: 'd-1',
      }),
    )
    await update(to('555555555555'))
    world.clock.run()
    const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn }))
    expect(image?.outputResources?.amis).toMatchObject([{ accountId: target.account }])
    expect(image?.distributionConfiguration?.distributions).toEqual(to(target.account))
  })
})

describe('permissions', () => {
  it.each([
    ['to make it', ['imagebuilder:TagResource'], 'imagebuilder:CreateDistributionConfiguration'],
    ['to tag it', ['imagebuilder:CreateDistributionConfiguration'], 'imagebuilder:TagResource'],
  ])('it needs the right %s', async (_, actions, refused) => {
    client = as(...actions)
    await expect(create({ tags: { a: 'b' } })).rejects.toThrow(`${refused} on resource: ${arn}`)
  })

  it('changing and deleting it need rights of their own', async () => {
    await create()
    client = as('imagebuilder:CreateDistributionConfiguration')
    await expect(update(to('555555555555'))).rejects.toThrow('imagebuilder:UpdateDistributionConfiguration')
    const deleted = new DeleteDistributionConfigurationCommand({ distributionConfigurationArn: arn })
    await expect(client.send(deleted)).rejects.toThrow('imagebuilder:DeleteDistributionConfiguration')
  })
})

itFitsTheModels(() => calls)
