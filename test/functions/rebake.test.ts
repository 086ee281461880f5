import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  DistributeImageCommand,
  ImagebuilderClient,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import { plan } from '../../functions/plan-campaign/plan-campaign.ts'
import { startBake } from '../../functions/start-bake/start-bake.ts'
import { startDistribution } from '../../functions/start-distribution/start-distribution.ts'
import { validate } from '../../functions/validate-image/validate-image.ts'
import { exampleFleet } from '../support/fleets.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const imageBuilderMock = mockOf(ImagebuilderClient)
const ec2Mock = mockOf(EC2Client)
const imageBuilder = imageBuilderMock as unknown as ImagebuilderClient
const ec2 = ec2Mock as unknown as EC2Client
beforeEach(() => {
  imageBuilderMock.reset()
  ec2Mock.reset()
})

const campaign = 'al2023-soe-ami-0a1b2c3d4e5f67890'
const parentAmi = 'ami-0a1b2c3d4e5f67890'
const imageArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-al2023-hardened/1.0.0/1'
async function planned() {
  const ledger = memoryLedger()
  const parts = {
    fleet: exampleFleet(),
    ledger,
    imageBuilderArnPrefix: 'arn:aws:imagebuilder:us-west-2:111122223333',
  }
  const trigger = {
    kind: 'release' as const,
    upstream: 'al2023-soe',
    ami: parentAmi,
    amiName: 'soe',
    time: '2026-09-08T09:00:00Z',
  }
  const answer = await plan(parts, { campaign, execution: 'arn:aws:states:x', time: trigger.time, trigger })
  return { ledger, answer }
}

describe('plan-campaign', () => {
  it('records a decision for every image, and answers with the roots only', async () => {
    const { ledger, answer } = await planned()
    expect(answer.roots).toEqual([
      { image: 'al2023-hardened', execution: `${campaign}-al2023-hardened`, parentAmi },
    ])
    const images = await ledger.all<{ status: string; sk: string }>(`CAMPAIGN#${campaign}`)
    expect(images.filter(({ status }) => status === 'planned')).toHaveLength(6)
    expect(images.filter(({ status }) => status === 'left')).toHaveLength(6)
    expect(images[0]).toMatchObject({ sk: 'CAMPAIGN', status: 'running' })
  })

  it('changes nothing of a plan that is there', async () => {
    const { ledger } = await planned()
    const key = { pk: `CAMPAIGN#${campaign}`, sk: 'IMAGE#payments-api' }
    await ledger.set(key, { status: 'released' })
    const trigger = {
      kind: 'release' as const,
      upstream: 'al2023-soe',
      ami: parentAmi,
      amiName: 'soe',
      time: '2026-09-08T09:00:00Z',
    }
    await plan(
      { fleet: exampleFleet(), ledger, imageBuilderArnPrefix: 'arn:x' },
      { campaign, execution: 'arn:aws:states:x', time: trigger.time, trigger },
    )
    expect(await ledger.get(key)).toMatchObject({ status: 'released' })
  })
})

describe('start-bake', () => {
  const request = {
    execution: `${campaign}-al2023-hardened`,
    campaign,
    image: 'al2023-hardened',
    parentAmi,
    pipelineArn: 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/golden-al2023-hardened',
  }

  it('starts the pipeline under the same client token whenever it is tried', async () => {
    const { ledger } = await planned()
    imageBuilderMock.on(StartImagePipelineExecutionCommand).resolves({ imageBuildVersionArn: imageArn })
    expect(await startBake({ imageBuilder, ledger }, request)).toEqual({ imageArn })
    await startBake({ imageBuilder, ledger }, request)
    const inputs = imageBuilderMock
      .commandCalls(StartImagePipelineExecutionCommand)
      .map(({ args }) => args[0].input)
    expect(inputs[0]?.imagePipelineArn).toBe(request.pipelineArn)
    expect(inputs[0]?.clientToken).toMatch(/^[0-9a-f]{64}$/)
    expect(inputs[1]).toEqual(inputs[0])
  })
})

it('start-distribution distributes the image under a token of its own for each ring', async () => {
  const request = {
    execution: 'e',
    campaign,
    image: 'i',
    imageArn,
    distributionConfigurationArn: 'arn:aws:x',
  }
  imageBuilderMock.on(DistributeImageCommand).resolves({ imageBuildVersionArn: `${imageArn}2` })
  const parts = { imageBuilder, distributionRole: 'arn:aws:iam::111122223333:role/golden-distribution' }
  expect(await startDistribution(parts, { ...request, ring: 'early' })).toEqual({ imageArn: `${imageArn}2` })
  await startDistribution(parts, { ...request, ring: 'everyone' })
  const [early, everyone] = imageBuilderMock
    .commandCalls(DistributeImageCommand)
    .map(({ args }) => args[0].input)
  expect(early).toMatchObject({ sourceImage: imageArn, executionRole: parts.distributionRole })
  expect(everyone?.clientToken).not.toBe(early?.clientToken)
})

describe('validate-image', () => {
  const request = { campaign, image: 'al2023-hardened', parentAmi, imageArn, ami: 'ami-0b0b0b0b0b0b0b0b0' }
  const described = {
    ImageId: request.ami,
    State: 'available' as const,
    OwnerId: '111122223333',
    Architecture: 'x86_64' as const,
    BootMode: 'uefi-preferred' as const,
    ImdsSupport: 'v2.0' as const,
    SourceImageId: parentAmi,
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true } }],
    Tags: [],
  }

  it('keeps the evidence, and names each check that failed', async () => {
    const { ledger } = await planned()
    ec2Mock
      .on(DescribeImagesCommand)
      .resolves({ Images: [{ ...described, Public: true, ImdsSupport: undefined }] })
    await expect(validate({ ec2, ledger }, request)).rejects.toMatchObject({
      name: 'ValidationFailed',
      message: expect.stringMatching(/not public: expected .*; IMDSv2: expected/),
    })
    const item = await ledger.get<{ evidence: unknown[] }>({
      pk: `CAMPAIGN#${campaign}`,
      sk: 'IMAGE#al2023-hardened',
    })
    expect(item?.evidence).toContainEqual({
      check: 'encryption',
      passed: true,
      detail: '1 encrypted volumes',
    })
  })

  it('fails closed on an AMI that is not there', async () => {
    const { ledger } = await planned()
    ec2Mock.on(DescribeImagesCommand).resolves({ Images: [] })
    await expect(validate({ ec2, ledger }, request)).rejects.toMatchObject({ name: 'ValidationFailed' })
  })

  it('refuses an execution that no campaign started', async () => {
    const asked = validate({ ec2, ledger: memoryLedger() }, request)
    await expect(asked).rejects.toThrow('start a campaign, not a rebake')
  })
})
