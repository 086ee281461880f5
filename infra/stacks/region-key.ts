import { BootstraplessSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { FleetKey } from '../fleet-key.ts'
import { keyStackName } from '../stack-names.ts'
import { RebakeStack } from './rebake-stack.ts'

/**
 * The fleet's key in a region of the rings other than the build region, in the build account: a stack of its own, as a key is
 * of one region. It has no assets, so the region needs no CDK bootstrap.
 */
export class RegionKeyStack extends RebakeStack {
  constructor(scope: Construct, { fleet, region }: { fleet: Fleet; region: string }) {
    super(scope, keyStackName(fleet, region), {
      description: `Rebake: the key of ${fleet.name} for what goes to ${region}`,
      env: { account: fleet.build.account, region },
      terminationProtection: true,
      synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    })
    new FleetKey(this, fleet, region)
  }
}
