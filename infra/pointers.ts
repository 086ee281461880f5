import { CustomResource, Duration } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { upstreamOf } from '../domain/fleet/graph.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { pointerName } from '../domain/names.ts'
import type { RebakeFunction } from './rebake-function.ts'

/** Not an AMI: what a parent pointer holds when no AMI of its upstream is visible at the deploy. */
const placeholder = 'ami-00000000000000000'

/**
 * Creates the parameters that recipes name as their parents, where they are missing. They are no
 * AWS::SSM::Parameter: CloudFormation would set them back whenever the template's value changes, whatever
 * campaigns have written since.
 */
export class Pointers extends CustomResource {
  constructor(scope: Construct, fleet: Fleet, { function: seedParameters }: RebakeFunction) {
    super(scope, 'Pointers', {
      resourceType: 'Custom::Pointers',
      serviceToken: seedParameters.functionArn,
      serviceTimeout: Duration.minutes(5),
      properties: {
        Parents: Object.keys(fleet.images)
          .filter((image) => !fleet.images[image]?.pipeline)
          .map((image) => ({
            Parameter: pointerName(fleet.name, image, 'parent'),
            // Until the first campaign, an image has the newest AMI of its upstream as its parent.
            Upstream: upstreamOf(fleet, image),
          })),
        Placeholder: placeholder,
      },
    })
  }
}
