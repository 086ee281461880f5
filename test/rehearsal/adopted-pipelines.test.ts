import {
  GetDistributionConfigurationCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  GetInfrastructureConfigurationCommand,
  GetWorkflowCommand,
  ImagebuilderClient,
  paginateListImagePipelineImages,
  paginateListImagePipelines,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, describe, expect, it } from 'vitest'
import { pinAdopted } from '../../aws/recipes.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { addAdoptedPipelines } from '../../rehearsal/adopted-pipelines.ts'
import { parseEstate } from '../../rehearsal/estate.ts'
import { closeWorlds, worldOf } from '../emulator/world/small-world.ts'

afterEach(closeWorlds)

const build = { account: '111122223333', region: 'us-west-2' }
const prefix = 'arn:aws:imagebuilder:us-west-2:111122223333'
const fleet = parseFleet(
  `name: golden
build: { account: '111122223333', region: us-west-2 }
upstreams:
  al2023: { platform: Linux, ami: { owner: '444455556666', name: 'soe-al2023-*', architecture: arm64 } }
images:
  app: { parent: nightly, pipeline: '${prefix}:image-pipeline/app', estimate: 20m }
  nightly: { parent: al2023, pipeline: '${prefix}:image-pipeline/nightly', checks: { ami: { tags: [Team] } }, estimate: 1h }
rings:
  everyone: { accounts: ['123456789012'], regions: [us-west-2] }
`,
  'fleet.yaml',
)

/** The account as it is before a deploy. */
async function accountWith(estate = '{}') {
  const { world, clock } = await worldOf({})
  const soe = world.aws.ec2.addImage({
    account: '444455556666',
    region: 'us-west-2',
    Name: 'soe-al2023-1',
    Architecture: 'arm64',
    CreationDate: '2026-08-01T06:00:00.000Z',
    sharedWith: [build.account],
    unannounced: true,
  }).image.ImageId
  addAdoptedPipelines(world, fleet, {
    estate: parseEstate(fleet, estate, 'estate.yaml'),
    targets: ['123456789012'],
    upstreamAmi: () => soe,
  })
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'any' }
  const client = new ImagebuilderClient({ region: 'us-west-2', endpoint: world.url, credentials })
  const read = async (name: string) => {
    const imagePipelineArn = `${prefix}:image-pipeline/${name}`
    const { imagePipeline: pipeline = {} } = await client.send(new GetImagePipelineCommand({ imagePipelineArn }))
    const { imageRecipeArn } = pipeline
    const recipe = imageRecipeArn
      ? (await client.send(new GetImageRecipeCommand({ imageRecipeArn }))).imageRecipe
      : undefined
    const images = []
    const pages = paginateListImagePipelineImages({ client, pageSize: 1 }, { imagePipelineArn })
    for await (const { imageSummaryList = [] } of pages) images.push(...imageSummaryList)
    return { pipeline, recipe, images }
  }
  return { world, clock, client, soe, read }
}

