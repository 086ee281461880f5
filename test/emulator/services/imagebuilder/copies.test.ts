import {
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import {
  CreateDistributionConfigurationCommand,
  DistributeImageCommand,
  type Distribution,
  GetImageCommand,
  ImagebuilderClient,
  RetryImageCommand,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyFailures } from '../../../../emulator/services/imagebuilder/copies.ts'
import type { Outcome } from '../../../../emulator/services/imagebuilder/images.ts'
import type { CallRecord } from '../../../../emulator/services/types.ts'
import {
  addKeys,
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  keyIn,
  type Served,
  seedFleet,
  served,
  target,
  trusting,
} from '../../accounts.ts'

const calls: CallRecord[] = []
const organization = 'arn:aws:organizations::000000000001:organization/o-example1234'
const unit = 'arn:aws:organizations::000000000001:ou/o-example1234/ou-abcd-11111111'
const second = '555555555555'
const stranger = '888888888888'
let world: Served
let client: ImagebuilderClient
let source: string

beforeEach(async () => {
  world = await served()
  const fleet = seedFleet(world)
  addKeys(world, second, stranger)
  const { aws } = world
  aws.addRole({
    account: second,
    logicalId: 'CopyRole',
    name: 'EC2ImageBuilderDistributionCrossAccountRole',
    arn: `arn:aws:iam::${second}:role/EC2ImageBuilderDistributionCrossAccountRole`,
    policies: [{ Statement: [allow('kms:*')] }],
    trust: trusting({ AWS: `arn:aws:iam::${build.account}:root` }),
  })
  aws.organizations.set({
    id: 'o-example1234',
    management: '000000000001',
    root: 'r-abcd',
    units: [
      { id: 'ou-abcd-11111111', parent: 'r-abcd' },
      { id: 'ou-abcd-22222222', parent: 'ou-abcd-11111111' },
    ],
    accounts: [
      { id: '666666666666', parent: 'ou-abcd-22222222' },
      { id: '777777777777', parent: 'r-abcd' },
    ],
  })
  client = new ImagebuilderClient(clientOptions(world))
  const input = { imagePipelineArn: fleet.pipeline, clientToken: 'b-1' }
  source = (await client.send(new StartImagePipelineExecutionCommand(input))).imageBuildVersionArn ?? ''
  world.clock.run()
})

afterEach(async () => {
  await world.close()
  calls.push(...world.aws.operatorCalls)
})

const get = async (imageBuildVersionArn: string) =>
  (await client.send(new GetImageCommand({ imageBuildVersionArn }))).image
const amisOf = async (arn: string) => (await get(arn))?.outputResources?.amis ?? []

/** Distributes the build, and goes on until that is over. */
async function distribute(...distributions: Distribution[]): Promise<string> {
  const made = await client.send(
    new CreateDistributionConfigurationCommand({
      name: 'golden-base-ring',
      distributions,
      clientToken: 'c-1',
    }),
  )
  const { imageBuildVersionArn = '' } = await client.send(
    new DistributeImageCommand({
      distributionConfigurationArn: made.distributionConfigurationArn,
      executionRole: 'golden-distribution',
      sourceImage: source,
      clientToken: 'd-1',
    }),
  )
  world.clock.run()
  return imageBuildVersionArn
}
/** A key of the target, which the build account may use. */
const addTargetKey = (arn: string) => {
  const AWS = [target, build].map(({ account }) => `arn:aws:iam::${account}:root`)
  const policy = { Statement: [{ ...allow('kms:*'), Principal: { AWS } }] }
  world.aws.kms.addKey({ arn, enabled: true, policy })
}
const settings = (region: string, o: Distribution['amiDistributionConfiguration'] = {}): Distribution => ({
  region,
  amiDistributionConfiguration: o,
})
const copiesTo = (account: string, region: string) =>
  world.aws.ec2.copies.filter((copy) => copy.account === account && copy.region === region).length
const seenBy = async (account: string, region: string, ImageId: string) => {
  const credentials = { accessKeyId: account, secretAccessKey: 'any' }
  const ec2 = new EC2Client({ ...clientOptions(world, undefined, region), credentials })
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({}))
  return Images.some((image) => image.ImageId === ImageId)
}

