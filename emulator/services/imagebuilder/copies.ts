import type { Ami as AmiResult, Distribution, DistributionConfiguration } from '@aws-sdk/client-imagebuilder'
import type { Ami, NewAmi } from '../ami-store.ts'
import { AwsError, type ServiceDeps } from '../types.ts'
import { encrypted, fresh, inherited, isManaged, tagsOf } from './amis.ts'
import type { Neighbours } from './builder.ts'
import type { ImageRecord, Outcome } from './images.ts'
import type { Place } from './resources.ts'

/** One target of a distribution, and what is said about its region. */
export interface Target extends Place {
  settings: Distribution
}

/** Reasons that copies fail for, as outcomes may give them. */
export const copyFailures = {
  permission: 'You do not have permission to access the storage of this ami',
  kms: 'Given key ID is not accessible. You must have DescribeKey permissions on the default CMK',
  region: 'AWS was not able to validate the provided access credentials: the Region is not enabled',
  quota: 'You have exceeded the number of AMI copies in progress at once (50) to this Region',
}

/** The role that Image Builder assumes in a target account to copy an AMI there. */
const copyRole = (account: string) => `arn:aws:iam::${account}:role/EC2ImageBuilderDistributionCrossAccountRole`

/** Every region of a configuration, in each of its target accounts or in the account itself. */
export function targetsOf({ distributions = [] }: DistributionConfiguration, own: string): Target[] {
  return distributions.flatMap((settings) => {
    const accounts = settings.amiDistributionConfiguration?.targetAccountIds ?? []
    const region = settings.region ?? ''
    return (accounts.length === 0 ? [own] : accounts).map((account) => ({ account, region, settings }))
  })
}

/** What a distribution makes of an AMI. */
export class Copies {
  readonly #deps: ServiceDeps
  readonly #near: Neighbours

  constructor(deps: ServiceDeps, near: Neighbours) {
    this.#deps = deps
    this.#near = near
  }

  /** Brings the AMI to a target, or says why not. */
  bring(record: ImageRecord, source: Ami, target: Target, outcome: Outcome): AmiResult {
    const { account, region, settings } = target
    const name = this.#nameOf(record, settings)
    const reported = { region, accountId: account, name }
    try {
      const injected = outcome.failedCopies?.find(
        (each) =>
          (each.account ?? account) === account &&
          (each.region ?? region) === region &&
          record.attempt <= (each.attempts ?? record.attempt),
      )
      if (injected) throw new AwsError('InjectedFailure', injected.reason)
      const isThere = source.image.OwnerId === account && source.region === region
      this.#mustBeShareable(source, target, isThere)
      const ami = isThere ? source : this.#copy(record, source, target, name)
      this.#share(record, ami, target)
      return { ...reported, name: ami.image.Name, image: ami.image.ImageId, state: { status: 'AVAILABLE' } }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return { ...reported, state: { status: 'FAILED', reason: error.message } }
    }
  }

  #copy(record: ImageRecord, source: Ami, { account, region, settings }: Target, Name: string): Ami {
    const { amiDistributionConfiguration: { description, kmsKeyId: key, amiTags } = {} } = settings
    const { random } = this.#deps
    const isForeign = account !== record.account
    if (isForeign && !this.#near.iam.role(copyRole(account)))
      throw new AwsError('AccessDenied', `Not authorized to assume ${copyRole(account)}.`)
    if (isForeign && isManaged(source.image, { ...source, account: source.image.OwnerId }, random))
      throw new AwsError('InvalidParameterValue', cannotBeShared)
    // "This can be either the Key ARN or the Alias ARN"; the account that copies would look for an id in itself.
    if (key !== undefined && (!key.startsWith('arn:') || key.split(':')[3] !== region))
      throw new AwsError('InvalidKmsKey', `The KMS key ${key} is not a key of ${region} by its ARN.`)
    const made: NewAmi = {
      ...inherited(source.image),
      account,
      region,
      Name,
      madeBy: record.arn,
      Tags: tagsOf(record, amiTags),
      snapshotTags: tagsOf(record),
      ...(description === undefined ? {} : { Description: description }),
      // The key of the source stays behind: the copy has the named one, or the default one of its account.
      BlockDeviceMappings: fresh(source.image.BlockDeviceMappings ?? [], ({ KmsKeyId: _, ...ebs }) =>
        key !== undefined || ebs.Encrypted ? encrypted(ebs, { account, region }, random, key) : ebs,
      ),
    }
    return this.#near.ec2.copy(source, made)
  }

  /**
   * Lets others use the AMI. In the source's own region and account nothing is copied: the AMI itself is tagged and
   * shared. "Region 1 is the source for the distribution", and its encryption is the recipe's.
   * https://docs.aws.amazon.com/imagebuilder/latest/userguide/cr-upd-ami-distribution-settings.html
   */
  #share(record: ImageRecord, ami: Ami, { account, settings }: Target): void {
    const { launchPermission, amiTags = {} } = settings.amiDistributionConfiguration ?? {}
    const { userIds = [], userGroups = [], ...of } = launchPermission ?? {}
    const whom = [...userIds, ...(of.organizationArns ?? []), ...(of.organizationalUnitArns ?? [])]
    for (const each of whom) ami.sharedWith.add(each)
    if (userGroups.includes('all')) ami.image.Public = true
    const tags = new Map((ami.image.Tags ?? []).map(({ Key, Value }) => [Key, Value]))
    for (const [key, value] of Object.entries(amiTags)) tags.set(key, value)
    ami.image.Tags = [...tags].map(([Key, Value]) => ({ Key, Value }))
    // "Configurations apply to distributed images only in the source account."
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html#wfdoc-step-action-apply-image-configurations
    const { licenseConfigurationArns: licenses } = settings
    if (licenses && account === record.account) ami.licenses = [...new Set([...(ami.licenses ?? []), ...licenses])]
  }

  /** Nobody else can use a key that AWS manages, and a copy without a named key has that key. */
  #mustBeShareable(source: Ami, { account, region, settings }: Target, isThere: boolean): void {
    const { launchPermission = {}, kmsKeyId: key } = settings.amiDistributionConfiguration ?? {}
    if (Object.values(launchPermission).every((whom) => !whom?.length)) return
    const isEncrypted = source.image.BlockDeviceMappings?.some(({ Ebs: ebs }) => ebs?.Encrypted)
    const managed = isThere
      ? isManaged(source.image, { account, region }, this.#deps.random)
      : isEncrypted && key === undefined
    if (managed) throw new AwsError('InvalidParameterValue', cannotBeShared)
  }

  #nameOf(record: ImageRecord, { amiDistributionConfiguration: settings }: Distribution): string {
    const date = new Date(this.#deps.clock.now()).toISOString().replaceAll(':', '-')
    return (settings?.name ?? `${record.name} {{ imagebuilder:buildDate }}`)
      .replace(/\{\{\s*imagebuilder:buildDate\s*\}\}/g, date)
      .replace(/\{\{\s*imagebuilder:buildVersion\s*\}\}/g, record.arn.split('/').at(-1) ?? '')
  }
}

const cannotBeShared = 'Snapshots encrypted with the AWS Managed CMK can’t be shared'
