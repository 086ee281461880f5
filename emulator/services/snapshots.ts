import type { DescribeSnapshotsRequest, Filter, Snapshot, Tag } from '@aws-sdk/client-ec2'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { Ami } from './ami-store.ts'
import { matchesTags } from './ec2-answers.ts'
import { resourceTags } from './ec2-permissions.ts'
import { Partitions, pageOf } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type ServiceDeps } from './types.ts'

type Kept = Snapshot & { SnapshotId: string }

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html */
const matches = ({ SnapshotId: id, Tags: tags }: Kept, filter: Filter) =>
  filter.Name === 'snapshot-id' ? (filter.Values ?? []).includes(id) : matchesTags(tags, filter)

const notFound = (id: string) => new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`)

/** EBS snapshots: they come with AMIs, and outlive them. */
export class Snapshots {
  /** Each region's, no matter who owns them: a snapshot's ARN has no account. */
  readonly #kept = new Partitions<Map<string, Kept>>(() => new Map())
  readonly #deps: ServiceDeps
  readonly #usedBy: (id: string, region: string) => string[]

  /** @param usedBy the AMIs that a snapshot is part of */
  constructor(deps: ServiceDeps, usedBy: (id: string, region: string) => string[]) {
    this.#deps = deps
    this.#usedBy = usedBy
  }

  /** Those of a new AMI, as far as they are not there already. */
  add({ ImageId, OwnerId, BlockDeviceMappings: devices = [] }: Ami['image'], region: string, tags?: Tag[]) {
    const kept = this.#in(region)
    for (const { Ebs: ebs } of devices) {
      const { SnapshotId: id } = ebs ?? {}
      if (!id || kept.has(id)) continue
      kept.set(id, {
        SnapshotId: id,
        OwnerId,
        State: 'completed',
        Progress: '100%',
        VolumeSize: ebs?.VolumeSize,
        Encrypted: ebs?.Encrypted ?? false,
        KmsKeyId: ebs?.KmsKeyId,
        Tags: tags,
        Description: `Created for ${ImageId}`,
        StartTime: new Date(this.#deps.clock.now()),
      })
    }
  }

  /** The snapshot, where the account owns it. */
  find(id: string, { account, region }: { account: string; region: string }): Kept | undefined {
    const found = this.#in(region).get(id)
    return found?.OwnerId === account ? found : undefined
  }

  delete(id: string, region: string): void {
    this.#in(region).delete(id)
  }

  readonly operations = {
    DescribeSnapshots: (input: DescribeSnapshotsRequest, context: Context) => {
      const { SnapshotIds: ids = [], OwnerIds: owners = [], Filters: filters = [] } = input
      if (input.RestorableByUserIds?.length)
        throw new UnsupportedFeature('option', 'RestorableByUserIds of DescribeSnapshots')
      const named = ids.map((id) => {
        const found = this.find(id, context)
        if (!found) throw notFound(id)
        return found
      })
      const all = [...this.#in(context.region).values()]
      const own = all.filter(({ OwnerId }) => OwnerId === context.account)
      const isAskedFor = owners.length === 0 || owners.includes('self') || owners.includes(context.account)
      const found = (named.length > 0 ? named : own).filter(
        (snapshot) => isAskedFor && filters.every((filter) => matches(snapshot, filter)),
      )
      const { items, next } = pageOf(found, {
        size: input.MaxResults,
        token: input.NextToken,
        most: 1000,
        invalidToken: 'InvalidNextToken',
      })
      return { Snapshots: items, ...(next !== undefined && { NextToken: next }) }
    },

    DeleteSnapshot: ({ SnapshotId: id }: { SnapshotId: string }, context: Context) => {
      if (!this.find(id, context)) throw notFound(id)
      // "You can't delete snapshots associated with disabled AMIs" either.
      // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html
      const [ami] = this.#usedBy(id, context.region)
      if (ami) throw new AwsError('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${ami}`)
      this.delete(id, context.region)
    },
  }

  readonly permissions: Record<string, PermissionsOf> = {
    DeleteSnapshot: ({ SnapshotId: id }: { SnapshotId: string }, context) => [this.toDelete(id, context)],
  }

  /** What it takes to delete a snapshot. */
  toDelete(id: string, context: Context) {
    const resource = `arn:aws:ec2:${context.region}::snapshot/${id}`
    return {
      action: 'ec2:DeleteSnapshot',
      resource,
      context: resourceTags(this.find(id, context)?.Tags),
    }
  }

  #in(region: string): Map<string, Kept> {
    return this.#kept.in({ account: '', region })
  }
}