describe('a copy', () => {
  it('has the tags and the key of its region, and its account says so of its snapshots', async () => {
    const key = `arn:aws:kms:eu-west-1:${target.account}:key/11111111-2222-3333-4444-666666666666`
    addTargetKey(key)
    const arn = await distribute(
      settings('us-east-1'),
      settings('eu-west-1', {
        targetAccountIds: [target.account],
        kmsKeyId: key,
        amiTags: { Ring: 'early' },
      }),
    )
    const copy = (await amisOf(arn)).find(({ region }) => region === 'eu-west-1')
    const credentials = { accessKeyId: target.account, secretAccessKey: 'any' }
    const ec2 = new EC2Client({ ...clientOptions(world, undefined, 'eu-west-1'), credentials })
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [copy?.image ?? ''] }))
    expect(Images?.[0]?.Tags).toContainEqual({ Key: 'Ring', Value: 'early' })
    const ebs = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs
    expect(ebs).toMatchObject({ Encrypted: true })
    expect(ebs).not.toHaveProperty('KmsKeyId')
    const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [ebs?.SnapshotId ?? ''] }))
    expect(Snapshots).toMatchObject([{ Encrypted: true, KmsKeyId: key, OwnerId: target.account }])
    const made = { Key: 'CreatedBy', Value: 'EC2 Image Builder' }
    expect(Images?.[0]?.Tags).toContainEqual(made)
    expect(Snapshots?.[0]?.Tags).toEqual([])
    const device = world.aws.ec2.get(copy?.image ?? '', 'eu-west-1')?.image.BlockDeviceMappings?.[0]
    expect(device?.Ebs?.KmsKeyId).toBe(key)
  })

  it('has the key that an alias stands for', async () => {
    const alias = 'arn:aws:kms:eu-west-1:222222222222:alias/golden'
    const key = alias.replace('alias/golden', 'key/11111111-2222-3333-4444-777777777777')
    addTargetKey(key)
    world.aws.kms.addAlias(alias, key)
    const arn = await distribute(
      settings('us-east-1'),
      settings('eu-west-1', { targetAccountIds: [target.account], kmsKeyId: alias }),
    )
    const copy = (await amisOf(arn)).find(({ region }) => region === 'eu-west-1')
    const { BlockDeviceMappings } = world.aws.ec2.get(copy?.image ?? '', 'eu-west-1')?.image ?? {}
    expect(BlockDeviceMappings?.[0]?.Ebs?.KmsKeyId).toBe(key)
  })

  it.each<[string, NonNullable<Distribution['amiDistributionConfiguration']>]>([
    ['no key', {}],
    ['the key for EBS of its account', { kmsKeyId: `arn:aws:kms:eu-west-1:${target.account}:alias/aws/ebs` }],
    ['the key for EBS of the source', { kmsKeyId: `arn:aws:kms:eu-west-1:${build.account}:alias/aws/ebs` }],
  ])('fails in another account with %s', async (_, named) => {
    const arn = await distribute(
      settings('us-east-1'),
      settings('eu-west-1', { targetAccountIds: [target.account], ...named }),
    )
    expect((await get(arn))?.state?.reason).toContain('Snapshots encrypted with the AWS Managed CMK can’t be shared')
  })

  it.each([
    ['a bare key id', '11111111-2222-3333-4444-666666666666'],
    ['a key of another region', keyIn('us-east-1')],
  ])('fails with %s', async (_, kmsKeyId) => {
    const arn = await distribute(
      settings('us-east-1'),
      settings('eu-west-1', { targetAccountIds: [target.account], kmsKeyId }),
    )
    expect((await get(arn))?.state?.reason).toContain(`The KMS key ${kmsKeyId} is not a key of eu-west-1`)
  })

  it('begins with the source region, or is refused', async () => {
    const distributed = distribute(settings('eu-west-1', { targetAccountIds: [target.account] }), settings('us-east-1'))
    await expect(distributed).rejects.toThrow('The first region must be the source region us-east-1.')
  })

  it('carries licences in the source account only', async () => {
    const licenseConfigurationArns = [
      'arn:aws:license-manager:eu-west-1:111111111111:license-configuration:lic-0123456789abcdef0123456789abcdef',
    ]
    const arn = await distribute(
      {
        ...settings('us-east-1', { targetAccountIds: [target.account], kmsKeyId: keyIn('us-east-1') }),
        licenseConfigurationArns,
      },
      { ...settings('eu-west-1', { kmsKeyId: keyIn('eu-west-1') }), licenseConfigurationArns },
    )
    const amis = (await amisOf(arn)).map(({ image, region }) => world.aws.ec2.get(image ?? '', region ?? ''))
    expect(amis.map((ami) => ami?.licenses)).toEqual([undefined, licenseConfigurationArns])
  })
})

describe('the AMI in its own region and account', () => {
  it('is tagged and shared, not copied', async () => {
    const [built] = await amisOf(source)
    const arn = await distribute(
      settings('us-east-1', { amiTags: { Ring: 'early' }, launchPermission: { userIds: [target.account] } }),
    )
    expect(await amisOf(arn)).toEqual([built])
    expect(world.aws.ec2.copies).toEqual([])
    const ami = world.aws.ec2.find(built?.image ?? '', target)
    expect(ami?.image.Tags).toContainEqual({ Key: 'Ring', Value: 'early' })
    expect(ami?.image.Tags).toContainEqual({ Key: 'Team', Value: 'platform' })
  })
})

