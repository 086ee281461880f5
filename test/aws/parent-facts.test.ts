import {
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { beforeEach, expect, it } from 'vitest'
import { readParent, volumesNamedBy } from '../../aws/parent-facts.ts'
import type { NamedVolume } from '../../domain/validation/parent.ts'
import { mockOf } from '../support/mocks.ts'

const ec2 = mockOf(EC2Client)
const kms = mockOf(KMSClient)
const clients = { ec2: ec2 as unknown as EC2Client, kms: kms as unknown as KMSClient }
const account = '111122223333'
const key = `arn:aws:kms:us-west-2:${account}:key/team`
const image = {
  ImageId: 'ami-1',
  OwnerId: account,
  State: 'available' as const,
  Architecture: 'x86_64' as const,
  BootMode: 'uefi' as const,
  RootDeviceName: '/dev/xvda',
  RootDeviceType: 'ebs' as const,
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true, SnapshotId: 'snap-1' } },
    { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
  ],
}
const reading = (volumes: NamedVolume[] = [], snapshots: string[] = []) =>
  readParent(clients, { ami: 'ami-1', account, volumes, snapshots })
const failing = (name: string) => Object.assign(new Error(name), { name })

beforeEach(() => {
  ec2.reset()
  kms.reset()
  ec2.on(DescribeImagesCommand).resolves({ Images: [image] })
  ec2.on(DescribeSnapshotsCommand).resolves({ Snapshots: [{ SnapshotId: 'snap-1', VolumeSize: 8, KmsKeyId: key }] })
  ec2.on(GetEbsEncryptionByDefaultCommand).resolves({ EbsEncryptionByDefault: true })
  ec2.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: 'alias/aws/ebs' })
  kms.on(DescribeKeyCommand).resolves({ KeyMetadata: { KeyId: 'team', KeyManager: 'CUSTOMER' } })
})

const facts = {
  ami: 'ami-1',
  ownerId: account,
  state: 'available',
  architecture: 'x86_64',
  bootMode: 'uefi',
  rootDevice: '/dev/xvda',
  rootType: 'ebs',
  volumes: [{ device: '/dev/xvda', sizeGiB: 8, encrypted: true, key: 'customer' }],
  snapshots: {},
  defaults: { encrypts: false, key: 'aws' },
}

it('is what EC2 says of an AMI of the account, with who manages its keys', async () => {
  expect(await reading()).toEqual(facts)
  kms.on(DescribeKeyCommand).resolves({ KeyMetadata: { KeyId: 'ebs', KeyManager: 'AWS' } })
  expect((await reading())?.volumes[0]?.key).toBe('aws')
  // The policies of keys of AWS let everybody of the account look.
  kms.on(DescribeKeyCommand).rejects(failing('AccessDeniedException'))
  expect((await reading())?.volumes[0]?.key).toBe('customer')
})

it('is the account’s own default where nobody names a key', async () => {
  ec2.on(DescribeImagesCommand).resolves({ Images: [{ ...image, OwnerId: '444455556666' }] })
  expect((await reading())?.defaults).toEqual({ encrypts: true, key: 'aws' })
  ec2.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: key })
  expect((await reading())?.defaults).toEqual({ encrypts: true, key: 'customer' })
  ec2.on(GetEbsDefaultKmsKeyIdCommand).resolves({ KmsKeyId: key.replace(account, '555566667777') })
  kms.on(DescribeKeyCommand).rejects(new Error('nobody asks of a key of another account'))
  expect((await reading())?.defaults).toEqual({ encrypts: true, key: 'customer' })
})

it('asks for no key of what the recipe decides', async () => {
  ec2.on(DescribeSnapshotsCommand).rejects(new Error('nobody asks'))
  ec2.on(GetEbsEncryptionByDefaultCommand).rejects(new Error('nobody asks'))
  const [volume] = (await reading([{ device: '/dev/xvda', encryption: 'key' }]))?.volumes ?? []
  expect(volume).toEqual({ device: '/dev/xvda', sizeGiB: 8, encrypted: true, key: undefined })
})

it('has the sizes of snapshots that are there', async () => {
  ec2.on(DescribeSnapshotsCommand, { SnapshotIds: ['snap-2'] }).rejects(failing('InvalidSnapshot.NotFound'))
  expect((await reading([], ['snap-1', 'snap-2']))?.snapshots).toEqual({ 'snap-1': { sizeGiB: 8 } })
})

it('is nothing where nobody sees the AMI', async () => {
  ec2.on(DescribeImagesCommand).rejects(failing('InvalidAMIID.NotFound'))
  expect(await reading()).toBeUndefined()
})

it('has from a recipe which volumes it names, and how they are encrypted', () => {
  expect(
    volumesNamedBy([
      { deviceName: '/dev/xvda', ebs: { encrypted: true, kmsKeyId: key, volumeSize: 20, volumeType: 'gp3' } },
      { deviceName: '/dev/sdb', ebs: { encrypted: true, kmsKeyId: 'alias/aws/ebs' } },
      { deviceName: '/dev/sdc', ebs: { encrypted: true, snapshotId: 'snap-1' } },
      { deviceName: '/dev/sdd', noDevice: '' },
      { deviceName: '/dev/sde', virtualName: 'ephemeral0' },
    ]),
  ).toEqual([
    { device: '/dev/xvda', size: 20, type: 'gp3', encryption: 'key' },
    { device: '/dev/sdb', encryption: 'key of AWS' },
    { device: '/dev/sdc', snapshot: 'snap-1', encryption: 'default' },
    { device: '/dev/sdd', omit: true, encryption: 'inherited' },
  ])
})
