import { DescribeSnapshotsCommand, type EC2Client, type Image } from '@aws-sdk/client-ec2'
import { describeAmi } from '../../aws/amis.ts'
import { NotYet, TargetMismatch } from '../../aws/targets.ts'

/**
 * The AMI as a target sees it: available, owned as expected, encrypted if it must be.
 *
 * @throws NotYet, Wrong
 */
export async function checkVisible(
  ec2: EC2Client,
  ami: string,
  expected: { owner: string; encrypted: boolean },
): Promise<Image> {
  const found = await describeAmi(ec2, ami)
  if (!found) throw new NotYet(`${ami} is not visible`)
  if (found.State === 'pending') throw new NotYet(`${ami} is ${found.State}`)
  if (found.State !== 'available') throw new TargetMismatch(`${ami} is ${found.State}`)
  if (found.OwnerId !== expected.owner)
    throw new TargetMismatch(`${ami} is owned by ${found.OwnerId} and not by ${expected.owner}`)
  if (expected.encrypted && volumesOf(found).some(({ Encrypted }) => !Encrypted))
    throw new TargetMismatch(`${ami} is not encrypted`)
  return found
}

/**
 * The key of the AMI's snapshots, which only their owner can read. Of an alias nobody here knows the key that it stands
 * for: then the key must be one of the alias's account and region, and that is all that can be said.
 *
 * @throws NotYet, Wrong
 */
export async function checkKey(ec2: EC2Client, image: Image, expected: string): Promise<void> {
  const SnapshotIds = volumesOf(image).flatMap(({ SnapshotId }) => SnapshotId ?? [])
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds }))
  const isExpected = (key = '') =>
    expected.includes(':alias/') ? placeOf(key) === placeOf(expected) : key === expected
  const other = Snapshots.find(({ KmsKeyId }) => !isExpected(KmsKeyId))
  if (other) throw new TargetMismatch(`${image.ImageId} is encrypted with ${other.KmsKeyId} and not with ${expected}`)
  if (Snapshots.length < SnapshotIds.length) throw new NotYet(`not every snapshot of ${image.ImageId} is there`)
}

const volumesOf = (image: Image) => (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs ?? [])

/** `arn:aws:kms:us-east-1:111122223333` */
const placeOf = (key: string) => key.split(':').slice(0, 5).join(':')
