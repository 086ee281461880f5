import {
  DescribeImagesCommand,
  EC2Client,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2'
import {
  CancelImageCreationCommand,
  CreateImageCommand,
  GetImageCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  ImagebuilderClient,
  StartImagePipelineExecutionCommand,
  UpdateImagePipelineCommand,
} from '@aws-sdk/client-imagebuilder'
import { KMSClient } from '@aws-sdk/client-kms'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { beforeEach, describe, expect, it } from 'vitest'
import type { BakeOrder } from '../../domain/planning/bake-order.ts'
import type { WantedParent } from '../../domain/validation/parent.ts'
import { startBake } from '../../functions/start-bake/start-bake.ts'
import {
  campaign,
  claimFor,
  executionOf,
  imageBuilderArnPrefix,
  nextCampaign,
  nextRelease,
  type Planned,
  parentAmi,
  planFor,
  plannedCampaign,
  trigger,
} from '../support/campaign.ts'
import { exampleFleet } from '../support/fleets.ts'
import { mockOf } from '../support/mocks.ts'

const mock = mockOf(ImagebuilderClient)
const imageBuilder = mock as unknown as ImagebuilderClient
const ssmMock = mockOf(SSMClient)
const ssm = ssmMock as unknown as SSMClient
const ec2Mock = mockOf(EC2Client)
const ec2 = ec2Mock as unknown as EC2Client
const kms = mockOf(KMSClient) as unknown as KMSClient
const image = 'al2023-java'
const imageArn = `${imageBuilderArnPrefix}:image/golden-al2023-java/1.0.0/1`
const time = '2026-09-08T11:00:00Z'
const request = {
  execution: executionOf(image),
  time,
  campaign,
  image,
  parentAmi,
  failed: [] as { imageArn: string; reason: string }[],
}
const freeze = { reason: 'audit', from: '2026-09-08T00:00', to: '2026-09-09T00:00', timezone: 'UTC' }
const frozen = { ...exampleFleet(), freezes: { audit: { ...freeze, images: ['al2023-*'] } } }
const starting = ({ parts: deps }: Planned, more: object = {}) =>
  startBake({ ...deps, fleet: exampleFleet(), imageBuilder, ec2, kms, ssm, ...more }, { ...request, ...more })
const started = () => mock.commandCalls(StartImagePipelineExecutionCommand).map((call) => call.args[0].input)
const cancelled = () =>
  mock.commandCalls(CancelImageCreationCommand).map((call) => call.args[0].input.imageBuildVersionArn)

const root = { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true, SnapshotId: 'snap-1' } }

/** What EC2 says of the parent's AMI, beside what is usual. */
function parentIs(more: object) {
  const usual = {
    ImageId: parentAmi,
    OwnerId: '444455556666',
    State: 'available' as const,
    Architecture: 'x86_64' as const,
    BootMode: 'uefi-preferred' as const,
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs' as const,
    BlockDeviceMappings: [root],
  }
  ec2Mock.on(DescribeImagesCommand).resolves({ Images: [{ ...usual, ...more }] })
}

beforeEach(() => {
  mock.reset()
  ssmMock.reset()
  ec2Mock.reset()
  ssmMock.on(PutParameterCommand).resolves({})
  parentIs({})
  mock.on(StartImagePipelineExecutionCommand).resolves({ imageBuildVersionArn: imageArn })
  mock.on(CancelImageCreationCommand).resolves({})
})

/** A campaign whose al2023-java has its lock. */
const underWay = async (emergency = false) => {
  const all = await plannedCampaign({ cause: { ...trigger, emergency } })
  await claimFor(all, image)
  return all
}

