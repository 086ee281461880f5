import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, it } from 'vitest'
import { validate } from '../../functions/validate-image/validate-image.ts'
import { campaign, imageBuilderArnPrefix, parentAmi, plannedCampaign } from '../support/campaign.ts'
import { memoryLedger } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const ec2Mock = mockOf(EC2Client)
const ec2 = ec2Mock as unknown as EC2Client
const imageArn = `${imageBuilderArnPrefix}:image/golden-al2023-hardened/1.0.0/1`
beforeEach(() => void ec2Mock.reset())

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
    const { ledger } = await plannedCampaign()
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
    const { ledger } = await plannedCampaign()
    ec2Mock.on(DescribeImagesCommand).resolves({ Images: [] })
    await expect(validate({ ec2, ledger }, request)).rejects.toMatchObject({ name: 'ValidationFailed' })
  })

  it('refuses an execution that no campaign started', async () => {
    const asked = validate({ ec2, ledger: memoryLedger() }, request)
    await expect(asked).rejects.toThrow('start a campaign, not a rebake')
  })

  it('passes what is as the fleet says, and counts its checks', async () => {
    const { ledger, image } = await plannedCampaign()
    ec2Mock.on(DescribeImagesCommand).resolves({ Images: [{ ...described, Public: false }] })
    expect(await validate({ ec2, ledger }, request)).toEqual({ checks: expect.any(Number) })
    const { evidence = [], ami } = await image('al2023-hardened')
    expect(ami).toBe(request.ami)
    expect(evidence.filter(({ passed }) => !passed)).toEqual([])
  })
})