describe('a shared copy', () => {
  it.each<[string, NonNullable<Distribution['amiDistributionConfiguration']>['launchPermission'], string[]]>([
    ['accounts', { userIds: [target.account] }, [target.account]],
    ['a unit, with the units below', { organizationalUnitArns: [unit] }, ['666666666666']],
    ['an organization', { organizationArns: [organization] }, ['666666666666', '777777777777']],
  ])('stays in the build account, and is for %s', async (_, launchPermission, whom) => {
    const shared = { kmsKeyId: keyIn('eu-west-1'), launchPermission }
    const arn = await distribute(settings('us-east-1'), settings('eu-west-1', shared))
    const copy = (await amisOf(arn)).find(({ region }) => region === 'eu-west-1')
    expect(copy).toMatchObject({ accountId: build.account, state: { status: 'AVAILABLE' } })
    const [built] = await amisOf(source)
    for (const account of [target.account, '666666666666', '777777777777', '999999999998']) {
      expect([account, await seenBy(account, 'eu-west-1', copy?.image ?? '')]).toEqual([
        account,
        whom.includes(account),
      ])
      // Shared region by region: what the one has says nothing of the other.
      expect(await seenBy(account, 'us-east-1', built?.image ?? '')).toBe(false)
    }
    const ec2 = new EC2Client(clientOptions(world, undefined, 'eu-west-1'))
    const asked = { ImageId: copy?.image, Attribute: 'launchPermission' } as const
    const { LaunchPermissions } = await ec2.send(new DescribeImageAttributeCommand(asked))
    expect(LaunchPermissions?.flatMap((each) => Object.values(each))).toEqual(
      Object.values(launchPermission ?? {}).flat(),
    )
  })

  it('fails under a key that AWS manages', async () => {
    const arn = await distribute(
      settings('us-east-1'),
      settings('eu-west-1', { launchPermission: { userIds: [target.account] } }),
    )
    expect((await get(arn))?.state?.reason).toContain('Snapshots encrypted with the AWS Managed CMK')
    expect(copiesTo(build.account, 'eu-west-1')).toBe(0)
  })
})

describe('copies that fail', () => {
  const accounts = [target.account, second]
  const everywhere = () =>
    distribute(
      settings('us-east-1', { targetAccountIds: accounts, kmsKeyId: keyIn('us-east-1') }),
      settings('eu-west-1', { targetAccountIds: accounts, kmsKeyId: keyIn('eu-west-1') }),
    )
  const retry = async (imageBuildVersionArn: string, clientToken: string) => {
    await client.send(new RetryImageCommand({ imageBuildVersionArn, clientToken }))
    world.clock.run()
  }
  const failed = async (arn: string) => {
    const { failureContext } = world.aws.imagebuilder.images.get(arn).image.state
    const { regionFailures = [] } = failureContext?.distributionFailure ?? {}
    expect(await amisOf(arn)).not.toContainEqual(expect.objectContaining({ state: { status: 'FAILED' } }))
    return regionFailures.map(({ targetAccountId, region, errorMessage }) => [targetAccountId, region, errorMessage])
  }

  it.each(Object.values(copyFailures))('say so: %s', async (reason) => {
    world.aws.imagebuilder.outcome = () => ({
      failedCopies: [{ account: second, region: 'eu-west-1', reason }],
    })
    const arn = await everywhere()
    expect(await failed(arn)).toEqual([[second, 'eu-west-1', reason]])
  })

  it('are made again by a retry until they succeed, and nothing else is', async () => {
    const failedCopies: Outcome['failedCopies'] = [
      { account: second, region: 'eu-west-1', reason: copyFailures.quota, attempts: 2 },
      { account: target.account, region: 'us-east-1', reason: copyFailures.kms, attempts: 1 },
    ]
    world.aws.imagebuilder.outcome = () => ({ failedCopies })
    const arn = await everywhere()
    expect(await failed(arn)).toHaveLength(2)
    await retry(arn, 'r-1')
    expect(await failed(arn)).toEqual([[second, 'eu-west-1', copyFailures.quota]])
    expect(copiesTo(second, 'eu-west-1')).toBe(0)
    await retry(arn, 'r-2')
    expect(await failed(arn)).toEqual([])
    expect((await get(arn))?.state?.status).toBe('AVAILABLE')
    for (const account of accounts)
      for (const region of ['us-east-1', 'eu-west-1']) expect(copiesTo(account, region)).toBe(1)
  })

  it('go well once the account has its role', async () => {
    const arn = await distribute(
      settings('us-east-1', { targetAccountIds: [target.account, stranger], kmsKeyId: keyIn('us-east-1') }),
    )
    expect((await failed(arn))[0]?.[2]).toContain(`Not authorized to assume arn:aws:iam::${stranger}`)
    world.aws.addRole({
      account: stranger,
      logicalId: 'CopyRole',
      name: 'EC2ImageBuilderDistributionCrossAccountRole',
      arn: `arn:aws:iam::${stranger}:role/EC2ImageBuilderDistributionCrossAccountRole`,
      policies: [{ Statement: [allow('kms:*')] }],
      trust: trusting({ AWS: `arn:aws:iam::${build.account}:root` }),
    })
    await retry(arn, 'r-1')
    expect(await failed(arn)).toEqual([])
    expect([copiesTo(target.account, 'us-east-1'), copiesTo(stranger, 'us-east-1')]).toEqual([1, 1])
  })
})

itFitsTheModels(() => calls)