describe('start-bake', () => {
  it('is remembered from its start on, and waits for nothing that was said of a build with its number before', async () => {
    const all = await underWay()
    const { releases, waits } = all.ledger
    const before = {
      image,
      version: '1.0.0/1',
      imageArn,
      parentAmi: 'ami-0',
      campaign: 'before',
      startedAt: '2026-08-01',
    }
    await releases.recordBakeEnded({ ...before, amis: ['ami-1'], ended: { at: time, as: 'failed', reason: '' } })
    await waits.recordOutcome(imageArn, { status: 'DELETED' }, time)
    await starting(all)
    expect(await releases.readBakes([image])).toEqual([
      { image, version: '1.0.0/1', imageArn, parentAmi, campaign, startedAt: time },
    ])
    // A repeat forgets nothing of its own.
    await waits.recordOutcome(imageArn, { status: 'FAILED' }, time)
    await starting(all)
    expect(await waits.forget(imageArn)).toEqual({ status: 'FAILED' })
  })

  it('starts the pipeline under the same client token whenever it is tried', async () => {
    const all = await underWay()
    expect(await starting(all)).toEqual({ imageArn })
    await starting(all)
    const [first, second] = started()
    expect(first).toEqual({
      imagePipelineArn: `${imageBuilderArnPrefix}:image-pipeline/golden-al2023-java`,
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:parent-ami': parentAmi },
    })
    expect(second).toEqual(first)
  })

  it('pins the parent first, in the parameter that the recipe names', async () => {
    const all = await underWay()
    ssmMock.on(PutParameterCommand).callsFake(() => expect(started()).toEqual([]))
    await starting(all)
    expect(ssmMock.commandCalls(PutParameterCommand).map((call) => call.args[0].input)).toEqual([
      {
        Name: '/golden/images/al2023-java/parent',
        Value: parentAmi,
        Type: 'String',
        DataType: 'text',
        Overwrite: true,
      },
    ])
  })

  it.each([
    ['ValidationException', 'The data type cannot change from aws:ec2:image to text'],
    ['AccessDeniedException', 'not authorized to perform ec2:DescribeImages'],
    ['ParameterMaxVersionLimitExceeded', 'Version 1 has a label'],
  ])('says which parameter it is where the parent cannot be pinned: %s', async (name, message) => {
    ssmMock.on(PutParameterCommand).rejects(Object.assign(new Error(message), { name }))
    await expect(starting(await underWay())).rejects.toMatchObject({
      name: 'ParentNotPinned',
      message: expect.stringContaining('/golden/images/al2023-java/parent'),
    })
    expect(started()).toEqual([])
  })

  it('leaves what another try may fix to that', async () => {
    ssmMock.on(PutParameterCommand).rejects(Object.assign(new Error('slowly'), { name: 'ThrottlingException' }))
    await expect(starting(await underWay())).rejects.toMatchObject({ name: 'ThrottlingException' })
  })

  it('records which image is baked, and that it was begun', async () => {
    const all = await underWay()
    await starting(all)
    const known = await all.known()
    await starting(all)
    expect(await all.known()).toEqual(known)
    expect(await all.image(image)).toMatchObject({ status: 'baking', imageArn, parentAmi })
    expect(known.images[image]?.attempt).toEqual({
      parentAmi,
      definition: 'd1',
      campaign,
      at: time,
      tries: 1,
    })
  })

  it('fails loudly when Image Builder names no image', async () => {
    mock.on(StartImagePipelineExecutionCommand).resolves({})
    await expect(starting(await underWay())).rejects.toThrow(`image-pipeline/golden-al2023-java and named no image`)
  })

  it('says so where a deployment has removed the pipeline', async () => {
    const missing = Object.assign(new Error('does not exist'), { name: 'ResourceNotFoundException' })
    mock.on(StartImagePipelineExecutionCommand).rejects(missing)
    await expect(starting(await underWay())).rejects.toMatchObject({
      name: 'PipelineMissing',
      message: expect.stringContaining('there is no pipeline arn:aws'),
    })
  })

  it.each<[string, string, object, object]>([
    [
      'that somebody disabled the pipeline',
      'InvalidRequestException',
      { imagePipeline: { status: 'DISABLED' } },
      { name: 'PipelineDisabled', message: expect.stringMatching(/^the pipeline arn:aws.* is disabled$/) },
    ],
    [
      'what else is refused',
      'InvalidRequestException',
      { imagePipeline: { status: 'ENABLED' } },
      { name: 'InvalidRequestException', message: 'refused' },
    ],
    [
      'to try again, without a question, what another try may fix',
      'TooManyRequestsException',
      { imagePipeline: { status: 'DISABLED' } },
      { name: 'TooManyRequestsException', message: 'refused' },
    ],
  ])('says %s', async (_, name, pipeline, expected) => {
    mock.on(StartImagePipelineExecutionCommand).rejects(Object.assign(new Error('refused'), { name }))
    mock.on(GetImagePipelineCommand).resolves(pipeline)
    await expect(starting(await underWay())).rejects.toMatchObject(expected)
  })

  it('says what was refused where nobody may read the pipeline', async () => {
    const denied = (name: string) => Object.assign(new Error(name), { name })
    mock.on(StartImagePipelineExecutionCommand).rejects(denied('ForbiddenException'))
    mock.on(GetImagePipelineCommand).rejects(denied('AccessDeniedException'))
    await expect(starting(await underWay())).rejects.toThrow('ForbiddenException')
  })

  it('records nothing of a bake that was refused', async () => {
    const quota = Object.assign(new Error('quota'), { name: 'ServiceQuotaExceededException' })
    mock.on(StartImagePipelineExecutionCommand).rejects(quota)
    const all = await underWay()
    await expect(starting(all)).rejects.toThrow('quota')
    expect((await all.known()).images[image]?.attempt).toBeUndefined()
  })
})

