import { AmiLifecycle } from './ami-lifecycle.ts'
import { amiQueries } from './ami-queries.ts'
import { Amis, type Place } from './ami-store.ts'
import { Instances } from './instances.ts'
import { LaunchTemplates } from './launch-templates.ts'
import { Regions } from './regions.ts'
import type { Context, Permission, Service, ServiceDeps } from './types.ts'

/** EC2, as far as AMIs and their snapshots, launch templates, and instances go. */
export class Ec2 extends Amis implements Service {
  /** Whether the caller's policies allow something. Set by the emulator. */
  mayDo: (permission: Permission, context: Context) => boolean = () => true
  /** The AMI that a parameter names, as `/name` or `/name:version`. Set by the emulator. */
  parameter: (named: string, place: Place) => string | undefined = () => undefined
  readonly launchTemplates: LaunchTemplates
  readonly instances: Instances
  readonly regions = new Regions()
  readonly permissions: NonNullable<Service['permissions']>
  readonly operations: Service['operations']

  constructor(deps: ServiceDeps) {
    super(deps)
    this.launchTemplates = new LaunchTemplates(deps, {
      mayUse: (id, place) => this.find(id, place) !== undefined,
      parameter: (named, place) => this.parameter(named, place),
    })
    this.instances = new Instances(deps, (id, place) => this.find(id, place))
    const lifecycle = new AmiLifecycle(this, deps, (...asked) => this.mayDo(...asked))
    const parts = [lifecycle, this.snapshots, this.launchTemplates, this.instances]
    this.permissions = Object.assign({}, ...parts.map(({ permissions }) => permissions))
    this.operations = Object.assign(
      { ...this.regions.operations, ...amiQueries(this, deps) },
      ...parts.map(({ operations }) => operations),
    )
  }
}
