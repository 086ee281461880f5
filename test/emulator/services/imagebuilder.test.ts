import { DescribeImagesCommand, DescribeSnapshotsCommand, DisableImageCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  CancelImageCreationCommand,
  DeleteDistributionConfigurationCommand,
  DeleteImageCommand,
  DeleteImageRecipeCommand,
  DistributeImageCommand,
  type DistributeImageCommandInput,
  GetImageCommand,
  ImagebuilderClient,
  RetryImageCommand,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { phasesOf } from '../../../emulator/services/imagebuilder/durations.ts'
import type { Outcome } from '../../../emulator/services/imagebuilder/images.ts'
import type { CallRecord } from '../../../emulator/services/types.ts'
import {
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  keyIn,
  roleWith,
  type Served,
  seedFleet,
  served,
  target,
} from '../accounts.ts'

const calls: CallRecord[] = []
const executionRole = `arn:aws:iam::${build.account}:role/golden-distribution`
let world: Served
let client: ImagebuilderClient
let fleet: ReturnType<typeof seedFleet>

beforeEach(async () => {
  world = await served()
  fleet = seedFleet(world)
  world.events.length = 0
  const principal = roleWith(world.aws, [allow('imagebuilder:*', 'iam:PassRole', 'ec2:DescribeImages')])
  client = new ImagebuilderClient(clientOptions(world, principal))
})

afterEach(async () => {
  await world.close()
  calls.push(...world.aws.calls)
})

const start = async (clientToken = 'campaign-1', tags?: Record<string, string>) => {
  const input = { imagePipelineArn: fleet.pipeline, clientToken, ...(tags ? { tags } : {}) }
  return (await client.send(new StartImagePipelineExecutionCommand(input))).imageBuildVersionArn ?? ''
}
const get = async (arn: string) => (await client.send(new GetImageCommand({ imageBuildVersionArn: arn }))).image
const built = async () => {
  const arn = await start()
  world.clock.run()
  return arn
}
const distribute = async (o: Partial<DistributeImageCommandInput>) => {
  const input = { distributionConfigurationArn: fleet.distribution, executionRole, sourceImage: '', ...o }
  return (await client.send(new DistributeImageCommand({ clientToken: 'ring-1', ...input }))).imageBuildVersionArn ?? ''
}
const statuses = (arn: string) =>
  world.events
    .filter((event) => event['detail-type'].endsWith('State Change') && event.resources[0] === arn)
    .map(({ detail }) => (detail.state as { status: string }).status)
/** What an image has been, whether or not an event reported it. */
const passed = (arn: string) =>
  world.aws.imagebuilder.images
    .get(arn)
    .past.slice(1)
    .map(({ state }) => state.status)
const fail = (outcome: Outcome) => {
  world.aws.imagebuilder.outcome = ({ attempt }) => (attempt === 1 ? outcome : {})
}

describe('a parent without the Systems Manager Agent', () => {
  it.each([
    ['Windows', 'FAILED', 'verifying the Systems Manager Agent'],
    [undefined, 'AVAILABLE', undefined],
  ] as const)('of %s is %s: Image Builder installs it on Linux alone', async (Platform, status, reason) => {
    const parent = world.aws.ec2.find(world.aws.ssm.valueOf('/golden/images/base/parent', build) ?? '', build)
    if (!parent) throw new Error('there is no parent')
    Object.assign(parent, { withoutAgent: true })
    if (Platform) Object.assign(parent.image, { Platform })
    const image = await get(await built())
    expect(image?.state?.status).toBe(status)
    if (reason) expect(image?.state?.reason).toContain(reason)
  })
})

describe('what is deleted', () => {
  const remove = (arn: string) => client.send(new DeleteImageCommand({ imageBuildVersionArn: arn }))
  const recipe = () => world.aws.imagebuilder.images.list(build)[0]?.image.imageRecipe?.arn ?? ''
  const removeRecipe = () => client.send(new DeleteImageRecipeCommand({ imageRecipeArn: recipe() }))

  it('is gone, its AMIs are not, and its number comes again', async () => {
    const arn = await built()
    const [ami] = (await get(arn))?.outputResources?.amis ?? []
    expect(await remove(arn)).toMatchObject({ imageBuildVersionArn: arn })
    await expect(get(arn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(remove(arn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    expect(world.aws.ec2.get(ami?.image ?? '', build.region)).toBeDefined()
    expect(world.events.at(-1)).toMatchObject({ detail: { state: { status: 'DELETED' } }, resources: [arn] })
    expect(await start('campaign-2')).toBe(arn)
  })

  it('is not what is under way', async () => {
    const arn = await start()
    await expect(remove(arn)).rejects.toMatchObject({ name: 'InvalidRequestException' })
  })

  it('is not what an image needs that is there, or a pipeline', async () => {
    const source = await built()
    const arn = await distribute({ sourceImage: source })
    world.clock.run()
    const refused = { name: 'ResourceDependencyException' }
    await expect(remove(source)).rejects.toMatchObject(refused)
    await expect(removeRecipe()).rejects.toMatchObject(refused)
    const removeConfiguration = () =>
      client.send(new DeleteDistributionConfigurationCommand({ distributionConfigurationArn: fleet.distribution }))
    await expect(removeConfiguration()).rejects.toMatchObject(refused)
    await remove(arn)
    await removeConfiguration()
    // The pipeline has it still.
    await expect(removeRecipe()).rejects.toMatchObject(refused)
  })

  it('names no AMI where it failed, though there is one', async () => {
    world.aws.imagebuilder.outcome = () => ({ failsAt: 'TESTING' })
    const arn = await built()
    expect((await get(arn))?.outputResources?.amis).toEqual([])
    expect(world.aws.ec2.list(build.region).some(({ image }) => image.Tags?.some(({ Value }) => Value === arn))).toBe(
      true,
    )
  })
})

describe('a build', () => {
  it('goes through its phases, each an event, and ends with an AMI', async () => {
    const arn = await start('campaign-1', { Campaign: 'one' })
    expect(arn).toBe('arn:aws:imagebuilder:us-east-1:111111111111:image/golden-base/1.0.0/1')
    expect((await get(arn))?.state).toEqual({ status: 'PENDING' })
    world.clock.run()
    expect(statuses(arn)).toEqual(['CREATING', 'BUILDING', 'TESTING', 'DISTRIBUTING', 'INTEGRATING', 'AVAILABLE'])
    expect(world.events.at(-1)).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      account: build.account,
      region: 'us-east-1',
      source: 'aws.imagebuilder',
      'detail-type': 'EC2 Image Builder Image State Change',
      resources: [arn],
      time: expect.stringMatching(/^2026-09-01T12:\d\d:\d\dZ$/),
      detail: { 'previous-state': { status: 'INTEGRATING' }, state: { status: 'AVAILABLE' } },
    })
    const minutes = (world.clock.now() - Date.parse('2026-09-01T12:00:00Z')) / 60_000
    expect(minutes).toBeGreaterThan(32)
    expect(minutes).toBeLessThan(48)
    expect(await get(arn)).toMatchObject({
      name: 'golden-base',
      version: '1.0.0',
      platform: 'Linux',
      type: 'AMI',
      tags: { Campaign: 'one' },
      state: { status: 'AVAILABLE' },
      sourcePipelineArn: fleet.pipeline,
      imageRecipe: { arn: fleet.recipe, parentImage: 'ssm:/golden/images/base/parent' },
      imageScanningConfiguration: { imageScanningEnabled: true },
      outputResources: {
        amis: [{ region: 'us-east-1', accountId: build.account, state: { status: 'AVAILABLE' } }],
      },
    })
  })

  it.each([
    ['nothing', {}, { all: 0, critical: 0, high: 0, medium: 0 }],
    ['what there is', { critical: 2, medium: 1 }, { all: 3, critical: 2, high: 0, medium: 1 }],
  ])('is scanned before it is available, and the scan finds %s', async (_, findings, counts) => {
    world.aws.imagebuilder.outcome = () => ({ findings })
    const arn = await built()
    const own = world.events.filter(({ resources }) => resources[0] === arn)
    const scans = own.filter((event) => event['detail-type'] === 'EC2 Image Builder CVE Detected')
    expect(scans.map(({ resources, detail }) => [resources, detail])).toEqual([
      [
        [arn, fleet.pipeline],
        { 'resource-id': expect.stringMatching(/^i-[0-9a-f]{17}$/), 'finding-severity-counts': counts },
      ],
    ])
    expect(own.indexOf(scans[0] as (typeof own)[number])).toBeLessThan(own.length - 1)
  })

  it('makes an AMI of what the parent is and the recipe says', async () => {
    const image = await get(await built())
    const ec2 = new EC2Client(clientOptions(world))
    const ids = [image?.outputResources?.amis?.[0]?.image ?? '']
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: ids }))
    expect(Images?.[0]).toMatchObject({
      OwnerId: build.account,
      Name: expect.stringMatching(/^golden-base 2026-09-01T12-\d\d-/),
      State: 'available',
      Architecture: 'arm64',
      BootMode: 'uefi',
      ImdsSupport: 'v2.0',
      SourceImageId: fleet.parent.ImageId,
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: 20, VolumeType: 'gp3' } }],
    })
    expect(Images?.[0]?.Tags).toContainEqual({ Key: 'Team', Value: 'platform' })
    expect(Images?.[0]?.Tags).toContainEqual({ Key: 'CreatedBy', Value: 'EC2 Image Builder' })
    expect(Images?.[0]?.Tags).toContainEqual({ Key: 'Ec2ImageBuilderArn', Value: image?.arn })
    const { Snapshots } = await ec2.send(
      new DescribeSnapshotsCommand({
        SnapshotIds: [Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''],
      }),
    )
    expect(Snapshots?.[0]?.Tags).toEqual([
      { Key: 'CreatedBy', Value: 'EC2 Image Builder' },
      { Key: 'Ec2ImageBuilderArn', Value: image?.arn },
    ])
  })

  it('answers a token once: the same input again, another input never', async () => {
    const arn = await start()
    expect(await start()).toBe(arn)
    await expect(start('campaign-1', { Campaign: 'two' })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    })
    expect(await start('campaign-2')).toBe(arn.replace(/1$/, '2'))
  })

  it.each<[string, Outcome, string[], string | undefined]>([
    [
      'a build that fails',
      { failsAt: 'BUILDING', reason: 'patch failed' },
      ['CREATING', 'BUILDING', 'FAILED'],
      'patch failed',
    ],
    [
      'tests that fail',
      { failsAt: 'TESTING', reason: 'no ssh' },
      ['CREATING', 'BUILDING', 'TESTING', 'FAILED'],
      'no ssh',
    ],
    ['a cancelled build', { cancelledAt: 'BUILDING' }, ['CREATING', 'BUILDING', 'CANCELLED'], undefined],
  ])('%s', async (_, outcome, expected, reason) => {
    fail(outcome)
    const arn = await built()
    expect(statuses(arn)).toEqual(expected)
    expect((await get(arn))?.state?.reason).toBe(reason)
  })

  it('leaves volumes unencrypted when it is asked to', async () => {
    fail({ unencrypted: true })
    await built()
    const { Images } = await new EC2Client(clientOptions(world)).send(new DescribeImagesCommand({ Owners: ['self'] }))
    expect(Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.Encrypted).toBe(false)
  })

  it.each([
    ['a parameter that is not there', undefined, 'The SSM parameter /golden/images/base/parent was not found'],
    ['an AMI that is not there', 'ami-00000000000000000', 'The AMI ami-00000000000000000 in SSM parameter'],
  ])('fails for %s', async (_, value, reason) => {
    const operator = world.aws.iam.operator()
    const Name = '/golden/images/base/parent'
    await world.aws.call({
      principal: operator,
      service: 'ssm',
      operation: 'DeleteParameter',
      input: { Name },
    })
    if (value) world.aws.ssm.seed(build, { name: Name, value })
    const arn = await built()
    expect(statuses(arn)).toEqual(['FAILED'])
    expect((await get(arn))?.state?.reason).toContain(reason)
  })

  it('fails where its parent is disabled', async () => {
    const { ImageId: value } = world.aws.ec2.addImage({ ...build, Name: 'own-soe 1' }).image
    world.aws.ssm.seed(build, { name: '/golden/images/base/parent', value })
    await new EC2Client(clientOptions(world)).send(new DisableImageCommand({ ImageId: value }))
    const arn = await built()
    expect((await get(arn))?.state).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining(value),
    })
  })

  it('can be cancelled while it runs, and not after', async () => {
    const arn = await start()
    world.clock.run(world.clock.now() + 600_000)
    await client.send(new CancelImageCreationCommand({ imageBuildVersionArn: arn, clientToken: 'c1' }))
    world.clock.run()
    expect(statuses(arn)).toEqual(['CREATING', 'BUILDING', 'CANCELLED'])
    const again = client.send(new CancelImageCreationCommand({ imageBuildVersionArn: arn, clientToken: 'c2' }))
    await expect(again).rejects.toMatchObject({ name: 'ResourceInUseException' })
  })

  it('takes the time that it is given, and skips tests that are off', async () => {
    world.aws.imagebuilder.durations = () => phasesOf(600)
    const started = world.clock.now()
    await built()
    expect((world.clock.now() - started) / 60_000).toBeGreaterThan(8)
    expect((world.clock.now() - started) / 60_000).toBeLessThan(12)
    expect(Object.values(phasesOf(600, false)).reduce((a, b) => a + b)).toBeCloseTo(600)
    expect(phasesOf(600, false)).not.toHaveProperty('TESTING')
  })

  it('refuses a pipeline that is not there', async () => {
    const input = { imagePipelineArn: `${fleet.pipeline}-not`, clientToken: 't' }
    const call = client.send(new StartImagePipelineExecutionCommand(input))
    await expect(call).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

describe('a distribution', () => {
  it('copies the AMI to each region and account, as a new build of the image', async () => {
    const source = await built()
    const arn = await distribute({ sourceImage: source, tags: { Ring: 'early' } })
    world.clock.run()
    expect(arn).toBe(source.replace(/1$/, '2'))
    expect(passed(arn)).toEqual(['DISTRIBUTING', 'INTEGRATING', 'AVAILABLE'])
    expect(statuses(arn)).toEqual([])
    const { amis = [] } = (await get(arn))?.outputResources ?? {}
    expect(amis.map(({ region, accountId, state }) => [region, accountId, state?.status])).toEqual([
      ['us-east-1', target.account, 'AVAILABLE'],
      ['eu-west-1', build.account, 'AVAILABLE'],
    ])
    const copy = world.aws.ec2.find(amis[0]?.image ?? '', target)
    expect(copy?.image).toMatchObject({
      OwnerId: target.account,
      Name: expect.stringMatching(/^golden-base 2026-09-01T/),
      Architecture: 'arm64',
      Tags: expect.arrayContaining([{ Key: 'Ring', Value: 'early' }]),
      BlockDeviceMappings: [{ Ebs: { Encrypted: true } }],
    })
    const shared = world.aws.ec2.find(amis[1]?.image ?? '', {
      account: '333333333333',
      region: 'eu-west-1',
    })
    expect(shared?.image.OwnerId).toBe(build.account)
    const again = await distribute({ sourceImage: source, tags: { Ring: 'early' } })
    expect(again).toBe(arn)
  })

  it('ends FAILED when a copy fails, and a retry copies only what is missing', async () => {
    const source = await built()
    fail({ failedCopies: [{ account: target.account, reason: 'AMI Copy Reported Failure.' }] })
    const arn = await distribute({ sourceImage: source })
    world.clock.run()
    const failed = await get(arn)
    expect(failed?.state).toEqual({
      status: 'FAILED',
      reason: 'Distribution failed for 1 of 2 copies. 222222222222 in us-east-1: AMI Copy Reported Failure.',
    })
    const [kept] = failed?.outputResources?.amis ?? []
    await client.send(new RetryImageCommand({ imageBuildVersionArn: arn, clientToken: 'r1' }))
    world.clock.run()
    const after = (await get(arn))?.outputResources?.amis ?? []
    expect(after).toHaveLength(2)
    expect(after).toContainEqual(kept)
    expect(passed(arn)).toEqual(['DISTRIBUTING', 'FAILED', 'DISTRIBUTING', 'INTEGRATING', 'AVAILABLE'])
  })

  it('fails where the target account has no role to copy with', async () => {
    const { ref } = world.aws.imagebuilder.createFromTemplate(
      'AWS::ImageBuilder::DistributionConfiguration',
      {
        Name: 'golden-base-late',
        Distributions: [
          {
            Region: 'us-east-1',
            AmiDistributionConfiguration: { TargetAccountIds: ['444444444444'], KmsKeyId: keyIn('us-east-1') },
          },
        ],
      },
      build,
    )
    const arn = await distribute({ sourceImage: await built(), distributionConfigurationArn: ref })
    world.clock.run()
    expect((await get(arn))?.state?.reason).toContain(
      'arn:aws:iam::444444444444:role/EC2ImageBuilderDistributionCrossAccountRole',
    )
  })

  it('can start from an AMI id', async () => {
    const arn = await distribute({ sourceImage: fleet.parent.ImageId })
    expect(arn).toContain(':image/golden-base-early/1.0.0/1')
    world.clock.run()
    expect(passed(arn).at(-1)).toBe('AVAILABLE')
  })

  it.each([
    ['a role that is not there', { executionRole: 'nobody' }, 'does not exist'],
    [
      'a role that does not trust Image Builder',
      { executionRole: 'worker' },
      'does not trust imagebuilder.amazonaws.com',
    ],
    ['an AMI that is not there', { sourceImage: 'ami-00000000000000000' }, 'does not exist'],
  ])('refuses %s', async (_, o, message) => {
    const call = distribute({ sourceImage: fleet.parent.ImageId, ...o })
    await expect(call).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining(message),
    })
  })

  it('refuses an image that is not AVAILABLE, and a retry of one that did not fail', async () => {
    const arn = await start()
    await expect(distribute({ sourceImage: arn })).rejects.toThrow('is PENDING, not AVAILABLE')
    const retry = client.send(new RetryImageCommand({ imageBuildVersionArn: arn, clientToken: 'r' }))
    await expect(retry).rejects.toMatchObject({ name: 'InvalidRequestException' })
  })
})