describe('in the next subnet', () => {
  const again = `${imageBuilderArnPrefix}:image/golden-al2023-java/1.0.0/2`
  const recipe = `${imageBuilderArnPrefix}:image-recipe/golden-al2023-java/1.0.3`
  const reason = 'We currently do not have sufficient m7i.large capacity in the Availability Zone you requested'
  const next = { failed: [{ imageArn, reason }] }
  /** As Image Builder answers about what was baked in the first. */
  const baked = {
    arn: imageArn,
    imageRecipe: { arn: recipe },
    imageTestsConfiguration: { imageTestsEnabled: false, timeoutMinutes: 90 },
    imageScanningConfiguration: { imageScanningEnabled: true },
    enhancedImageMetadataEnabled: true,
    executionRole: 'arn:aws:iam::111122223333:role/bake',
    workflows: [
      { workflowArn: `${imageBuilderArnPrefix}:workflow/build/ours/1.0.0/1` },
      { workflowArn: 'arn:aws:imagebuilder:us-west-2:aws:workflow/test/test-image/1.0.2/1', parallelGroup: 'a' },
    ],
    loggingConfiguration: { logGroupName: '/aws/imagebuilder/golden-al2023-java' },
    tags: { team: 'java', 'aws:cloudformation:stack-name': 'golden', 'rebake:image': 'before' },
    outputResources: { amis: [{ region: 'us-west-2', accountId: '111122223333', image: 'ami-0f' }] },
  }
  const created = () => mock.commandCalls(CreateImageCommand).map((call) => call.args[0].input)

  beforeEach(() => {
    mock.on(GetImageCommand, { imageBuildVersionArn: imageArn }).resolves({ image: baked })
    mock.on(CreateImageCommand).resolves({ imageBuildVersionArn: again })
  })

  it('bakes the same but for the subnet, once, however often it is tried', async () => {
    const all = await underWay()
    await starting(all)
    expect(await starting(all, next)).toEqual({ imageArn: again })
    // A deploy has changed the pipeline meanwhile, and its time is another.
    await starting(all, { ...next, time: '2026-09-08T11:03:00Z' })
    const [first, second] = created()
    expect(first).toEqual({
      imageRecipeArn: recipe,
      infrastructureConfigurationArn: `${imageBuilderArnPrefix}:infrastructure-configuration/golden-linux--2`,
      imageTestsConfiguration: baked.imageTestsConfiguration,
      imageScanningConfiguration: baked.imageScanningConfiguration,
      enhancedImageMetadataEnabled: true,
      executionRole: baked.executionRole,
      // Of a workflow of AWS, Image Builder takes no other version.
      workflows: [
        baked.workflows[0],
        { workflowArn: 'arn:aws:imagebuilder:us-west-2:aws:workflow/test/test-image/x.x.x', parallelGroup: 'a' },
      ],
      loggingConfiguration: baked.loggingConfiguration,
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      tags: { team: 'java', 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:parent-ami': parentAmi },
    })
    expect(second).toEqual(first)
    expect(first?.clientToken).not.toBe(started()[0]?.clientToken)
    expect(started()).toHaveLength(1)
  })

  it('records what the bake before has left, and the new one as begun, in one try of the campaign', async () => {
    const all = await underWay()
    await starting(all)
    const known = await all.known()
    await starting(all, { ...next, time: '2026-09-08T11:03:00Z' })
    expect(await all.ledger.releases.readBakes([image])).toEqual([
      {
        image,
        version: '1.0.0/1',
        imageArn,
        parentAmi,
        campaign,
        startedAt: time,
        amis: ['ami-0f'],
        ended: { at: '2026-09-08T11:03:00Z', as: 'failed', reason },
      },
      { image, version: '1.0.0/2', imageArn: again, parentAmi, campaign, startedAt: '2026-09-08T11:03:00Z' },
    ])
    expect(await all.image(image)).toMatchObject({ status: 'baking', imageArn: again })
    expect((await all.known()).images[image]?.attempt).toEqual(known.images[image]?.attempt)
    expect(all.reported).toEqual([])
  })

  it.each([
    'We currently do not have sufficient m7i.large capacity',
    'InsufficientInstanceCapacity: any words',
    'Unsupported: Your requested instance type (g6.xlarge) is not supported in your requested Availability Zone (us-west-2d)',
    'InsufficientFreeAddressesInSubnet: any words',
    'The specified subnet does not have enough free addresses to satisfy the request.',
  ])('is worth a try after: %s', async (said) => {
    const all = await underWay()
    expect(await starting(all, { failed: [{ imageArn, reason: said }] })).toEqual({ imageArn: again })
  })

  it.each([
    'Document arn:aws:imagebuilder:us-west-2:111122223333:component/patch/1.0.0/1 failed!',
    'You do not have sufficient permissions to use the key',
    'VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 5 allows',
    'Security group sg-1 and subnet subnet-1 belong to different networks.',
  ])('is of no use after: %s', async (said) => {
    const failed = [{ imageArn, reason: said }]
    // A freeze does not keep it from failing.
    await expect(starting(await underWay(), { failed, fleet: frozen })).rejects.toMatchObject({
      name: 'BakeFailed',
      message: `Image Builder says FAILED: ${said}`,
    })
    expect(created()).toEqual([])
  })

  it('is there no more when each has been tried, and the cause names them all', async () => {
    const failed = [
      { imageArn, reason },
      {
        imageArn: again,
        reason:
          'Your requested instance type (m7i.large) is not supported in your requested Availability Zone (us-west-2b).',
      },
    ]
    await expect(starting(await underWay(), { failed })).rejects.toMatchObject({
      name: 'BakeFailed',
      message: `EC2 launched no m7i.large or m6i.large in any of its 2 subnets: subnet-0a1b2c3d4e5f67890: ${reason}; subnet-0a1b2c3d4e5f67891: ${failed[1]?.reason}`,
    })
    expect(created()).toEqual([])
  })

  it('begins nothing while a freeze forbids it, and lets others have its lock', async () => {
    const all = await underWay()
    await starting(all)
    await expect(starting(all, { ...next, fleet: frozen })).rejects.toMatchObject({ name: 'OutsideChangeWindow' })
    expect(created()).toEqual([])
  })

  it('says so where a deployment has removed the subnet', async () => {
    const missing = Object.assign(new Error('golden-linux--2 does not exist'), { name: 'ResourceNotFoundException' })
    mock.on(CreateImageCommand).rejects(missing)
    await expect(starting(await underWay(), next)).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringMatching(
        /do not have sufficient .* subnet-0a1b2c3d4e5f67891, .*golden-linux--2 does not exist/,
      ),
    })
  })

  it('fails loudly when Image Builder names no image', async () => {
    mock.on(CreateImageCommand).resolves({})
    await expect(starting(await underWay(), next)).rejects.toThrow('subnet-0a1b2c3d4e5f67891 and named no image')
  })
})

