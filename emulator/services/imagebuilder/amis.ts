import type { Image } from '@aws-sdk/client-ec2'
import type { ImageRecipe } from '@aws-sdk/client-imagebuilder'
import type { Random } from '../../random.ts'
import type { ImageRecord } from './images.ts'
import type { Place } from './resources.ts'

/** What AMIs are made of. */

export type Devices = NonNullable<Image['BlockDeviceMappings']>
type Ebs = NonNullable<Devices[number]['Ebs']>

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

/** The parent's volumes, with what the recipe says about each, and the recipe's own. */
export function volumes(parent: Image, recipe: ImageRecipe): Devices {
  const devices = new Map((parent.BlockDeviceMappings ?? []).map((device) => [device.DeviceName ?? '', device]))
  for (const { deviceName = '', ebs } of recipe.blockDeviceMappings ?? []) {
    const said = {
      Encrypted: ebs?.encrypted,
      KmsKeyId: ebs?.kmsKeyId,
      VolumeSize: ebs?.volumeSize,
      VolumeType: ebs?.volumeType,
      Iops: ebs?.iops,
      Throughput: ebs?.throughput,
      DeleteOnTermination: ebs?.deleteOnTermination,
    }
    const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
    devices.set(deviceName, { DeviceName: deviceName, Ebs: { ...devices.get(deviceName)?.Ebs, ...known } })
  }
  return [...devices.values()]
}

/** A new AMI has snapshots of its own. */
export function fresh(devices: Devices, change: (ebs: Ebs) => Ebs): Devices {
  return devices.map((device) => {
    const { SnapshotId: _, ...ebs } = device.Ebs ?? {}
    return { ...device, Ebs: change(ebs) }
  })
}

/** Encrypted with a key, by its ARN; without one, with the key for EBS that AWS manages in the account. */
export const encrypted = (ebs: Ebs, place: Place, random: Random, key = ebs.KmsKeyId): Ebs => ({
  ...ebs,
  Encrypted: true,
  KmsKeyId: keyArn(key ?? 'alias/aws/ebs', place, random),
})

export function unencrypted({ KmsKeyId: _, ...ebs }: Ebs): Ebs {
  return { ...ebs, Encrypted: false }
}

/** The key's ARN, whatever names it: an alias is of some key of its account. */
function keyArn(named: string, { account, region }: Place, random: Random): string {
  const full = named.startsWith('arn:')
    ? named
    : `arn:aws:kms:${region}:${account}:${named.startsWith('alias/') ? named : `key/${named}`}`
  const [, , , its, owner] = full.split(':')
  return full.includes(':key/') ? full : `arn:aws:kms:${its}:${owner}:key/${random.fork(`kms/${full}`).uuid()}`
}

/** Whether some snapshot is encrypted with a key that AWS manages: it is of no use to any other account. */
export const isManaged = ({ BlockDeviceMappings: devices = [] }: Image, place: Place, random: Random) =>
  devices.some(({ Ebs: ebs }) => ebs?.Encrypted && ebs.KmsKeyId === keyArn('alias/aws/ebs', place, random))

/**
 * Those that somebody asks for, and Image Builder's own, which its AMIs and their snapshots have everywhere: the managed
 * policy for their lifecycle relies on them.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderLifecycleExecutionPolicy.html
 */
export const tagsOf = (record: ImageRecord, tags: Record<string, string> = {}) => {
  const all = { ...tags, CreatedBy: 'EC2 Image Builder', Ec2ImageBuilderArn: record.arn }
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }))
}
