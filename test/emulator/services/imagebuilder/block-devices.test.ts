import type { Image } from '@aws-sdk/client-ec2'
import type { ImageRecipe, InstanceBlockDeviceMapping } from '@aws-sdk/client-imagebuilder'
import { describe, expect, it } from 'vitest'
import { volumes } from '../../../../emulator/services/imagebuilder/block-devices.ts'

const account = '111122223333'
const root = {
  DeviceName: '/dev/xvda',
  Ebs: { SnapshotId: 'snap-1', VolumeSize: 8, VolumeType: 'gp3' as const, Encrypted: true, KmsKeyId: 'theirs' },
}
const data = { DeviceName: '/dev/sdb', Ebs: { SnapshotId: 'snap-2', VolumeSize: 20, Encrypted: false } }
const empty = { DeviceName: '/dev/sdj', Ebs: { VolumeSize: 100, Encrypted: false } }
const store = { DeviceName: '/dev/sdc', VirtualName: 'ephemeral0' }
const parent = (more: Partial<Image> = {}): Image => ({
  OwnerId: '444455556666',
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [root, data, empty, store],
  ...more,
})

const launched = (mappings: InstanceBlockDeviceMapping[], more: Partial<Image> = {}) =>
  volumes(parent(more), { blockDeviceMappings: mappings } as ImageRecipe, account, (id) =>
    id === 'snap-9' ? { VolumeSize: 30, Encrypted: true } : undefined,
  )
const ebs = (deviceName: string, more: InstanceBlockDeviceMapping['ebs'] = {}) => ({ deviceName, ebs: more })

describe('a build instance', () => {
  it('has what the AMI maps; another account’s key stays behind', () => {
    const { KmsKeyId: _, ...without } = root.Ebs
    expect(launched([])).toEqual([{ ...root, Ebs: without }, data, empty, store])
    expect(launched([], { OwnerId: account })).toEqual([root, data, empty, store])
  })

  it('has of each device what the recipe says, and the rest as the AMI has it', () => {
    const made = launched([
      ebs('/dev/xvda', { encrypted: true, kmsKeyId: 'ours' }),
      ebs('/dev/sdb', { volumeSize: 300 }),
      { deviceName: '/dev/sdj', noDevice: '' },
      ebs('/dev/sdf', { volumeSize: 4, volumeType: 'io1', iops: 200 }),
      ebs('/dev/sdg', { snapshotId: 'snap-9' }),
      { deviceName: '/dev/sdh', virtualName: 'ephemeral1' },
    ])
    expect(made).toEqual([
      { DeviceName: '/dev/xvda', Ebs: { ...root.Ebs, KmsKeyId: 'ours' } },
      { DeviceName: '/dev/sdb', Ebs: { ...data.Ebs, VolumeSize: 300 } },
      store,
      { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 4, VolumeType: 'io1', Iops: 200 } },
      { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 30, SnapshotId: 'snap-9', Encrypted: true } },
      { DeviceName: '/dev/sdh', VirtualName: 'ephemeral1' },
    ])
  })

  const refused: [what: string, mapping: InstanceBlockDeviceMapping, error: RegExp][] = [
    [
      'smaller than its snapshot',
      ebs('/dev/sdb', { volumeSize: 10 }),
      /smaller than snapshot 'snap-2', expect size >= 20GB/,
    ],
    [
      'smaller than the snapshot that it names',
      ebs('/dev/sdf', { snapshotId: 'snap-9', volumeSize: 8 }),
      /expect size >= 30GB/,
    ],
    ['of no size', ebs('/dev/sdf', { encrypted: true }), /must contain the parameter size or snapshotId/],
    ['of no such snapshot', ebs('/dev/sdf', { snapshotId: 'snap-8' }), /The snapshot 'snap-8' does not exist/],
    ['with a key and no encryption', ebs('/dev/sdb', { kmsKeyId: 'ours' }), /requires the parameter Encrypted/],
    [
      'that boots nothing, as the root',
      ebs('/dev/xvda', { volumeType: 'st1', volumeSize: 125 }),
      /st1 is not supported for the root/,
    ],
    [
      'from another snapshot, as the root',
      ebs('/dev/xvda', { snapshotId: 'snap-9' }),
      /cannot be modified on root device/,
    ],
    ['that is left out, as the root', { deviceName: '/dev/xvda', noDevice: '' }, /cannot be suppressed/],
    ['that is left out, and is not there', { deviceName: '/dev/sdz', noDevice: '' }, /cannot be suppressed/],
    ['too small for its type', ebs('/dev/sdb', { volumeType: 'sc1' }), /invalid for sc1: 125 to/],
    ['too large for its type', ebs('/dev/sdb', { volumeType: 'standard', volumeSize: 1_025 }), /invalid for standard/],
    ['of no type', ebs('/dev/sdb', { volumeType: 'gp9' as 'gp3' }), /Unknown volume type: gp9/],
    ['without the iops that it needs', ebs('/dev/sdb', { volumeType: 'io2' }), /must contain the parameter iops/],
    ['with iops that it cannot have', ebs('/dev/sdb', { volumeType: 'gp2', iops: 300 }), /not supported for gp2/],
    [
      'with more iops than its size allows',
      ebs('/dev/sdb', { volumeType: 'io1', iops: 1_001 }),
      /Iops of 1001 is not valid/,
    ],
    [
      'with fewer iops than the least',
      ebs('/dev/sdb', { volumeType: 'gp3', iops: 2_000 }),
      /Iops of 2000 is not valid/,
    ],
  ]
  it.each(refused)('has no volume %s', (_, mapping, error) => expect(() => launched([mapping])).toThrow(error))
})