/** Its order is another one. */
function ordered({ ledger }: Planned, change: (order: BakeOrder) => BakeOrder) {
  const { campaigns } = ledger
  const read = campaigns.readOrdered.bind(campaigns)
  campaigns.readOrdered = async (...asked) => {
    const item = await read(...asked)
    return { ...item, order: change(item.order) }
  }
}

describe('on a parent that it cannot be baked on', () => {
  const second = { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 20, Encrypted: false, SnapshotId: 'snap-2' } }
  const refused = (message: RegExp) => ({ name: 'ParentRefused', message: expect.stringMatching(message) })

  it('bakes nothing, names the line that is missing, and remembers what it was tried on', async () => {
    parentIs({ BlockDeviceMappings: [root, second] })
    ec2Mock.on(GetEbsEncryptionByDefaultCommand).resolves({ EbsEncryptionByDefault: false })
    ec2Mock.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: 'alias/aws/ebs' })
    const all = await underWay()
    await expect(starting(all)).rejects.toMatchObject(
      refused(
        /ami-.* its volume \/dev\/sdb \(20 GiB\) is not encrypted.* add \{ device: \/dev\/sdb \} to images.al2023-java.volumes/,
      ),
    )
    expect(started()).toEqual([])
    expect(ssmMock.commandCalls(PutParameterCommand)).toEqual([])
    expect(await all.image(image)).toMatchObject({ parentAmi })
  })

  it('bakes nothing where its AMI is gone', async () => {
    ec2Mock.on(DescribeImagesCommand).resolves({ Images: [] })
    await expect(starting(await underWay())).rejects.toMatchObject(refused(/does not see it/))
    expect(started()).toEqual([])
  })

  it('changes nothing of a pipeline that was there before, whose recipe decides', async () => {
    const arn = `${imageBuilderArnPrefix}:image-recipe/nightly/1.0.0`
    const mapping = { deviceName: '/dev/xvda', ebs: { encrypted: true, kmsKeyId: 'alias/aws/ebs' } }
    const recipe = { arn, name: 'nightly', version: '1.0.0', parentImage: parentAmi }
    mock.on(GetImagePipelineCommand).resolves({ imagePipeline: { arn: 'nightly', imageRecipeArn: arn } })
    const bakedWith = async (kmsKeyId: string) => {
      const blockDeviceMappings = [{ ...mapping, ebs: { ...mapping.ebs, kmsKeyId } }]
      mock.on(GetImageRecipeCommand).resolves({ imageRecipe: { ...recipe, blockDeviceMappings } })
      const all = await underWay()
      ordered(all, (order) => ({
        ...order,
        componentUpdates: 'pinned',
        wanted: { ...(order.wanted as WantedParent), adopted: true, volumes: [] },
      }))
      return starting(all)
    }
    await expect(bakedWith('alias/aws/ebs')).rejects.toMatchObject(
      refused(
        /alias\/aws\/ebs, .*: give \/dev\/xvda a kmsKeyId in the blockDeviceMappings of the recipe of al2023-java/,
      ),
    )
    expect(mock.commandCalls(UpdateImagePipelineCommand)).toEqual([])
    expect(started()).toEqual([])
    expect(await bakedWith('arn:aws:kms:us-west-2:111122223333:key/team')).toEqual({ imageArn })
  })

  it('asks nothing of an order that says nothing of its parent', async () => {
    const all = await underWay()
    ordered(all, ({ wanted: _, ...order }) => order)
    ec2Mock.on(DescribeImagesCommand).rejects(new Error('nobody asks'))
    expect(await starting(all)).toEqual({ imageArn })
  })
})

