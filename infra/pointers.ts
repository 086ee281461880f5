import { createHash } from 'node:crypto'
import { CustomResource, Duration } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { platformOf, upstreamOf } from '../domain/fleet/graph.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { pointerName } from '../domain/names.ts'
import { sourceIn } from '../domain/upstream-kinds.ts'
import type { RebakeFunction } from './rebake-function.ts'

/**
 * Public AMIs, by platform and architecture: what a parent pointer holds while no AMI of its upstream can be seen. Recipes can be
 * created on them; nothing is baked on them, since each rebake moves the pointer first.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
 */
const publicAmis = {
  Linux: (architecture: string) => `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`,
  Windows: () => '/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base',
}

/** The public parameter whose AMI stands in for those of an upstream. */
const placeholderOf = (fleet: Fleet, image: string): string =>
  publicAmis[platformOf(fleet, image) ?? 'Linux'](sourceIn(fleet, upstreamOf(fleet, image)).architecture)

const ownImages = ({ images }: Fleet): string[] => Object.keys(images).filter((image) => !images[image]?.pipeline)

/** The public parameters that may be read for the fleet. */
export const placeholderParameters = (fleet: Fleet): string[] => [
  ...new Set(ownImages(fleet).map((image) => placeholderOf(fleet, image))),
]

/**
 * Has the parameters that recipes name as their parents hold an AMI that is there, before recipes are created. They are no
 * AWS::SSM::Parameter: CloudFormation would set them back whenever the template's value changes, whatever
 * campaigns have written since.
 *
 * @param definitions what images are made of: CloudFormation asks again when it changes, since a changed recipe is a new one
 */
export class Pointers extends CustomResource {
  constructor(
    scope: Construct,
    fleet: Fleet,
    { seedParameters, definitions }: { seedParameters: RebakeFunction; definitions: Record<string, string> },
  ) {
    const { images, components } = fleet
    const made = JSON.stringify([definitions, images, components])
    super(scope, 'Pointers', {
      resourceType: 'Custom::Pointers',
      serviceToken: seedParameters.function.functionArn,
      serviceTimeout: Duration.minutes(5),
      properties: {
        Parents: ownImages(fleet).map((image) => ({
          Parameter: pointerName(fleet.name, image, 'parent'),
          // Until the first campaign, an image has the newest AMI of its upstream as its parent.
          Upstream: upstreamOf(fleet, image),
          Placeholder: placeholderOf(fleet, image),
        })),
        Recipes: createHash('sha256').update(made).digest('hex').slice(0, 16),
      },
    })
  }
}
