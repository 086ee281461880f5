import { AmiLifecycle } from './ami-lifecycle.ts'
import { amiQueries } from './ami-queries.ts'
import { type Ami, Amis, type Place } from './ami-store.ts'
import { ec2Tags } from './ec2-tags.ts'
import { Encryption } from './encryption.ts'
import { instanceTypes } from './instance-types.ts'
import { Instances } from './instances.ts'
import { KeyPairs } from './key-pairs.ts'
import type { Kms } from './kms.ts'
import { LaunchTemplates } from './launch-templates.ts'
import { Regions } from './regions.ts'
import { Subnets } from './subnets.ts'
import type { Context, Permission, Service, ServiceDeps } from './types.ts'

/** EC2, as far as AMIs and their snapshots, launch templates, and instances go. */
export class Ec2 extends Amis implements Service {
  /** Whether the caller's policies allow something. Set by the emulator. */
  mayDo: (permission: Permission, context: Context) => boolean = () => true
  /** The keys of all accounts. Set by the emulator. */
  kms: Pick<Kms, 'key' | 'named' | 'authorize'> | undefined
  /** The AMI that a parameter names, as `/name` or `/name:version`. Set by the emulator. */
  parameter: (named: string, place: Place) => string | undefined = () => undefined
  readonly launchTemplates: LaunchTemplates
  readonly instances: Instances
  readonly keyPairs = new KeyPairs()
  readonly regions = new Regions()
  readonly subnets = new Subnets()
  /** Whether volumes are encrypted that nobody asks to be, and with which key. */
  readonly encryption = new Encryption()
  readonly permissions: NonNullable<Service['permissions']>
  readonly operations: Service['operations']

  constructor(deps: ServiceDeps) {
    super(deps)
    this.launchTemplates = new LaunchTemplates(deps, {
      mayUse: (id, place) => this.find(id, place) !== undefined,
      parameter: (named, place) => this.parameter(named, place),
    })
    this.instances = new Instances(deps, {
      amiOf: (id, place) => this.find(id, place),
      keysFor: (ami, place) => this.keysFor(ami, place),
      subnets: this.subnets,
    })
    const lifecycle = new AmiLifecycle(this, deps, (...asked) => this.mayDo(...asked))
    const parts = [lifecycle, this.snapshots, this.launchTemplates, this.instances, this.keyPairs, ec2Tags(this)]
    this.permissions = Object.assign({}, ...parts.map(({ permissions }) => permissions))
    this.operations = Object.assign(
      {
        ...this.regions.operations,
        ...this.subnets.operations,
        ...this.encryption.operations,
        ...this.allowed.operations,
        ...instanceTypes,
        ...amiQueries(this, deps),
      },
      ...parts.map(({ operations }) => operations),
    )
  }

  /**
   * The keys that it takes to launch an AMI: those of its snapshots, and for what another account shares the key that this
   * account's volumes get.
   * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html
   */
  keysFor({ image }: Ami, { account, region }: Place): string[] {
    const encrypted = (image.BlockDeviceMappings ?? []).flatMap(({ Ebs: ebs }) =>
      ebs?.Encrypted && ebs.KmsKeyId ? [ebs.KmsKeyId] : [],
    )
    const isForeign = image.OwnerId !== account
    const own = isForeign && encrypted.length > 0 ? [this.#defaultKey({ account, region })] : []
    return [...new Set([...encrypted, ...own])]
  }

  /** The ARN of the key that encrypts volumes of an account where nobody names one. */
  #defaultKey(place: Place): string {
    const named = this.encryption.defaultKeyOf(place)
    return this.kms?.named(named, place)?.arn ?? named
  }
}
