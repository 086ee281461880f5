import type { Image as Ec2Image } from '@aws-sdk/client-ec2'
import type { DistributionConfiguration, ImageRecipe } from '@aws-sdk/client-imagebuilder'
import type { Iam } from '../../iam/iam.ts'
import { AwsError, type Surroundings } from '../../types.ts'
import type { Ami, Ec2 } from '../ec2.ts'
import type { Ssm } from '../ssm/service.ts'
import type { ImageRecord, Images, Outcome } from './images.ts'
import type { Place } from './resources.ts'

export interface Neighbours {
  ec2: Ec2
  ssm: Ssm
  iam: Iam
}

/** The role that Image Builder assumes in a target account to copy an AMI there. */
const copyRole = (account: string) =>
  `arn:aws:iam::${account}:role/EC2ImageBuilderDistributionCrossAccountRole`

type Copy = {
  account: string
  region: string
  settings: NonNullable<DistributionConfiguration['distributions']>[number]
}

/** What a build and a distribution do to AMIs. */
export class Builder {
  readonly #surroundings: Surroundings
  readonly #near: Neighbours
  readonly #images: Images

  constructor(surroundings: Surroundings, near: Neighbours, images: Images) {
    this.#surroundings = surroundings
    this.#near = near
    this.#images = images
  }

  /** The AMI that a parent or source means: an AMI id, `ssm:` and a parameter's name, or an image ARN. */
  resolve(named: string, place: Place): Ami | string {
    const parameter = named.match(/^ssm:(.+)$/)?.[1]
    const id = parameter ? this.#near.ssm.valueOf(parameter, place) : (this.#outputOf(named, place) ?? named)
    if (id === undefined)
      return `The SSM parameter ${parameter} was not found in ${place.region} of account ${place.account}.`
    return (
      this.#near.ec2.find(id, place) ??
      `The AMI ${id}${parameter ? ` in SSM parameter ${parameter}` : ''} does not exist, or account ${place.account} may not use it.`
    )
  }

  #outputOf(arn: string, place: Place): string | undefined {
    if (!arn.includes(':image/')) return undefined
    const record = this.#images.find(arn) ?? this.#images.latest(arn)
    return record?.amis.find(
      ({ region, accountId }) => region === place.region && accountId === place.account,
    )?.image
  }

  /** Makes the output AMI of a build: what the parent is, with the recipe's volumes and tags. */
  build(record: ImageRecord, recipe: ImageRecipe, parent: Ami, outcome: Outcome): string | undefined {
    const { image: from } = parent
    const name = `${recipe.name} ${this.#timestamp()}`
    const { image } = this.#near.ec2.addImage({
      ...inherited(from),
      ...{ account: record.account, region: record.region, Name: name },
      ...(recipe.description === undefined ? {} : { Description: recipe.description }),
      BlockDeviceMappings: volumes(from, recipe, outcome.unencrypted ?? false),
      ...{ SourceImageId: from.ImageId, SourceImageRegion: record.region },
      Tags: tagsOf(record, recipe.amiTags),
    })
    record.amis.push({
      region: record.region,
      image: image.ImageId,
      name,
      accountId: record.account,
      state: { status: 'AVAILABLE' },
    })
    return undefined
  }

  /** Copies the source to each region and account of the configuration that has no copy yet. */
  distribute(
    record: ImageRecord,
    source: Ami,
    configuration: DistributionConfiguration,
    outcome: Outcome,
  ): string | undefined {
    record.amis = record.amis.filter(({ state }) => state?.status === 'AVAILABLE')
    for (const copy of copiesOf(configuration, record.account)) {
      if (record.amis.some(({ region, accountId }) => region === copy.region && accountId === copy.account))
        continue
      record.amis.push(this.#copy(record, source, copy, outcome))
    }
    const failures = record.amis.filter(({ state }) => state?.status === 'FAILED')
    if (failures.length === 0) return undefined
    const told = failures.map(({ region, accountId, state }) => `${accountId} in ${region}: ${state?.reason}`)
    return `Distribution failed for ${failures.length} of ${record.amis.length} copies. ${told.join(' ')}`
  }

  #copy(record: ImageRecord, source: Ami, { account, region, settings }: Copy, outcome: Outcome) {
    const { amiDistributionConfiguration: ami = {} } = settings
    const name = (ami.name ?? `${record.name} {{ imagebuilder:buildDate }}`)
      .replace(/\{\{\s*imagebuilder:buildDate\s*\}\}/g, this.#timestamp())
      .replace(/\{\{\s*imagebuilder:buildVersion\s*\}\}/g, record.arn.split('/').at(-1) ?? '')
    const told = { region, accountId: account, name }
    const failed = (reason: string) => ({ ...told, state: { status: 'FAILED' as const, reason } })
    const wanted = outcome.failedCopies?.find(
      (each) => (each.account ?? account) === account && (each.region ?? region) === region,
    )
    if (wanted) return failed(wanted.reason)
    if (account !== record.account && !this.#near.iam.role(copyRole(account))) {
      return failed(`Not authorized to assume ${copyRole(account)}.`)
    }
    try {
      const { image } = this.#near.ec2.addImage({
        ...inherited(source.image),
        ...{
          account,
          region,
          Name: name,
          SourceImageId: source.image.ImageId,
          SourceImageRegion: source.region,
        },
        ...(ami.description === undefined ? {} : { Description: ami.description }),
        BlockDeviceMappings: copiedVolumes(source.image, ami.kmsKeyId !== undefined),
        Tags: tagsOf(record, ami.amiTags),
        sharedWith: ami.launchPermission?.userIds ?? [],
        Public: ami.launchPermission?.userGroups?.includes('all') ?? false,
      })
      return { ...told, image: image.ImageId, state: { status: 'AVAILABLE' as const } }
    } catch (error) {
      if (error instanceof AwsError) return failed(error.message)
      throw error
    }
  }

  /** As Image Builder writes a date into an AMI's name. */
  #timestamp(): string {
    return new Date(this.#surroundings.clock.now()).toISOString().replaceAll(':', '-')
  }
}

