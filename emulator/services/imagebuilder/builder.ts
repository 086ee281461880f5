import type { DistributionConfiguration, ImageRecipe } from '@aws-sdk/client-imagebuilder'
import type { Iam } from '../../iam/iam.ts'
import type { Ami } from '../ami-store.ts'
import type { Ec2 } from '../ec2.ts'
import type { Inspector } from '../inspector2.ts'
import type { Kms } from '../kms.ts'
import type { ServiceQuotas } from '../servicequotas.ts'
import type { Ssm } from '../ssm/service.ts'
import { AwsError, type ServiceDeps } from '../types.ts'
import { type Ebs, encrypted, fresh, inherited, keyArn, tagsOf, unencrypted } from './amis.ts'
import { volumes } from './block-devices.ts'
import { Copies, targetsOf } from './copies.ts'
import type { Failure, ImageRecord, Images, Outcome } from './images.ts'
import type { Place } from './resources.ts'

export interface Neighbours {
  ec2: Ec2
  ssm: Ssm
  iam: Iam
  inspector: Inspector
  kms: Kms
  quotas: Pick<ServiceQuotas, 'values'>
}

/** What a build and a distribution do to AMIs. */
export class Builder {
  readonly #deps: ServiceDeps
  readonly #near: Neighbours
  readonly #images: Images
  readonly #copies: Copies

  constructor(deps: ServiceDeps, near: Neighbours, images: Images) {
    this.#deps = deps
    this.#near = near
    this.#images = images
    this.#copies = new Copies(deps, near)
  }

  /** The AMI that a parent or source means: an AMI id, `ssm:` and a parameter's name, or an image ARN. */
  resolve(named: string, place: Place): Ami | string {
    const parameter = named.match(/^ssm:(.+)$/)?.[1]
    const id = parameter ? this.#near.ssm.valueOf(parameter, place) : (this.#outputOf(named, place) ?? named)
    if (id === undefined)
      return `The SSM parameter ${parameter} was not found in ${place.region} of account ${place.account}.`
    return (
      this.#near.ec2.usable(id, place) ??
      `The AMI ${id}${parameter ? ` in SSM parameter ${parameter}` : ''} does not exist, or account ${place.account} may not use it.`
    )
  }

  #outputOf(arn: string, place: Place): string | undefined {
    if (!arn.includes(':image/')) return undefined
    const record = this.#images.find(arn) ?? this.#images.latest(arn)
    return record?.amis.find(({ region, accountId }) => region === place.region && accountId === place.account)?.image
  }

  /**
   * Makes the output AMI of a build: what the parent is, with the recipe's volumes and tags.
   * @param past when it was made, where that is long ago: nothing tells of it
   */
  build(record: ImageRecord, recipe: ImageRecipe, parent: Ami, outcome: Outcome, past?: Date): string | undefined {
    const { image: from } = parent
    const created = (past ?? new Date(this.#deps.clock.now())).toISOString()
    const name = `${recipe.name} ${created.replaceAll(':', '-')}`
    const { snapshots } = this.#near.ec2
    const made = attempt(() => {
      requireEbs(from)
      const devices = volumes(from, recipe, record.account, (id) => snapshots.find(id, record))
      return fresh(devices, (ebs) => (outcome.unencrypted ? unencrypted(ebs) : this.#volume(ebs, record)))
    })
    if (typeof made === 'string') return made
    const ami = this.#near.ec2.addImage({
      ...inherited(from),
      account: record.account,
      region: record.region,
      Name: name,
      ...(past ? { CreationDate: created, unannounced: true } : { madeBy: record.arn }),
      ...(recipe.description === undefined ? {} : { Description: recipe.description }),
      BlockDeviceMappings: made,
      SourceImageId: from.ImageId,
      SourceImageRegion: record.region,
      Tags: tagsOf(record, recipe.amiTags),
      snapshotTags: tagsOf(record),
    })
    // On Linux, Image Builder installs it where the parent has none.
    if (recipe.additionalInstanceConfiguration?.systemsManagerAgent?.uninstallAfterBuild) ami.withoutAgent = true
    const { amiWatermarks = [] } = recipe as { amiWatermarks?: string[] }
    ami.watermarks = [...(parent.watermarks ?? []), ...amiWatermarks]
    record.amis.push({
      region: record.region,
      image: ami.image.ImageId,
      name,
      accountId: record.account,
      state: { status: 'AVAILABLE' },
    })
    return undefined
  }

  /** Encrypted, if it is or if the account encrypts everything: with its own key, or the default one of the account. */
  #volume(ebs: Ebs, place: Place): Ebs {
    const { ec2, kms } = this.#near
    if (!ebs.Encrypted && !ec2.encryption.isByDefault(place)) return unencrypted(ebs)
    return encrypted(ebs, keyArn(kms, ebs.KmsKeyId ?? ec2.encryption.defaultKeyOf(place), place))
  }

  /** Copies the source to each region and account of the configuration that has no copy yet. */
  distribute(
    record: ImageRecord,
    source: Ami,
    configuration: DistributionConfiguration,
    outcome: Outcome,
  ): Failure | undefined {
    record.amis = record.amis.filter(({ state }) => state?.status === 'AVAILABLE')
    for (const target of targetsOf(configuration, record.account)) {
      const { account, region } = target
      const there = record.amis.findIndex((ami) => ami.region === region && ami.accountId === account)
      const isCopy = record.amis[there]?.image !== source.image.ImageId
      if (there >= 0 && isCopy) continue
      const brought = this.#copies.bring(record, source, target, outcome)
      record.amis.splice(there >= 0 ? there : record.amis.length, 1, brought)
    }
    const failures = record.amis.filter(({ state }) => state?.status === 'FAILED')
    if (failures.length === 0) return undefined
    const total = record.amis.length
    // A copy that was never made need not be in the list of those that were.
    if (outcome.silent || this.#deps.isStrict('failed-copies-in-context'))
      record.amis = record.amis.filter(({ state }) => state?.status !== 'FAILED')
    const reported = failures.map(({ region, accountId, state }) => `${accountId} in ${region}: ${state?.reason}`)
    const count = `Distribution failed for ${failures.length} of ${total} copies.`
    return {
      reason: outcome.silent ? count : `${count} ${reported.join(' ')}`,
      context: {
        distributionFailure: {
          errorMessage: count,
          regionFailures: failures.map(({ region = '', accountId, state }) => ({
            region,
            status: 'FAILED',
            errorMessage: state?.reason ?? '',
            ...(accountId === undefined || accountId === record.account ? {} : { targetAccountId: accountId }),
          })),
        },
      },
    }
  }
}

/**
 * "Creates an Amazon EBS-backed AMI from an Amazon EBS-backed instance": another has no AMI made of it.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
 */
function requireEbs({ ImageId: id, RootDeviceType: type }: Ami['image']): void {
  if (type !== 'ebs')
    throw new AwsError(
      'InvalidParameterValue',
      `The root device of ${id} is not an EBS volume: no image can be created.`,
    )
}

/** What it makes, or why it failed. */
function attempt<T>(make: () => T): T | string {
  try {
    return make()
  } catch (error) {
    if (error instanceof AwsError) return error.message
    throw error
  }
}
