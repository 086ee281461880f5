import {
  DescribeSnapshotsCommand,
  type EC2Client,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2'
import type { InstanceBlockDeviceMapping } from '@aws-sdk/client-imagebuilder'
import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms'
import type { KeyKind, NamedVolume, ParentFacts, ParentVolume } from '../domain/validation/parent.ts'
import { describeAmi } from './amis.ts'
import { isDenied, isMissing } from './errors.ts'

interface ParentClients {
  ec2: EC2Client
  kms: KMSClient
}

interface Asked {
  ami: string
  /** The build account. */
  account: string
  /** Those that the recipe names. */
  volumes: readonly NamedVolume[]
  /** Snapshots that volumes are to be made from. */
  snapshots: readonly string[]
}

/**
 * What an AMI is that is to be a parent, as the build account sees it; undefined where it does not. Keys are asked for only of volumes
 * whose key the recipe leaves open.
 */
export async function readParent(
  clients: ParentClients,
  { ami, account, volumes: named, snapshots }: Asked,
): Promise<ParentFacts | undefined> {
  const { ec2 } = clients
  const image = await describeAmi(ec2, ami)
  if (!image) return undefined
  const isOwn = image.OwnerId === account
  const decided = new Set(
    named.flatMap(({ device, encryption, omit }) => (encryption.startsWith('key') || omit ? [device] : [])),
  )
  const volumes: ParentVolume[] = []
  for (const { DeviceName: device = '', Ebs: ebs } of image.BlockDeviceMappings ?? []) {
    if (!ebs) continue
    const { Encrypted: encrypted = false, VolumeSize: sizeGiB = 0, SnapshotId: snapshot } = ebs
    const isOpen = isOwn && encrypted && !decided.has(device) && snapshot !== undefined
    const key = isOpen ? await keyOf(clients, snapshot, account) : undefined
    volumes.push({ device, sizeGiB, encrypted, key })
  }
  const isLeftToAccount = [...volumes, ...named.map(({ device }) => ({ device, key: undefined }))].some(
    ({ device, key }) => key === undefined && !decided.has(device),
  )
  return {
    ami,
    ownerId: image.OwnerId ?? '',
    state: image.State ?? 'unknown',
    architecture: image.Architecture ?? 'unknown',
    bootMode: image.BootMode,
    rootDevice: image.RootDeviceName ?? '',
    rootType: image.RootDeviceType ?? 'ebs',
    volumes,
    snapshots: await sizesOf(ec2, snapshots),
    defaults: isLeftToAccount ? await defaultsOf(clients, account) : { encrypts: false, key: 'aws' },
  }
}

async function keyOf(clients: ParentClients, snapshot: string, account: string): Promise<KeyKind | undefined> {
  const { Snapshots } = await clients.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }))
  const key = Snapshots?.[0]?.KmsKeyId
  return key === undefined ? undefined : kindOf(clients.kms, key, account)
}

/** Nobody but the account itself has one that AWS manages for it. */
async function kindOf(kms: KMSClient, key: string, account: string): Promise<KeyKind> {
  if (/(^|:)alias\/aws\//.test(key)) return 'aws'
  if (key.startsWith('arn:') && key.split(':')[4] !== account) return 'customer'
  try {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }))
    return KeyMetadata?.KeyManager === 'AWS' ? 'aws' : 'customer'
  } catch (error) {
    // The policy of those of AWS lets the account read what they are.
    if (isDenied(error) || isMissing(error)) return 'customer'
    throw error
  }
}

async function defaultsOf({ ec2, kms }: ParentClients, account: string): Promise<ParentFacts['defaults']> {
  const { EbsEncryptionByDefault: encrypts = false } = await ec2.send(new GetEbsEncryptionByDefaultCommand({}))
  const { KmsKeyId: key = 'alias/aws/ebs' } = await ec2.send(new GetEbsDefaultKmsKeyIdCommand({}))
  return { encrypts, key: await kindOf(kms, key, account) }
}

/** Of those that are there, and that the account may use. */
async function sizesOf(ec2: EC2Client, snapshots: readonly string[]): Promise<ParentFacts['snapshots']> {
  const found: ParentFacts['snapshots'] = {}
  for (const snapshot of snapshots) {
    try {
      const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }))
      const { VolumeSize: sizeGiB } = Snapshots?.[0] ?? {}
      if (sizeGiB !== undefined) found[snapshot] = { sizeGiB }
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  return found
}

/** The volumes that the recipe of a pipeline names which was there before. */
export const volumesNamedBy = (mappings: readonly InstanceBlockDeviceMapping[] = []): NamedVolume[] =>
  mappings.flatMap(({ deviceName: device = '', ebs, noDevice, virtualName }): NamedVolume[] => {
    if (virtualName !== undefined) return []
    const { volumeSize: size, volumeType: type, snapshotId: snapshot, encrypted, kmsKeyId } = ebs ?? {}
    return [
      {
        device,
        ...(size !== undefined && { size }),
        ...(type && { type }),
        ...(snapshot && { snapshot }),
        ...(noDevice !== undefined && { omit: true as const }),
        encryption: kmsKeyId ? byKey(kmsKeyId) : encrypted ? 'default' : 'inherited',
      },
    ]
  })

const byKey = (key: string) => (/(^|:)alias\/aws\//.test(key) ? 'key of AWS' : 'key')