describe('permissions', () => {
  const actions = (statements: string[]) => {
    const principal = roleWith(world.aws, [allow(...statements)], {
      name: 'narrow',
      logicalId: 'NarrowRole',
    })
    client = new ImagebuilderClient(clientOptions(world, principal))
  }

  const prefix = 'arn:aws:imagebuilder:us-east-1:111111111111'
  const ofStart = ['imagebuilder:StartImagePipelineExecution', 'imagebuilder:GetImagePipeline']

  it('needs no right to tag for a start without tags', async () => {
    actions(ofStart)
    expect(await start()).toContain(':image/')
  })

  it.each([
    ['to read the pipeline', [ofStart[0] ?? ''], [], 'imagebuilder:GetImagePipeline', 'image-pipeline/golden-base'],
    ['to tag the pipeline', ofStart, ['image/*'], 'imagebuilder:TagResource', 'image-pipeline/golden-base'],
    ['to tag the image', ofStart, ['image-pipeline/*'], 'imagebuilder:TagResource', 'image/golden-base/*'],
  ])('needs the right %s for a start with tags', async (_, statements, taggable, action, refused) => {
    const tag = { Effect: 'Allow' as const, Action: 'imagebuilder:TagResource' }
    const tags = taggable.map((resource) => ({ ...tag, Resource: `${prefix}:${resource}` }))
    const o = { name: 'narrow', logicalId: 'NarrowRole' }
    const principal = roleWith(world.aws, [allow(...statements), ...tags], o)
    client = new ImagebuilderClient(clientOptions(world, principal))
    await expect(start('other', { a: 'b' })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`${action} on resource: ${prefix}:${refused}`),
    })
  })

  it.each([
    ['to pass the role', ['imagebuilder:*'], `iam:PassRole on resource: ${executionRole}`],
    ['to look for the AMI', ['imagebuilder:*', 'iam:PassRole'], 'ec2:DescribeImages'],
    [
      'to read the configuration',
      ['imagebuilder:DistributeImage', 'iam:PassRole', 'ec2:DescribeImages'],
      'imagebuilder:GetDistributionConfiguration',
    ],
  ])('needs the right %s', async (_, statements, refused) => {
    actions(statements)
    await expect(distribute({ sourceImage: fleet.parent.ImageId })).rejects.toThrow(refused)
  })
})

itFitsTheModels(() => calls)
