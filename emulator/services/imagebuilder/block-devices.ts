import type { Image } from '@aws-sdk/client-ec2'
import type { ImageRecipe, InstanceBlockDeviceMapping } from '@aws-sdk/client-imagebuilder'
import { AwsError } from '../types.ts'
import type { Devices, Ebs } from './amis.ts'

/** How EC2 launches the build instance: what the AMI of the parent maps, with what the recipe says of each device. */

/** A snapshot that the account may use. */
type Found = (snapshot: string) => { VolumeSize?: number | undefined; Encrypted?: boolean | undefined } | undefined

interface Volume {
  size: readonly [least: number, most: number]
  iops?: readonly [least: number, most: number]
  perGiB?: number
  boots: boolean
}

/**
 * "Volume size", "Max IOPS" and "Boot volume": https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html. Ratios of IOPS:
 * general-purpose and provisioned-iops there; every gp3 volume has 3,000.
 */
const types: Record<string, Volume> = {
  gp3: { size: [1, 65_536], iops: [3_000, 80_000], perGiB: 500, boots: true },
  gp2: { size: [1, 16_384], boots: true },
  io1: { size: [4, 16_384], iops: [100, 64_000], perGiB: 50, boots: true },
  io2: { size: [4, 65_536], iops: [100, 256_000], perGiB: 1_000, boots: true },
  st1: { size: [125, 16_384], boots: false },
  sc1: { size: [125, 16_384], boots: false },
  standard: { size: [1, 1_024], boots: true },
}

/**
 * The volumes of a build instance: "these updates overwrite or merge with the block device mapping of the AMI". The key of another
 * account's snapshot stays behind: what is launched from that has the default key, unless the mapping names one.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-block-device-mapping.html
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html
 *
 * @throws AwsError where EC2 launches no instance so
 */
export function volumes(parent: Image, recipe: ImageRecipe, account: string, snapshot: Found): Devices {
  const devices = new Map((parent.BlockDeviceMappings ?? []).map((each) => [each.DeviceName ?? '', each]))
  for (const [device, { Ebs: ebs, ...rest }] of devices) {
    const { KmsKeyId, ...others } = ebs ?? {}
    const kept = parent.OwnerId === account && KmsKeyId !== undefined ? { ...others, KmsKeyId } : others
    devices.set(device, ebs === undefined ? rest : { ...rest, Ebs: kept })
  }
  for (const mapping of recipe.blockDeviceMappings ?? []) {
    const { deviceName: DeviceName = '', ebs, noDevice, virtualName: VirtualName } = mapping
    const isRoot = DeviceName === parent.RootDeviceName
    const before = devices.get(DeviceName)
    if (noDevice !== undefined) {
      if (isRoot || !before) throw invalid(`The device ${DeviceName} cannot be suppressed.`)
      devices.delete(DeviceName)
    } else if (ebs) devices.set(DeviceName, { DeviceName, Ebs: merged(mapping, before?.Ebs, { isRoot, snapshot }) })
    else devices.set(DeviceName, { DeviceName, ...(VirtualName === undefined ? {} : { VirtualName }) })
  }
  return [...devices.values()]
}

const invalid = (message: string) => new AwsError('InvalidBlockDeviceMapping', message)

function merged(
  { deviceName = '', ebs = {} }: InstanceBlockDeviceMapping,
  before: Ebs | undefined,
  { isRoot, snapshot }: { isRoot: boolean; snapshot: Found },
): Ebs {
  const { encrypted, kmsKeyId, snapshotId, volumeSize, volumeType, iops, throughput, deleteOnTermination } = ebs
  // "Submitting a KmsKeyId without also setting the Encrypted parameter results in an error": AMIEncryption
  if (kmsKeyId !== undefined && !encrypted)
    throw new AwsError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    )
  // "For the root volume, you can only modify the following: volume size, volume type, and the Delete on Termination flag"
  if (isRoot && snapshotId !== undefined) throw invalid('snapshotId cannot be modified on root device')
  const origin = snapshotId === undefined ? undefined : snapshot(snapshotId)
  if (snapshotId !== undefined && !origin)
    throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${snapshotId}' does not exist.`)
  const from = origin ? { ...origin, SnapshotId: snapshotId } : before
  const said = {
    // What comes from an encrypted snapshot is encrypted, whatever is said.
    Encrypted: encrypted || from?.Encrypted,
    KmsKeyId: kmsKeyId,
    VolumeType: volumeType,
    Iops: iops,
    Throughput: throughput,
    DeleteOnTermination: deleteOnTermination,
    VolumeSize: volumeSize ?? from?.VolumeSize,
    SnapshotId: from?.SnapshotId,
  }
  const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
  const made: Ebs = { ...before, ...known }
  if (made.VolumeSize === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter size or snapshotId')
  const least = from?.SnapshotId === undefined ? 0 : (from.VolumeSize ?? 0)
  if (made.VolumeSize < least)
    throw invalid(
      `Volume of size ${made.VolumeSize}GB is smaller than snapshot '${from?.SnapshotId}', expect size >= ${least}GB`,
    )
  requireTaken(made, { deviceName, isRoot, hasIops: iops !== undefined })
  return made
}

/** @throws AwsError where EBS makes no such volume */
function requireTaken(
  { VolumeType: type = 'gp2', VolumeSize: size = 0, Iops: iops }: Ebs,
  { deviceName, isRoot, hasIops }: { deviceName: string; isRoot: boolean; hasIops: boolean },
): void {
  const of = types[type]
  if (!of) throw new AwsError('UnknownVolumeType', `Unknown volume type: ${type}`)
  const [least, most] = of.size
  if (isRoot && !of.boots) throw invalid(`Volume type ${type} is not supported for the root device ${deviceName}.`)
  if (size < least || size > most) throw invalid(`Volume of ${size}GiB is invalid for ${type}: ${least} to ${most}GiB.`)
  if (iops === undefined && (type === 'io1' || type === 'io2'))
    throw new AwsError('MissingParameter', `The request must contain the parameter iops for ${type} volumes.`)
  if (iops === undefined || (!hasIops && !of.iops)) return
  if (!of.iops)
    throw new AwsError('InvalidParameterCombination', `The parameter iops is not supported for ${type} volumes.`)
  const [fewest, limit] = of.iops
  const bySize = Math.max(type === 'gp3' ? 3_000 : 100, (of.perGiB ?? 0) * size)
  if (iops < fewest || iops > limit || iops > bySize)
    throw new AwsError('InvalidParameterValue', `Iops of ${iops} is not valid for a ${type} volume of ${size}GiB.`)
}
