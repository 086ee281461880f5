import { CreateTagsCommand, type EC2Client, type Image } from '@aws-sdk/client-ec2'
import { fleetTag } from '../domain/names.ts'
import { isDenied } from './errors.ts'

/** Ids of the snapshots of an AMI, as its owner sees them. */
export const snapshotsOf = ({ BlockDeviceMappings = [] }: Image): string[] =>
  BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? [])

/**
 * Gives snapshots of the caller's account the fleet's tag, by which they may be deleted one day. Image Builder does not: its
 * role in a target may tag AMIs only. Where that is not allowed, they stay as they are, and the run that deletes them says so.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/Ec2ImageBuilderCrossAccountDistributionAccess.html
 */
export async function tagSnapshots(ec2: EC2Client, snapshots: readonly string[], fleet: string): Promise<void> {
  if (snapshots.length === 0) return
  const Tags = [{ Key: fleetTag, Value: fleet }]
  try {
    await ec2.send(new CreateTagsCommand({ Resources: [...snapshots], Tags }))
  } catch (error) {
    if (!isDenied(error)) throw error
  }
}
