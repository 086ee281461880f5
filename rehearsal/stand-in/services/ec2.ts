import type {
  BlockDeviceMapping,
  DescribeImageAttributeRequest,
  DescribeImagesRequest,
  Image,
} from '@aws-sdk/client-ec2'
import { Partitions, pageOf } from '../support.ts'
import { AwsError, type Context, type Service, type Surroundings } from '../types.ts'
import { asSeenBy, matches, permissionFor, snapshotOf } from './ec2-answers.ts'
import { Instances } from './instances.ts'
import { LaunchTemplates } from './launch-templates.ts'

/** An AMI in its region: what DescribeImages says, and who may see it. */
export interface Ami {
  image: Image & { ImageId: string; OwnerId: string; Name: string }
  region: string
  /** Accounts, and ARNs of organizations and of organizational units. */
  sharedWith: Set<string>
  /** ARNs of the License Manager configurations that it is associated with. */
  licenses?: string[]
}

/** One AMI made from another: for whoever counts them. */
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
  /** Somebody else says that it is there. */
  unannounced?: boolean
}

const malformed = (id: string) => new AwsError('InvalidAMIID.Malformed', `Invalid id: "${id}"`)
const notFound = (id: string) =>
  new AwsError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`)

const regions = (
  'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 ' +
  'ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2 sa-east-1'
).split(' ')

/** EC2, as far as AMIs, launch templates and the instances of smoke tests go. */
export class Ec2 implements Service {
  /** ARNs of the organization and of all units that an account is below. Set by the stand-in. */
  above: (account: string) => string[] = () => []
  /** Every copy that was made, in order. */
  readonly copies: Copy[] = []
  readonly launchTemplates: LaunchTemplates
  readonly instances: Instances
  readonly permissions: NonNullable<Service['permissions']>
  readonly operations: Service['operations']
  readonly #images = new Partitions<Map<string, Ami>>(() => new Map())
  readonly #surroundings: Surroundings

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    this.launchTemplates = new LaunchTemplates(
      surroundings,
      (id, place) => this.find(id, place) !== undefined,
    )
    this.instances = new Instances(surroundings, (id, place) => this.find(id, place))
    const { launchTemplates, instances } = this
    this.permissions = { ...launchTemplates.permissions, ...instances.permissions }
    this.operations = { ...this.#ofImages, ...launchTemplates.operations, ...instances.operations }
  }

  /**
   * Makes an AMI, available at once, and says so on its owner's default bus unless it is `unannounced`.
   * @throws AwsError InvalidAMIName.Duplicate where the owner has the name in that region already
   */
  addImage({ account, region, sharedWith = [], licenses, unannounced, ...properties }: NewAmi): Ami {
    const known = this.#images.in({ account: '', region })
    const { Name: name } = properties
    if (this.named(name, { account, region })) {
      throw new AwsError(
        'InvalidAMIName.Duplicate',
        `AMI name ${name} is already in use by an AMI of ${account}`,
      )
    }
    const chance = this.#surroundings.random.fork(`ami/${account}/${region}/${name}`)
    const id = properties.ImageId ?? `ami-0${chance.hex(16)}`
    const created = new Date(this.#surroundings.clock.now()).toISOString()
    const image = {
      ...{ Architecture: 'x86_64', BootMode: 'uefi-preferred', EnaSupport: true, Hypervisor: 'xen' },
      ...{ ImageType: 'machine', ImdsSupport: 'v2.0', PlatformDetails: 'Linux/UNIX', Public: false },
      ...{
        RootDeviceName: '/dev/xvda',
        RootDeviceType: 'ebs',
        SriovNetSupport: 'simple',
        State: 'available',
      },
      ...{
        UsageOperation: 'RunInstances',
        VirtualizationType: 'hvm',
        CreationDate: created,
        OwnerId: account,
      },
      ...{ ImageLocation: `${account}/${name}`, BlockDeviceMappings: [rootDevice] },
      ...properties,
      ImageId: id,
    } as Ami['image']
    image.BlockDeviceMappings = (image.BlockDeviceMappings ?? []).map((device) =>
      withSnapshot(device, chance.hex(16)),
    )
    const ami = { image, region, sharedWith: new Set(sharedWith), ...(licenses && { licenses }) }
    known.set(id, ami)
    if (!unannounced) this.#announce(ami, image.State)
    return ami
  }

  /** Makes an AMI of another one, and counts it. */
  copy(source: Ami, made: NewAmi): Ami {
    const { image: from, region } = source
    const copy = this.addImage({ ...made, SourceImageId: from.ImageId, SourceImageRegion: region })
    this.copies.push({
      ...{ source: from.ImageId, account: made.account, region: made.region, image: copy.image.ImageId },
    })
    return copy
  }

  /** The account's own AMI of that name: there is one at the most. */
  named(name: string, { account, region }: { account: string; region: string }): Ami | undefined {
    const known = this.#images.in({ account: '', region })
    return [...known.values()].find(({ image }) => image.OwnerId === account && image.Name === name)
  }

  /** The AMI is gone, whoever still needs it; EC2 says so on its owner's default bus unless it is `unannounced`. */
  deregister(id: string, region: string, { unannounced = false } = {}): void {
    const known = this.#images.in({ account: '', region })
    const ami = known.get(id)
    known.delete(id)
    if (ami && !unannounced) this.#announce(ami, 'deregistered')
  }

  /** The AMI, where the account may see it: its own, one shared with it, or a public one. */
  find(id: string, { account, region }: { account: string; region: string }): Ami | undefined {
    const ami = this.get(id, region)
    return ami && this.#isVisible(ami, account) ? ami : undefined
  }

  /** The AMI, whoever may see it. */
  get(id: string, region: string): Ami | undefined {
    return this.#images.in({ account: '', region }).get(id)
  }

  readonly #ofImages = {
    DescribeImages: (input: DescribeImagesRequest, context: Context) => {
      for (const id of input.ImageIds ?? []) {
        if (!/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) throw malformed(id)
        if (!this.find(id, context)) throw notFound(id)
      }
      const known = this.#images.in({ account: '', region: context.region })
      const chosen = input.ImageIds?.length
        ? [...new Set(input.ImageIds)].flatMap((id) => known.get(id) ?? [])
        : [...known.values()].filter((ami) => this.#isVisible(ami, context.account))
      const found = chosen
        .filter(
          ({ image }) =>
            !input.Owners?.length || input.Owners.some((owner) => isOwner(image, owner, context)),
        )
        .filter(
          (ami) =>
            !input.ExecutableUsers?.length ||
            input.ExecutableUsers.some((user) => mayLaunch(ami, user, context)),
        )
        .map(({ image }) => asSeenBy(image, context.account))
        .filter((image) => (input.Filters ?? []).every((filter) => matches(image, filter)))
        .sort((a, b) => (`${a.CreationDate}${a.ImageId}` < `${b.CreationDate}${b.ImageId}` ? -1 : 1))
      const page = pageOf(found, {
        ...{ size: input.MaxResults, token: input.NextToken, most: 1000, invalidToken: 'InvalidNextToken' },
      })
      return { Images: page.items, ...(page.next === undefined ? {} : { NextToken: page.next }) }
    },

    DescribeImageAttribute: ({ ImageId: id, Attribute }: DescribeImageAttributeRequest, context: Context) => {
      const ami = this.find(id ?? '', context)
      if (!ami || ami.image.OwnerId !== context.account) throw notFound(id ?? '')
      if (Attribute !== 'launchPermission') {
        throw new AwsError(
          'InvalidParameterValue',
          `the rehearsal does not imitate the image attribute ${Attribute}`,
        )
      }
      const users = [...ami.sharedWith].map(permissionFor)
      return { ImageId: id, LaunchPermissions: ami.image.Public ? [{ Group: 'all' }, ...users] : users }
    },

    DescribeSnapshots: ({ SnapshotIds: ids }: { SnapshotIds?: string[] }, context: Context) => {
      const owned = [...this.#images.in({ account: '', region: context.region }).values()]
        .filter(({ image }) => image.OwnerId === context.account)
        .flatMap(({ image }) => (image.BlockDeviceMappings ?? []).map((device) => snapshotOf(image, device)))
      const known = new Map(owned.map((snapshot) => [snapshot.SnapshotId ?? '', snapshot]))
      const chosen = (ids?.length ? ids : [...known.keys()]).map((id) => {
        const snapshot = known.get(id)
        if (!snapshot) throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`)
        return snapshot
      })
      return { Snapshots: chosen }
    },

    DescribeRegions: ({ RegionNames: names }: { RegionNames?: string[] }) => ({
      Regions: regions
        .filter((name) => !names?.length || names.includes(name))
        .map((name) => ({
          ...{ RegionName: name, Endpoint: `ec2.${name}.amazonaws.com`, OptInStatus: 'opt-in-not-required' },
        })),
    }),
  }

  #isVisible({ image, sharedWith }: Ami, account: string): boolean {
    if (image.Public || image.OwnerId === account || sharedWith.has(account)) return true
    return this.above(account).some((arn) => sharedWith.has(arn))
  }

  #announce({ image, region }: Ami, state = 'available'): void {
    const { ImageId: id, OwnerId: account } = image
    const request = this.#surroundings.random.fork(`ami-state/${id}/${state}`).uuid()
    this.#surroundings.emit({
      ...{ source: 'aws.ec2', detailType: 'EC2 AMI State Change', account, region },
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
  device.Ebs
    ? { ...device, Ebs: { ...device.Ebs, SnapshotId: device.Ebs.SnapshotId ?? `snap-0${hex}` } }
    : device

const isOwner = (image: Ami['image'], owner: string, { account }: Context) =>
  image.OwnerId === (owner === 'self' ? account : owner) || image.ImageOwnerAlias === owner

const mayLaunch = ({ image, sharedWith }: Ami, user: string, { account }: Context) =>
  user === 'all' ? image.Public === true : sharedWith.has(user === 'self' ? account : user)
