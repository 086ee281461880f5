import type { Image } from '@aws-sdk/client-ec2'
import type { Kms } from '../kms.ts'
import { AwsError } from '../types.ts'
import type { ImageRecord } from './images.ts'
import type { Place } from './resources.ts'

/** What AMIs are made of. */

export type Devices = NonNullable<Image['BlockDeviceMappings']>
export type Ebs = NonNullable<Devices[number]['Ebs']>

const kept = [
  'Architecture',
  'BootMode',
  'EnaSupport',
  'ImdsSupport',
  'Platform',
  'PlatformDetails',
  'RootDeviceName',
  'SriovNetSupport',
  'TpmSupport',
  'UsageOperation',
  'VirtualizationType',
] as const

/** What an AMI has from the one that it was made of. */
export const inherited = (from: Image): Partial<Image> =>
  Object.fromEntries(kept.map((key) => [key, from[key]]).filter(([, value]) => value !== undefined))

/** A new AMI has snapshots of its own. */
export function fresh(devices: Devices, change: (ebs: Ebs) => Ebs): Devices {
  return devices.map((device) => {
    if (!device.Ebs) return device
    const { SnapshotId: _, ...ebs } = device.Ebs
    return { ...device, Ebs: change(ebs) }
  })
}

/** Encrypted with a key, by its ARN. */
export const encrypted = (ebs: Ebs, key: string): Ebs => ({ ...ebs, Encrypted: true, KmsKeyId: key })

export function unencrypted({ KmsKeyId: _, ...ebs }: Ebs): Ebs {
  return { ...ebs, Encrypted: false }
}

/** The ARN of a key that must be there, whatever names it. @throws AwsError */
export function keyArn(kms: Pick<Kms, 'named'>, named: string, place: Place): string {
  const found = kms.named(named, place)
  if (found) return found.arn
  throw new AwsError('InvalidKmsKey', `The KMS key ${named} does not exist in ${place.region}.`)
}

/** The keys of the snapshots of an AMI, by their ARNs. */
export const keysOf = ({ BlockDeviceMappings: devices = [] }: Image): string[] => [
  ...new Set(devices.flatMap(({ Ebs: ebs }) => (ebs?.Encrypted && ebs.KmsKeyId ? [ebs.KmsKeyId] : []))),
]

export const isEncrypted = ({ BlockDeviceMappings: devices = [] }: Image): boolean =>
  devices.some(({ Ebs: ebs }) => ebs?.Encrypted)

/** Whether some snapshot is encrypted with a key that AWS manages: it is of no use to any other account. */
export const isManaged = (image: Image, kms: Pick<Kms, 'key'>): boolean =>
  keysOf(image).some((key) => kms.key(key)?.managed)

/**
 * Those that somebody asks for, and Image Builder's own, which its AMIs and their snapshots have everywhere: the managed
 * policy for their lifecycle relies on them.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderLifecycleExecutionPolicy.html
 */
export const tagsOf = (record: ImageRecord, tags: Record<string, string> = {}) => {
  const all = { ...tags, CreatedBy: 'EC2 Image Builder', Ec2ImageBuilderArn: record.arn }
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }))
}
