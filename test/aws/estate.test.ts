import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  GetDistributionConfigurationCommand,
  GetImageRecipeCommand,
  ImagebuilderClient,
  ListImagePipelineImagesCommand,
  ListImagePipelinesCommand,
} from '@aws-sdk/client-imagebuilder'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { readEstate } from '../../aws/estate.ts'

const imageBuilder = mockClient(ImagebuilderClient)
const ec2 = mockClient(EC2Client)
const ssm = mockClient(SSMClient)
const clients = { imageBuilder: new ImagebuilderClient({}), ec2: new EC2Client({}), ssm: new SSMClient({}) }
const place = { account: '111122223333', region: 'us-west-2' }
const arn = (type: string, name: string) => `arn:aws:imagebuilder:us-west-2:111122223333:${type}/${name}`
const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' })

const pipeline = (name: string) => ({
  arn: arn('image-pipeline', name),
  name,
  status: 'ENABLED' as const,
  imageRecipeArn: arn('image-recipe', `${name}/1.0.0`),
  distributionConfigurationArn: arn('distribution-configuration', name),
})
const image = (started: string, ami?: string, status: 'AVAILABLE' | 'FAILED' = 'AVAILABLE') => ({
  dateCreated: started,
  state: { status },
  outputResources: { amis: ami ? [{ region: 'us-west-2', image: ami }] : [] },
})

afterAll(() => {
  for (const mock of [imageBuilder, ec2, ssm]) mock.restore()
})

beforeEach(() => {
  for (const mock of [imageBuilder, ec2, ssm]) mock.reset()
  imageBuilder.on(ListImagePipelinesCommand).resolves({ imagePipelineList: [pipeline('web')] })
  imageBuilder.on(GetImageRecipeCommand).resolves({
    imageRecipe: {
      name: 'web',
      version: '1.4.2',
      platform: 'Windows',
      parentImage: 'ami-0soe',
      amiTags: { 'rebake:fleet': 'old' },
    },
  })
  imageBuilder.on(GetDistributionConfigurationCommand).resolves({ distributionConfiguration: { timeoutMinutes: 60 } })
  imageBuilder.on(ListImagePipelineImagesCommand).resolves({ imageSummaryList: [] })
  ec2.on(DescribeImagesCommand).resolves({ Images: [] })
})

