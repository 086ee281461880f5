import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  type EC2Client,
  EnableImageDeprecationCommand,
  type Image,
} from '@aws-sdk/client-ec2'
import { imagesAmong } from '../../aws/amis.ts'
import { isDenied, isInUse, isMissing } from '../../aws/errors.ts'

/** What EC2 does to AMIs of the caller's account. Each may be repeated. */

/** Those that are there, disabled or not. */
export async function ownAmis(ec2: EC2Client, amis: string[]): Promise<Map<string, Image>> {
  const how = { Owners: ['self'], IncludeDisabled: true, IncludeDeprecated: true }
  return new Map((await imagesAmong(ec2, amis, how)).map((image) => [image.ImageId ?? '', image]))
}

/**
 * EC2 refuses a time that is past, and a task may be tried for a while.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageDeprecation.html
 */
const soonMilliseconds = 3_600_000

/** Nobody is offered the AMI any more, from an hour after `time` on. What is so before that stays, and what is disabled. */
export async function deprecate(ec2: EC2Client, image: Image, time: string): Promise<void> {
  const at = new Date(Date.parse(time) + soonMilliseconds)
  if (image.State === 'disabled') return
  if (image.DeprecationTime && Date.parse(image.DeprecationTime) <= at.getTime()) return
  await ec2.send(new EnableImageDeprecationCommand({ ImageId: image.ImageId, DeprecateAt: at }))
}

/** Nobody can launch the AMI any more, and nobody has it shared. */
export async function disable(ec2: EC2Client, image: Image): Promise<void> {
  if (image.State !== 'disabled') await ec2.send(new DisableImageCommand({ ImageId: image.ImageId }))
}

/**
 * The AMI goes, and its snapshots with it, except those that another AMI has, too.
 *
 * @returns snapshots that stay though they should not, and why
 */
export async function remove(ec2: EC2Client, ami: string): Promise<{ snapshot: string; code: string }[]> {
  const { DeleteSnapshotResults = [] } = await ec2.send(
    new DeregisterImageCommand({ ImageId: ami, DeleteAssociatedSnapshots: true }),
  )
  return DeleteSnapshotResults.flatMap(({ SnapshotId: snapshot = '', ReturnCode: code = 'no reason given' }) =>
    code === 'success' || code === 'skipped' ? [] : [{ snapshot, code }],
  )
}

/** Those of some snapshots that are there. By a filter: asked for by its id, one that is not there would be an error for all. */
export async function ownSnapshots(ec2: EC2Client, snapshots: readonly string[]): Promise<string[]> {
  if (snapshots.length === 0) return []
  const Filters = [{ Name: 'snapshot-id', Values: [...snapshots] }]
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }))
  return Snapshots.flatMap(({ SnapshotId }) => SnapshotId ?? [])
}

/**
 * What an AMI that is gone has left, but for what another AMI has, too.
 *
 * @returns how many are deleted, and those that stay though they should not, and why
 */
export async function deleteSnapshots(ec2: EC2Client, snapshots: readonly string[]) {
  const stay: { snapshot: string; code: string }[] = []
  let deleted = 0
  for (const SnapshotId of snapshots)
    try {
      await ec2.send(new DeleteSnapshotCommand({ SnapshotId }))
      deleted++
    } catch (error) {
      if (isDenied(error)) stay.push({ snapshot: SnapshotId, code: error.name })
      else if (!isMissing(error) && !isInUse(error)) throw error
    }
  return { deleted, stay }
}