describe('a pipeline that the fleet adopts is there before the deploy', () => {
  it('with a recipe that pins the AMI of its upstream, and a child that pins the AMI of its parent', async () => {
    const { world, read, soe } = await accountWith()
    const nightly = await read('nightly')
    expect(nightly.recipe).toMatchObject({ name: 'nightly-recipe', parentImage: soe, version: '1.4.2' })
    expect(nightly.recipe?.amiTags).toMatchObject({ Team: 'nightly' })
    const app = await read('app')
    const newest = nightly.images.at(-1)?.outputResources?.amis?.[0]?.image ?? ''
    expect(app.recipe?.parentImage).toBe(newest)
    expect(world.aws.ec2.get(newest, 'us-west-2')?.image).toMatchObject({
      Architecture: 'arm64',
      OwnerId: build.account,
      SourceImageId: soe,
    })
  })

  it('with three builds, each before the next and from the estimate of which follows how long it takes', async () => {
    const { world, read } = await accountWith()
    const { pipeline, images } = await read('app')
    expect(images.map(({ arn }) => arn?.split(':image/')[1])).toEqual([1, 2, 3].map((nth) => `app-recipe/1.4.2/${nth}`))
    expect(images.every(({ state }) => state?.status === 'AVAILABLE')).toBe(true)
    const starts = images.map(({ dateCreated = '' }) => dateCreated)
    expect(starts).toEqual(starts.toSorted())
    expect(pipeline.dateLastRun).toBe(starts.at(-1))
    const minutes = images.map(({ dateCreated = '', outputResources }) => {
      const { image = '' } = outputResources?.amis?.[0] ?? {}
      const made = world.aws.ec2.get(image, 'us-west-2')?.image.CreationDate ?? ''
      return (Date.parse(made) - Date.parse(dateCreated)) / 60_000
    })
    const [, median = 0] = minutes.toSorted((a, b) => a - b)
    expect(median).toBeGreaterThan(10)
    expect(median).toBeLessThan(20)
  })

  it('with infrastructure and a distribution of its own, which keeps its AMI', async () => {
    const { client, read } = await accountWith()
    const { infrastructureConfigurationArn, distributionConfigurationArn, executionRole } = (await read('app')).pipeline
    const { infrastructureConfiguration } = await client.send(
      new GetInfrastructureConfigurationCommand({ infrastructureConfigurationArn }),
    )
    expect(infrastructureConfiguration?.instanceTypes).toEqual(['m7g.large'])
    const { distributionConfiguration } = await client.send(
      new GetDistributionConfigurationCommand({ distributionConfigurationArn }),
    )
    expect(distributionConfiguration?.distributions).toEqual([
      { region: 'us-west-2', amiDistributionConfiguration: { name: 'app {{ imagebuilder:buildDate }}' } },
    ])
    expect(executionRole).toBe('arn:aws:iam::111122223333:role/app-execution')
  })

  it('and starts no more builds at once than the account may have', async () => {
    const { world, client } = await accountWith()
    world.aws.quotas.values.set('imagebuilder L-BA4D191B', 1)
    const start = (name: string) =>
      client.send(
        new StartImagePipelineExecutionCommand({
          imagePipelineArn: `${prefix}:image-pipeline/${name}`,
          clientToken: name,
        }),
      )
    await start('nightly')
    await expect(start('app')).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' })
  })

  it('and gets the next version of its recipe', async () => {
    const { world, client, read } = await accountWith()
    const parentAmi = world.aws.ec2.addImage({ Name: 'new', ...build }).image.ImageId
    const pin = { pipelineArn: `${prefix}:image-pipeline/nightly`, parentAmi, token: 'one' }
    const componentUpdates = 'latest' as const
    expect((await pinAdopted({ imageBuilder: client }, { ...pin, componentUpdates })).changed).toBe(true)
    const { pipeline, recipe } = await read('nightly')
    expect(recipe).toMatchObject({ parentImage: parentAmi, version: '1.4.3' })
    expect(recipe?.components?.[0]?.componentArn).toMatch(/nightly-hardening\/1\.1\.0$/)
    expect(pipeline.executionRole).toBe('arn:aws:iam::111122223333:role/nightly-execution')
  })
})

