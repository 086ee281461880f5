import type { BlockDeviceMapping, Image, Tag } from '@aws-sdk/client-ec2'
import { AllowedImages } from './allowed-images.ts'
import { Snapshots } from './snapshots.ts'
import { Partitions } from './support.ts'
import { AwsError, type ServiceDeps } from './types.ts'

/** An AMI in its region: what DescribeImages says, and who may see it. */
export interface Ami {
  image: Image & { ImageId: string; OwnerId: string; Name: string }
  region: string
  /** Accounts, and ARNs of organizations and of organizational units. */
  sharedWith: Set<string>
  /** From when DescribeImages shows it, epoch milliseconds. */
  shownFrom: number
  /** ARNs of the License Manager configurations that it is associated with. */
  licenses?: string[]
  /** Its own and those of what it is made of. */
  watermarks?: string[]
  /** Its instances have no Systems Manager Agent. */
  withoutAgent?: boolean
}

/** One AMI made from another: for anybody who counts them. */
export interface Copy {
  source: string
  account: string
  region: string
  image: string
}

/** What to make an AMI from; anything else has the value that a current Linux AMI has. */
export interface NewAmi extends Partial<Image> {
  account: string
  region: string
  Name: string
  sharedWith?: string[]
  licenses?: string[]
  /** Tags of the snapshots that are made with it. */
  snapshotTags?: Tag[]
  /** The ARN of the Image Builder image that it is made for. */
  madeBy?: string
  /** Somebody else says that it is there. */
  unannounced?: boolean
}

export interface Place {
  account: string
  region: string
}

/** The AMIs of all accounts, with their snapshots. */
export class Amis {
  /** ARNs of the organization and of all units that an account is below. Set by the emulator. */
  above: (account: string) => string[] = () => []
  /** Every copy that was made, in order. */
  readonly copies: Copy[] = []
  /** Those that were there: EC2 says something else of them than of those that never were. */
  readonly deregistered = new Set<string>()
  readonly snapshots: Snapshots
  /** Which AMIs of others accounts admit. */
  readonly allowed: AllowedImages
  readonly #images = new Partitions<Map<string, Ami>>(() => new Map())
  readonly #deps: ServiceDeps

  constructor(deps: ServiceDeps) {
    this.#deps = deps
    this.allowed = new AllowedImages(() => deps.clock.now())
    this.snapshots = new Snapshots(deps, (id, region) => this.using(id, region))
  }