describe('while a freeze or a window forbids it', () => {
  const until = '2026-09-09T00:00:00.000Z'
  const why = "freeze 'audit' (audit) until Wed 9 Sep 2026 00:00 UTC"
  const refused = { name: 'OutsideChangeWindow', data: { opensAt: until, reasons: [why] } }

  it('starts nothing, says until when, and lets others have its lock', async () => {
    const all = await underWay()
    await claimFor(all, 'al2023-node')
    await expect(starting(all, { fleet: frozen })).rejects.toMatchObject(refused)
    expect(started()).toEqual([])
    expect(all.granted).toEqual([`token-${image}`, 'token-al2023-node'])
    expect(await all.image(image)).toMatchObject({ status: 'waiting', waiting: { until, reasons: [why] } })
  })

  it('tells once of all images of a campaign that wait until then, and again of another time', async () => {
    const all = await underWay()
    const wait = (more: object) => expect(starting(all, { fleet: frozen, ...more })).rejects.toThrow()
    await wait({})
    await wait({})
    await wait({ image: 'al2023-node' })
    expect(all.reported.map(({ subject }) => subject)).toEqual(['Waiting until 2026-09-09 00:00 UTC: al2023-java'])
    const longer = { ...frozen, freezes: { audit: { ...freeze, to: '2026-09-10T00:00' } } }
    await wait({ fleet: longer })
    expect(all.reported).toHaveLength(2)
  })

  it('bakes when the time has come, under the lock that it takes again', async () => {
    const all = await underWay()
    await expect(starting(all, { fleet: frozen })).rejects.toThrow()
    await claimFor(all, image, { time: until, taskToken: 'again' })
    expect(all.granted).toEqual([`token-${image}`, 'again'])
    expect(await starting(all, { fleet: frozen, time: until })).toEqual({ imageArn })
    expect((await all.image(image)).status).toBe('baking')
  })

  it('lets an emergency pass', async () => {
    expect(await starting(await underWay(true), { fleet: frozen })).toEqual({ imageArn })
  })
})