describe('an estate says how', () => {
  it('recipes name their parents', async () => {
    const { world, read, soe } = await accountWith(
      '{ pipelines: { nightly: { parent: parameter }, app: { parent: image } } }',
    )
    expect((await read('nightly')).recipe?.parentImage).toBe('ssm:/pipelines/nightly/parent')
    expect(world.aws.ssm.valueOf('/pipelines/nightly/parent', build)).toBe(soe)
    expect((await read('app')).recipe?.parentImage).toBe(`${prefix}:image/nightly-recipe/x.x.x`)
  })

  it.each([
    ['customer-key', { encrypted: true, kmsKeyId: expect.stringMatching(/:key\//) }],
    ['aws-managed-key', { encrypted: true, kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:alias/aws/ebs' }],
    ['unencrypted', { encrypted: false }],
  ])('the root is encrypted: %s', async (volumes, ebs) => {
    const { world, read } = await accountWith(`{ pipelines: { nightly: { volumes: ${volumes} } } }`)
    const { recipe, images } = await read('nightly')
    expect(recipe?.blockDeviceMappings).toEqual([
      { deviceName: '/dev/xvda', ebs: { ...ebs, volumeSize: 20, volumeType: 'gp3' } },
    ])
    const { image = '' } = images.at(-1)?.outputResources?.amis?.[0] ?? {}
    const [root] = world.aws.ec2.get(image, 'us-west-2')?.image.BlockDeviceMappings ?? []
    expect(root?.Ebs).toMatchObject({ Encrypted: ebs.encrypted, VolumeSize: 20 })
  })

  it('a recipe says nothing of any volume', async () => {
    const { read } = await accountWith('{ pipelines: { nightly: { volumes: none } } }')
    expect((await read('nightly')).recipe?.blockDeviceMappings).toBeUndefined()
  })

  it('a pipeline is disabled, has a schedule, comes from Terraform, and acts by itself', async () => {
    const traits = 'status: DISABLED, schedule: rate(1 day), terraform: true, executionRole: none'
    const { pipeline } = await (await accountWith(`{ pipelines: { nightly: { ${traits} } } }`)).read('nightly')
    expect(pipeline).toMatchObject({
      status: 'DISABLED',
      schedule: { scheduleExpression: 'rate(1 day)' },
      tags: { ManagedBy: 'Terraform' },
    })
    expect(pipeline.executionRole).toBeUndefined()
  })

  it('its own distribution shares', async () => {
    const { client, read } = await accountWith('{ pipelines: { nightly: { sharedWith: ["123456789012"] } } }')
    const { distributionConfigurationArn } = (await read('nightly')).pipeline
    const { distributionConfiguration } = await client.send(
      new GetDistributionConfigurationCommand({ distributionConfigurationArn }),
    )
    const [{ amiDistributionConfiguration: ami } = {}] = distributionConfiguration?.distributions ?? []
    expect(ami?.launchPermission).toEqual({ userIds: ['123456789012'] })
  })

  it('a pipeline builds containers, whose recipes are not emulated', async () => {
    const { client, read } = await accountWith('{ pipelines: { app: { recipe: container } } }')
    const { pipeline } = await read('app')
    expect(pipeline.containerRecipeArn).toBe(`${prefix}:container-recipe/app-recipe/1.4.2`)
    const start = new StartImagePipelineExecutionCommand({ imagePipelineArn: pipeline.arn, clientToken: 'one' })
    await expect(client.send(start)).rejects.toThrow(/container recipe/)
  })

  it('a build waits for somebody, tells of it, and fails when nobody answers', async () => {
    const { world, clock, client, read } = await accountWith('{ pipelines: { nightly: { workflow: waits } } }')
    const { pipeline } = await read('nightly')
    const { workflowArn: workflowBuildVersionArn } = pipeline.workflows?.[1] ?? {}
    expect(workflowBuildVersionArn).toBe(`${prefix}:workflow/test/nightly-approval/1.0.0/1`)
    const { workflow } = await client.send(new GetWorkflowCommand({ workflowBuildVersionArn }))
    expect(workflow).toMatchObject({ type: 'TEST', data: expect.stringContaining('WaitForAction') })

    const heard: string[] = []
    const put = world.aws.putEvent
    world.aws.putEvent = (event, bus) => {
      if (event['detail-type'].endsWith('Step Waiting')) heard.push(...event.resources)
      put(event, bus)
    }
    const began = clock.now()
    const { imageBuildVersionArn = '' } = await client.send(
      new StartImagePipelineExecutionCommand({ imagePipelineArn: pipeline.arn, clientToken: 'one' }),
    )
    await clock.run()
    expect(heard).toEqual([imageBuildVersionArn, workflowBuildVersionArn])
    const { image } = world.aws.imagebuilder.images.get(imageBuildVersionArn)
    expect(image.state).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('WaitForApproval timed out'),
    })
    expect(clock.now() - began).toBeGreaterThan(3 * 24 * 3_600_000)
  })

  it('there are pipelines that the fleet does not have', async () => {
    const { client } = await accountWith('{ others: [lab, old] }')
    const names = []
    for await (const { imagePipelineList = [] } of paginateListImagePipelines({ client, pageSize: 1 }, {}))
      names.push(...imagePipelineList.map(({ name }) => name))
    expect(names.toSorted()).toEqual(['app', 'lab', 'nightly', 'old'])
  })
})
