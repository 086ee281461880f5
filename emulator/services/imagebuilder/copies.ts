import type { Ami as AmiResult, Distribution, DistributionConfiguration } from '@aws-sdk/client-imagebuilder'
import type { Ami, NewAmi } from '../ami-store.ts'
import { usesThroughEc2 } from '../kms.ts'
import { AwsError, type Principal, type ServiceDeps } from '../types.ts'
import { encrypted, fresh, inherited, isEncrypted, isManaged, keyArn, keysOf, tagsOf } from './amis.ts'
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

/**
 * What the execution role needs of the keys that it copies with.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderExecutionPolicy.html
 */
const usesOfExecution = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
  'CreateGrant',
]

/**
 * What the role in a target account needs of the keys of the source region and of its own: all that the guide lists.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html
 */
const usesInTarget = [...usesOfExecution, 'GenerateDataKey', 'ListGrants', 'RevokeGrant']

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

  #copy(record: ImageRecord, source: Ami, target: Target, Name: string): Ami {
    const { account, region, settings } = target
    const { amiDistributionConfiguration: { description, amiTags } = {} } = settings
    const { isStrict } = this.#deps
    const isForeign = account !== record.account
    const key = this.#keyFor(record, source, target)
    this.#mustUseKeys(record, source, target, key)
    // In another account, the policy that Image Builder prescribes for its role lets it tag AMIs only.
    // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/Ec2ImageBuilderCrossAccountDistributionAccess.html
    const tagsSnapshots = !isForeign || !isStrict('snapshots-of-copies-have-no-tags')
    const made: NewAmi = {
      ...inherited(source.image),
      account,
      region,
      Name,
      madeBy: record.arn,
      Tags: tagsOf(record, amiTags),
      snapshotTags: tagsSnapshots ? tagsOf(record) : [],
      ...(description === undefined ? {} : { Description: description }),
      // The key of the source stays behind.
      BlockDeviceMappings: fresh(source.image.BlockDeviceMappings ?? [], ({ KmsKeyId: _, ...ebs }) =>
        key === undefined ? ebs : encrypted(ebs, key),
      ),
    }
    return this.#near.ec2.copy(source, made)
  }

  /** The ARN of the key that a copy is encrypted with; undefined for one that is not. */
  #keyFor(record: ImageRecord, source: Ami, { account, region, settings }: Target): string | undefined {
    const { ec2, kms } = this.#near
    const { isStrict } = this.#deps
    const { kmsKeyId: named } = settings.amiDistributionConfiguration ?? {}
    // "This can be either the Key ARN or the Alias ARN"; the account that copies would look for an id in itself.
    if (named !== undefined && (!named.startsWith('arn:') || named.split(':')[3] !== region))
      throw new AwsError('InvalidKmsKey', `The KMS key ${named} is not a key of ${region} by its ARN.`)
    const place = { account, region }
    const must = isEncrypted(source.image) || ec2.encryption.isByDefault(place)
    const key = named ?? (must ? ec2.encryption.defaultKeyOf(place) : undefined)
    if (key === undefined) return undefined
    const arn = keyArn(kms, key, place)
    const isDefault = named === undefined && isStrict('encrypted-copies-need-a-key')
    // https://repost.aws/knowledge-center/image-builder-distr-error-encrypted-ami
    if (account !== record.account && isEncrypted(source.image))
      if (isManaged(source.image, kms) || isDefault || (named !== undefined && kms.key(arn)?.managed))
        throw new AwsError('InvalidParameterValue', cannotBeShared)
    return arn
  }

  /**
   * A copy uses the keys of the source and its own: by the execution role, and in another account by the role there, too.
   * @throws AwsError for a role that is not let in, or may not
   */
  #mustUseKeys(record: ImageRecord, source: Ami, { account, region, settings }: Target, key: string | undefined): void {
    const { iam, kms } = this.#near
    const isForeign = account !== record.account
    const executor = this.#executor(record)
    const use = (who: Principal, actions: string[], its: string | undefined) => {
      const asked = [
        keysOf(source.image).flatMap((each) => usesThroughEc2(each, source.region, actions)),
        // A key that AWS manages lets in every user of EBS in its account, and its grants are EBS's own.
        its === undefined ? [] : usesThroughEc2(its, region, kms.key(its)?.managed ? usesOfExecution : actions),
      ]
      for (const permission of asked.flat()) kms.authorize(who, permission, region)
    }
    // Nobody but the account itself could use its default key.
    const named = settings.amiDistributionConfiguration?.kmsKeyId === undefined && isForeign ? undefined : key
    if (!isForeign || this.#deps.isStrict('keys-of-a-copy-are-used-twice')) use(executor, usesOfExecution, named)
    if (!isForeign) return
    // AWS does not tell a role that does not exist from one that does not trust.
    if (!iam.role(copyRole(account)))
      throw new AwsError('AccessDenied', `Not authorized to assume ${copyRole(account)}.`)
    use(iam.assume(executor, copyRole(account), 'imagebuilder', { region }), usesInTarget, key)
  }

  /** By its execution role; without one, by Image Builder's service-linked role, whose policy is AWS's own. */
  #executor({ account, image }: ImageRecord): Principal {
    const { iam } = this.#near
    const { executionRole: named } = image
    if (named === undefined) return iam.operator(account)
    return iam.principalOf(named.startsWith('arn:') ? named : `arn:aws:iam::${account}:role/${named}`, 'imagebuilder')
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
    const { kms } = this.#near
    const managed = isThere
      ? isManaged(source.image, kms)
      : isEncrypted(source.image) && (key === undefined || kms.named(key, { account, region })?.managed)
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