describe('an estate that is read', () => {
  it('has every pipeline, page by page, though a page be empty', async () => {
    imageBuilder
      .on(ListImagePipelinesCommand)
      .resolvesOnce({ imagePipelineList: [pipeline('web')], nextToken: '1' })
      .resolvesOnce({ imagePipelineList: [], nextToken: '2' })
      .resolvesOnce({ imagePipelineList: [pipeline('api')] })
    const { pipelines } = await readEstate(clients, place)
    expect(pipelines.map(({ name }) => name)).toEqual(['web', 'api'])
    const tokens = imageBuilder.commandCalls(ListImagePipelinesCommand).map(({ args }) => args[0].input.nextToken)
    expect(tokens).toEqual([undefined, '1', '2'])
  })

  it('says what a recipe is made from, and which fleet made it', async () => {
    const { pipelines } = await readEstate(clients, place)
    expect(pipelines[0]?.recipe).toEqual({
      name: 'web',
      version: '1.4.2',
      parent: 'ami-0soe',
      platform: 'Windows',
      fleet: 'old',
    })
  })

  it('knows a pipeline of containers, and asks for no recipe of it', async () => {
    const { imageRecipeArn: _, ...tools } = pipeline('tools')
    imageBuilder.on(ListImagePipelinesCommand).resolves({ imagePipelineList: [tools] })
    const { pipelines } = await readEstate(clients, place)
    expect(pipelines).toMatchObject([{ name: 'tools', builds: 'containers' }])
    expect(imageBuilder.commandCalls(GetImageRecipeCommand)).toEqual([])
  })

  it('measures the newest builds that ended well, oldest first, where their AMIs are still there', async () => {
    const started = (day: number) => `2026-09-0${day}T06:00:00.000Z`
    imageBuilder
      .on(ListImagePipelineImagesCommand)
      .resolvesOnce({
        imageSummaryList: [image(started(3), 'ami-3'), image(started(2), undefined, 'FAILED')],
        nextToken: 'x',
      })
      .resolvesOnce({ imageSummaryList: [image(started(1), 'ami-1')] })
    ec2.on(DescribeImagesCommand).resolves({ Images: [{ ImageId: 'ami-3', CreationDate: '2026-09-03T06:24:00.000Z' }] })
    const { pipelines } = await readEstate(clients, place)
    expect(pipelines[0]?.made).toEqual([
      { ami: 'ami-1', minutes: undefined },
      { ami: 'ami-3', minutes: 24 },
    ])
  })

  it('asks for AMIs by a filter, which leaves out those that are gone, and says which image of Image Builder they were', async () => {
    ec2.on(DescribeImagesCommand).resolves({
      Images: [
        {
          ImageId: 'ami-0soe',
          OwnerId: '444455556666',
          Name: 'soe-1',
          Architecture: 'arm64',
          Tags: [{ Key: 'Ec2ImageBuilderArn', Value: arn('image', 'soe/1.0.0/1') }],
        },
      ],
    })
    const { amis } = await readEstate(clients, place)
    expect(amis).toEqual({
      'ami-0soe': { id: 'ami-0soe', owner: '444455556666', name: 'soe-1', architecture: 'arm64', madeBy: 'soe' },
    })
    const [asked] = ec2.commandCalls(DescribeImagesCommand).map(({ args }) => args[0].input)
    expect(asked).toMatchObject({ Filters: [{ Name: 'image-id', Values: ['ami-0soe'] }], IncludeDeprecated: true })
  })

  it('follows a parameter to its AMI', async () => {
    imageBuilder
      .on(GetImageRecipeCommand)
      .resolves({ imageRecipe: { name: 'web', version: '1.0.0', platform: 'Linux', parentImage: 'ssm:/soe/newest' } })
    ssm.on(GetParameterCommand, { Name: '/soe/newest' }).resolves({ Parameter: { Value: 'ami-0soe' } })
    const { parameters } = await readEstate(clients, place)
    expect(parameters).toEqual({ '/soe/newest': 'ami-0soe' })
    expect(ec2.commandCalls(DescribeImagesCommand)[0]?.args[0].input.Filters?.[0]?.Values).toEqual(['ami-0soe'])
  })

  const organization = 'arn:aws:organizations::999988887777:organization/o-exampleorgid'
  const unit = 'arn:aws:organizations::999988887777:ou/o-exampleorgid/ou-exam-example'
  const none = { accounts: [], organizations: [], organizationalUnits: [] }

  it('says how a distribution leaves the account, by region', async () => {
    imageBuilder.on(GetDistributionConfigurationCommand).resolves({
      distributionConfiguration: {
        timeoutMinutes: 60,
        distributions: [
          { region: 'us-west-2', amiDistributionConfiguration: { name: 'web' } },
          { region: 'eu-west-1', amiDistributionConfiguration: { targetAccountIds: ['333344445555', '222233334444'] } },
          { region: 'us-east-1', amiDistributionConfiguration: { launchPermission: { userIds: ['222233334444'] } } },
          {
            region: 'us-west-2',
            amiDistributionConfiguration: {
              launchPermission: {
                organizationArns: [organization],
                organizationalUnitArns: [`${unit}2`, `${unit}1`],
              },
            },
          },
        ],
      },
    })
    const { pipelines } = await readEstate(clients, place)
    expect(pipelines[0]?.distributions).toEqual([
      { ...none, region: 'eu-west-1', mode: 'copy', accounts: ['222233334444', '333344445555'] },
      { ...none, region: 'us-east-1', mode: 'share', accounts: ['222233334444'] },
      { ...none, region: 'us-west-2', mode: 'share', organizationalUnits: [`${unit}1`, `${unit}2`] },
      { ...none, region: 'us-west-2', mode: 'share', organizations: [organization] },
    ])
  })

  it.each([
    ['recipe', () => imageBuilder.on(GetImageRecipeCommand).rejects(denied), 'the recipe of web'],
    [
      'distribution',
      () => imageBuilder.on(GetDistributionConfigurationCommand).rejects(denied),
      'the distribution of web',
    ],
    ['images', () => imageBuilder.on(ListImagePipelineImagesCommand).rejects(denied), 'the images of web'],
    ['AMIs', () => ec2.on(DescribeImagesCommand).rejects(denied), 'the AMIs that recipes name'],
  ])('names what it may not read, and goes on without: the %s', async (_, refuse, what) => {
    refuse()
    const { pipelines, unread } = await readEstate(clients, place)
    expect(pipelines.map(({ name }) => name)).toEqual(['web'])
    expect(unread).toEqual([`${what}: not authorized`])
  })

  it('is not read at all where the pipelines cannot be listed, or AWS answers anything but a denial', async () => {
    imageBuilder
      .on(GetImageRecipeCommand)
      .rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
    await expect(readEstate(clients, place)).rejects.toThrow('slow down')
    imageBuilder.on(ListImagePipelinesCommand).rejects(denied)
    await expect(readEstate(clients, place)).rejects.toThrow('not authorized')
  })
})