describe('a newer campaign that cancels bakes', () => {
  const cancelling = { fleet: { ...exampleFleet(), supersede: 'cancel' as const } }
  const withNext = async (emergency = false) => {
    const all = await underWay(emergency)
    await planFor(all.ledger, nextRelease())
    await claimFor(all, image, { campaign: nextCampaign, supersede: 'cancel', imageBuilder })
    expect(cancelled()).toEqual([])
    return all
  }

  it('and came before there was anything to cancel, has its way', async () => {
    const all = await withNext()
    await expect(starting(all, cancelling)).rejects.toMatchObject({
      name: 'Superseded',
      message: `superseded by campaign ${nextCampaign}`,
    })
    expect(cancelled()).toEqual([imageArn])
  })

  it('has no way with an emergency, unless it is one', async () => {
    expect(await starting(await withNext(true), cancelling)).toEqual({ imageArn })
    expect(cancelled()).toEqual([])
  })

  it('waits where the fleet says so', async () => {
    expect(await starting(await withNext())).toEqual({ imageArn })
    expect(cancelled()).toEqual([])
  })

  it('is of this image, and waits for it: nobody else has to give way', async () => {
    const all = await underWay()
    await planFor(all.ledger, nextRelease())
    await claimFor(all, 'al2023-node', { campaign: nextCampaign })
    expect(await starting(all, cancelling)).toEqual({ imageArn })
  })
})
