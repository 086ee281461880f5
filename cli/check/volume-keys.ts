import {
  DescribeSnapshotsCommand,
  EC2Client,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2'
import { GetImageCommand, type ImagebuilderClient, type ImageRecipe } from '@aws-sdk/client-imagebuilder'
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { describeAmi } from '../../aws/amis.ts'
import { isMissing } from '../../aws/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { leavesAccount, volumesOf } from '../../domain/fleet/volumes.ts'
import { resourceName } from '../../domain/names.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { letsIn, type ResourcePolicy } from '../doctor/key-policy.ts'
import { list } from '../render/text.ts'
import type { Findings } from './findings.ts'

/**
 * What a volume of an AMI will be encrypted with: a key as somebody named it, or the fleet's own.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html
 */
type Encryption = { key: string } | 'fleet' | 'nothing'

/** By device; undefined where the parent cannot be read. */
type Devices = Map<string, Encryption> | undefined

export interface VolumeReaders {
  deployment: Deployment
  imageBuilder: ImagebuilderClient
  /** The recipe of an image that adopts a pipeline; undefined where it has none. */
  recipeOf: (image: string) => Promise<ImageRecipe | undefined>
}

/**
 * What keeps the AMI of an adopted pipeline from the accounts of its rings: volumes whose key nobody else can use, and those
 * that are not encrypted. Those that the recipe does not name come from the parent.
 */
export async function examineVolumes(readers: VolumeReaders, image: string, findings: Findings): Promise<void> {
  const { fleet } = readers.deployment
  const found = fleet.images[image]
  if (!found || !leavesAccount(fleet, found)) return
  const { checks } = found
  const devices = await devicesOf(readers, image)
  if (devices === undefined) {
    findings.warnings.push(
      'its volumes could not be checked: the AMI that its recipe names as its parent is not visible',
    )
    return
  }
  for (const [device, encryption] of devices) {
    if (encryption === 'fleet') continue
    const fix = `give ${device} a kmsKeyId in the blockDeviceMappings of its recipe: a customer managed key whose policy lets the accounts of its rings use it`
    if (encryption !== 'nothing')
      findings.problems.push(...(await whyUnusable(readers, image, { device, fix, ...encryption })))
    else if (checks.ami.encrypted)
      findings.problems.push(`the volume ${device} is not encrypted, and its check of ami demands that: ${fix}`)
  }
}

/** What keeps the AMI of an image of the fleet's own from the accounts of its rings: keys that its volumes name. */
export async function examineNamedKeys(
  readers: Pick<VolumeReaders, 'deployment'>,
  image: string,
  findings: Findings,
): Promise<void> {
  const { fleet } = readers.deployment
  for (const { device, kmsKey: key } of volumesOf(fleet, image)) {
    if (key === undefined) continue
    const fix = `correct its kmsKey in images.${image}, or leave it out for the fleet's own key`
    findings.problems.push(...(await whyUnusable(readers, image, { device, fix, key })))
  }
}

const ringsOf = (fleet: Fleet, image: string) =>
  (fleet.images[image]?.rings ?? []).flatMap((name) => fleet.rings[name] ?? [])

async function devicesOf(readers: VolumeReaders, image: string): Promise<Devices> {
  const { fleet } = readers.deployment
  const parent = fleet.images[image]?.parent ?? ''
  const recipe = await readers.recipeOf(image)
  const above = fleet.images[parent]
  const inherited = !above
    ? await devicesOfAmi(readers, recipe?.parentImage ?? '')
    : above.pipeline
      ? await devicesOf(readers, parent)
      : new Map(volumesOf(fleet, parent).map(({ device }): [string, Encryption] => [device, 'fleet']))
  if (inherited === undefined) return undefined
  const devices = new Map(inherited)
  for (const { deviceName = '', ebs, noDevice } of recipe?.blockDeviceMappings ?? []) {
    const before = devices.get(deviceName)
    if (noDevice !== undefined) devices.delete(deviceName)
    else if (ebs?.kmsKeyId) devices.set(deviceName, { key: ebs.kmsKeyId })
    else if (ebs?.encrypted === false) devices.set(deviceName, await unnamed(readers))
    else if (before === undefined || before === 'nothing')
      devices.set(deviceName, ebs?.encrypted ? { key: await defaultKey(readers) } : await unnamed(readers))
  }
  return devices
}

/** Of what is launched from an AMI. What comes from a snapshot of another account gets the default key of this one. */
async function devicesOfAmi(readers: VolumeReaders, parentImage: string): Promise<Devices> {
  const { config, fleet } = readers.deployment
  const ec2 = new EC2Client(config)
  const id = await amiOf(readers, parentImage)
  const ami = id === undefined ? undefined : await describeAmi(ec2, id)
  if (!ami) return undefined
  const devices = new Map<string, Encryption>()
  for (const { DeviceName = '', Ebs: ebs } of ami.BlockDeviceMappings ?? []) {
    if (!ebs) continue
    if (!ebs.Encrypted) devices.set(DeviceName, await unnamed(readers))
    else if (ami.OwnerId !== fleet.build.account) devices.set(DeviceName, { key: await defaultKey(readers) })
    else {
      const asked = new DescribeSnapshotsCommand({ SnapshotIds: [ebs.SnapshotId ?? ''] })
      const [snapshot] = (await ec2.send(asked)).Snapshots ?? []
      devices.set(DeviceName, { key: snapshot?.KmsKeyId ?? (await defaultKey(readers)) })
    }
  }
  return devices
}

/** The AMI that a recipe's parent means now. */
async function amiOf({ deployment, imageBuilder }: VolumeReaders, parentImage: string): Promise<string | undefined> {
  try {
    const [, Name] = parentImage.match(/^ssm:(.+)$/) ?? []
    if (Name) return (await new SSMClient(deployment.config).send(new GetParameterCommand({ Name }))).Parameter?.Value
    if (!parentImage.includes(':image/')) return parentImage
    const { image } = await imageBuilder.send(new GetImageCommand({ imageBuildVersionArn: parentImage }))
    const { account, region } = deployment.fleet.build
    return image?.outputResources?.amis?.find((ami) => ami.region === region && ami.accountId === account)?.image
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** What a volume gets that nobody asks to be encrypted. */
async function unnamed(readers: VolumeReaders): Promise<Encryption> {
  const ec2 = new EC2Client(readers.deployment.config)
  const { EbsEncryptionByDefault: byDefault } = await ec2.send(new GetEbsEncryptionByDefaultCommand({}))
  return byDefault ? { key: await defaultKey(readers) } : 'nothing'
}

const defaultKey = async ({ deployment }: VolumeReaders): Promise<string> =>
  (await new EC2Client(deployment.config).send(new GetEbsDefaultKmsKeyIdCommand({}))).KmsKeyId ?? 'alias/aws/ebs'

interface Volume {
  device: string
  key: string
  fix: string
}

/** Why the AMI does not reach the accounts of its rings for the key of a volume. */
async function whyUnusable(
  { deployment }: Pick<VolumeReaders, 'deployment'>,
  image: string,
  { device, key, fix }: Volume,
): Promise<string[]> {
  const { fleet, config } = deployment
  const kms = new KMSClient(config)
  const found = await kms.send(new DescribeKeyCommand({ KeyId: key })).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  const { Arn = '', KeyManager, KeyState, AWSAccountId } = found?.KeyMetadata ?? {}
  if (Arn === '') return [`the volume ${device} is encrypted with ${key}, and there is no such key: ${fix}`]
  if (KeyManager === 'AWS')
    return [`the volume ${device} is encrypted with ${key}, which AWS manages and no other account can use: ${fix}`]
  if (KeyState !== 'Enabled')
    return [`the volume ${device} is encrypted with ${key}, which is ${KeyState}: aws kms enable-key --key-id ${Arn}`]
  if (AWSAccountId !== fleet.build.account)
    return [
      `the volume ${device} is encrypted with ${key}, a key of account ${AWSAccountId}, which no rebake may use: ${fix}`,
    ]
  const { Policy = '{}' } = await kms.send(new GetKeyPolicyCommand({ KeyId: Arn }))
  const policy = JSON.parse(Policy) as ResourcePolicy
  const targets = ringsOf(fleet, image).flatMap(({ accounts }) => accounts)
  const without = [...new Set([fleet.build.account, ...targets])].filter(
    (account) => !['kms:Decrypt', 'kms:CreateGrant'].every((action) => letsIn(policy, fleet, account, action)),
  )
  return without.length === 0
    ? []
    : [
        `the volume ${device} is encrypted with ${key}, whose policy does not let ${list(without, 5)} use it: allow kms:Decrypt, ` +
          `kms:ReEncrypt*, kms:GenerateDataKey*, kms:DescribeKey and kms:CreateGrant to arn:aws:iam::ACCOUNT:root of each${without.includes(fleet.build.account) ? `; the role ${resourceName(fleet.name, 'distribution')} copies with it` : ''}`,
      ]
}