function copiesOf({ distributions = [] }: DistributionConfiguration, own: string): Copy[] {
  return distributions.flatMap((settings) => {
    const accounts = settings.amiDistributionConfiguration?.targetAccountIds ?? []
    const region = settings.region ?? ''
    return (accounts.length === 0 ? [own] : accounts).map((account) => ({ account, region, settings }))
  })
}

function inherited(from: Ec2Image): Partial<Ec2Image> {
  const { Architecture, BootMode, EnaSupport, ImdsSupport, Platform, PlatformDetails, RootDeviceName } = from
  const { SriovNetSupport, TpmSupport, UsageOperation, VirtualizationType } = from
  const all = {
    Architecture,
    BootMode,
    EnaSupport,
    ImdsSupport,
    Platform,
    PlatformDetails,
    RootDeviceName,
    SriovNetSupport,
  }
  const kept = Object.entries({ ...all, TpmSupport, UsageOperation, VirtualizationType })
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined))
}

type Devices = NonNullable<Ec2Image['BlockDeviceMappings']>

/** The parent's volumes, with what the recipe says about each, and the recipe's own. */
function volumes(parent: Ec2Image, recipe: ImageRecipe, unencrypted: boolean): Devices {
  const devices = new Map(
    (parent.BlockDeviceMappings ?? []).map((device) => [device.DeviceName ?? '', device]),
  )
  for (const { deviceName = '', ebs } of recipe.blockDeviceMappings ?? []) {
    const { SnapshotId: _, ...before } = devices.get(deviceName)?.Ebs ?? {}
    const said = {
      ...{
        Encrypted: ebs?.encrypted,
        VolumeSize: ebs?.volumeSize,
        VolumeType: ebs?.volumeType,
        Iops: ebs?.iops,
      },
      ...{ Throughput: ebs?.throughput, DeleteOnTermination: ebs?.deleteOnTermination },
    }
    const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
    devices.set(deviceName, { DeviceName: deviceName, Ebs: { ...before, ...known } })
  }
  return fresh([...devices.values()], (ebs) => ({
    ...ebs,
    Encrypted: unencrypted ? false : (ebs.Encrypted ?? false),
  }))
}

const copiedVolumes = (source: Ec2Image, encrypt: boolean): Devices =>
  fresh(source.BlockDeviceMappings ?? [], (ebs) => ({
    ...ebs,
    Encrypted: encrypt || (ebs.Encrypted ?? false),
  }))

/** A new AMI has snapshots of its own. */
function fresh(
  devices: Devices,
  change: (ebs: NonNullable<Devices[number]['Ebs']>) => Devices[number]['Ebs'],
): Devices {
  return devices.map((device) => {
    const { SnapshotId: _, ...ebs } = device.Ebs ?? {}
    return { ...device, Ebs: change(ebs) }
  })
}

const tagsOf = (record: ImageRecord, tags: Record<string, string> = {}) => {
  const all = { ...tags, CreatedBy: 'EC2 Image Builder', Ec2ImageBuilderArn: record.arn }
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }))
}
