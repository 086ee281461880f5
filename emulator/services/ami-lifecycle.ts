import type { DeleteSnapshotReturnCode } from '@aws-sdk/client-ec2'
import { mustBeAmiId, notFound } from './ami-queries.ts'
import type { Ami, Amis } from './ami-store.ts'
import { resourceTags } from './ec2-permissions.ts'
import { AwsError, type Context, type Permission, type PermissionsOf, type ServiceDeps } from './types.ts'

interface Named {
  ImageId: string
}

export const unavailable = (id: string) =>
  new AwsError('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`)

const minute = 60_000
const tenYears = 10 * 365.25 * 24 * 60 * minute

/** How an AMI ends: deprecated, disabled, deregistered. All of it is for its owner alone. */
export class AmiLifecycle {
  readonly #amis: Amis
  readonly #deps: ServiceDeps
  readonly #mayDo: (permission: Permission, context: Context) => boolean

  /** @param mayDo whether the caller's policies allow something that the call itself does not need */
  constructor(amis: Amis, deps: ServiceDeps, mayDo: (permission: Permission, context: Context) => boolean) {
    this.#amis = amis
    this.#deps = deps
    this.#mayDo = mayDo
  }

  readonly operations = {
    EnableImageDeprecation: ({ ImageId, DeprecateAt: at }: Named & { DeprecateAt?: Date }, context: Context) => {
      const ami = this.#own(ImageId, context)
      const now = this.#deps.clock.now()
      if (!at || at.getTime() < now || at.getTime() > now + tenYears)
        throw new AwsError('InvalidParameterValue', 'DeprecateAt must be in the next ten years')
      ami.image.DeprecationTime = new Date(Math.round(at.getTime() / minute) * minute).toISOString()
      return { Return: true }
    },

    DisableImageDeprecation: ({ ImageId }: Named, context: Context) => {
      delete this.#own(ImageId, context).image.DeprecationTime
      return { Return: true }
    },

    DisableImage: ({ ImageId }: Named, context: Context) => {
      const ami = this.#own(ImageId, context)
      // "Disabling an AMI removes all its launch permissions."
      // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html
      ami.sharedWith.clear()
      ami.image.Public = false
      this.#enter(ami, 'disabled')
      return { Return: true }
    },

    EnableImage: ({ ImageId }: Named, context: Context) => {
      this.#enter(this.#own(ImageId, context), 'available')
      return { Return: true }
    },

    DeregisterImage: (input: Named & { DeleteAssociatedSnapshots?: boolean }, context: Context) => {
      const { image } = this.#own(input.ImageId, context)
      this.#amis.deregister(image.ImageId, context.region)
      const snapshots = (image.BlockDeviceMappings ?? []).flatMap(({ Ebs: ebs }) => ebs?.SnapshotId ?? [])
      const deleted = input.DeleteAssociatedSnapshots
        ? snapshots.map((id) => ({ SnapshotId: id, ReturnCode: this.#deleteSnapshot(id, context) }))
        : undefined
      return { Return: true, ...(deleted && { DeleteSnapshotResults: deleted }) }
    },
  }

  /** Each is for the AMI alone: what happens to its snapshots is no condition of DeregisterImage. */
  readonly permissions: Record<string, PermissionsOf> = Object.fromEntries(
    Object.keys(this.operations).map((name) => [
      name,
      ({ ImageId: id }: Named, { account, region }: Context) => {
        const { image } = this.#amis.get(id, region) ?? {}
        const context = resourceTags(image?.OwnerId === account ? image.Tags : [])
        return [{ action: `ec2:${name}`, resource: `arn:aws:ec2:${region}::image/${id}`, context }]
      },
    ]),
  )

  #own(id: string, { account, region }: Context): Ami {
    mustBeAmiId(id)
    const ami = this.#amis.get(id, region)
    if (!ami) throw this.#amis.deregistered.has(id) ? unavailable(id) : notFound(id)
    if (ami.image.OwnerId !== account) throw new AwsError('AuthFailure', `Not authorized for image:${id}`)
    return ami
  }

  #enter(ami: Ami, state: 'available' | 'disabled'): void {
    if (ami.image.State === state) return
    ami.image.State = state
    this.#amis.announce(ami)
  }

  /**
   * The AMI is gone, whatever becomes of its snapshots.
   * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshotReturnCode.html
   */
  #deleteSnapshot(id: string, context: Context): DeleteSnapshotReturnCode['ReturnCode'] {
    const { snapshots } = this.#amis
    if (this.#amis.using(id, context.region).length > 0) return 'skipped'
    if (!snapshots.find(id, context)) return 'client-error'
    if (!this.#mayDo(snapshots.toDelete(id, context), context)) return 'missing-permissions'
    snapshots.delete(id, context.region)
    return 'success'
  }
}