  /**
   * Makes an AMI, available at once, and says so on its owner's default bus unless it is `unannounced`.
   * @throws AwsError InvalidAMIName.Duplicate where the owner has the name in that region already
   */
  addImage(made: NewAmi): Ami {
    const { account, region, sharedWith = [], licenses, snapshotTags, unannounced, madeBy, ...properties } = made
    const { Name: name } = properties
    if (this.named(name, { account, region })) {
      throw new AwsError('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by an AMI of ${account}`)
    }
    const chance = this.#deps.random.fork(`ami/${account}/${region}/${name}`)
    const id = properties.ImageId ?? `ami-0${chance.hex(16)}`
    const created = new Date(this.#deps.clock.now()).toISOString()
    const image = {
      Architecture: 'x86_64',
      BootMode: 'uefi-preferred',
      EnaSupport: true,
      Hypervisor: 'xen',
      ImageType: 'machine',
      ImdsSupport: 'v2.0',
      PlatformDetails: 'Linux/UNIX',
      Public: false,
      RootDeviceName: '/dev/xvda',
      RootDeviceType: 'ebs',
      SriovNetSupport: 'simple',
      State: 'available',
      UsageOperation: 'RunInstances',
      VirtualizationType: 'hvm',
      CreationDate: created,
      OwnerId: account,
      ImageLocation: `${account}/${name}`,
      BlockDeviceMappings: [rootDevice],
      ...properties,
      ImageId: id,
    } as Ami['image']
    image.BlockDeviceMappings = (image.BlockDeviceMappings ?? []).map((device) => withSnapshot(device, chance.hex(16)))
    this.snapshots.add(image, region, snapshotTags)
    const late = madeBy === undefined ? 0 : this.#deps.lateBy({ kind: 'ami', id, imageArn: madeBy })
    const shownFrom = this.#deps.clock.now() + late
    const ami = { image, region, shownFrom, sharedWith: new Set(sharedWith), ...(licenses && { licenses }) }
    this.#images.in({ account: '', region }).set(id, ami)
    if (!unannounced) this.announce(ami)
    return ami
  }

  /** Makes an AMI of another one, and counts it. */
  copy(source: Ami, made: NewAmi): Ami {
    const { image: from, region } = source
    const copy = this.addImage({ ...made, SourceImageId: from.ImageId, SourceImageRegion: region })
    copy.watermarks = source.watermarks ?? []
    this.copies.push({
      source: from.ImageId,
      account: made.account,
      region: made.region,
      image: copy.image.ImageId,
    })
    return copy
  }

  /** The AMI is gone, no matter who still needs it; EC2 says so on its owner's default bus unless it is `unannounced`. */
  deregister(id: string, region: string, { unannounced = false } = {}): void {
    const ami = this.get(id, region)
    if (!ami) return
    this.#images.in({ account: '', region }).delete(id)
    this.deregistered.add(id)
    if (!unannounced) this.announce(ami, 'deregistered')
  }

  /** The account's own AMI of that name: there is one at the most. */
  named(name: string, { account, region }: Place): Ami | undefined {
    return this.list(region).find(({ image }) => image.OwnerId === account && image.Name === name)
  }

  /** The AMI, where the account may see it: its own, one shared with it, or a public one. */
  find(id: string, { account, region }: Place): Ami | undefined {
    const ami = this.get(id, region)
    return ami && this.isVisible(ami, account) ? ami : undefined
  }

  /** The AMI, where the account may launch from it: one that it sees and that is not disabled. */
  usable(id: string, place: Place): Ami | undefined {
    const ami = this.find(id, place)
    return ami?.image.State === 'available' ? ami : undefined
  }

  /** The AMI, no matter who may see it. */
  get(id: string, region: string): Ami | undefined {
    return this.#images.in({ account: '', region }).get(id)
  }

  /** Every AMI of a region, no matter who may see it. */
  list(region: string): Ami[] {
    return [...this.#images.in({ account: '', region }).values()]
  }

  /** AMIs that a snapshot is part of. */
  using(snapshot: string, region: string): string[] {
    return this.list(region)
      .filter(({ image }) => image.BlockDeviceMappings?.some(({ Ebs: ebs }) => ebs?.SnapshotId === snapshot))
      .map(({ image }) => image.ImageId)
  }

  isVisible(ami: Ami, account: string): boolean {
    return this.#isShared(ami, account) && this.allowed.admits(ami, account)
  }

  #isShared({ image, sharedWith }: Ami, account: string): boolean {
    if (image.Public || image.OwnerId === account || sharedWith.has(account)) return true
    return this.above(account).some((arn) => sharedWith.has(arn))
  }

  /** Says on its owner's default bus what has become of an AMI. */
  announce({ image, region }: Ami, state: string = image.State ?? 'available'): void {
    const { ImageId: id, OwnerId: account } = image
    const request = this.#deps.random.fork(`ami-state/${id}/${state}`).uuid()
    this.#deps.emit({
      source: 'aws.ec2',
      detailType: 'EC2 AMI State Change',
      account,
      region,
      resources: [`arn:aws:ec2:${region}::image/${id}`],
      detail: { RequestId: request, ImageId: id, State: state, ErrorMessage: '' },
    })
  }
}

const rootDevice: BlockDeviceMapping = {
  DeviceName: '/dev/xvda',
  Ebs: { VolumeSize: 8, VolumeType: 'gp3', DeleteOnTermination: true, Encrypted: false },
}

const withSnapshot = (device: BlockDeviceMapping, hex: string): BlockDeviceMapping =>
  device.Ebs ? { ...device, Ebs: { ...device.Ebs, SnapshotId: device.Ebs.SnapshotId ?? `snap-0${hex}` } } : device
