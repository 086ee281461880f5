import { type AmiDistribution, DistributionConfiguration } from '@aws-cdk/aws-imagebuilder-alpha'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { Fleet, Ring } from '../../domain/fleet/model.ts'
import { distributionName, resourceName } from '../../domain/names.ts'

/** One distribution configuration for each image and ring: the name of an AMI carries its image. */
export function createDistributions(scope: Construct, fleet: Fleet): void {
  const distributions = new Construct(scope, 'Distribution')
  for (const [image, { rings, tags }] of Object.entries(fleet.images))
    for (const name of rings) {
      const ring = fleet.rings[name] as Ring
      const common = {
        amiName: `${resourceName(fleet.name, image)} {{ imagebuilder:buildDate }}`,
        amiTags: { ...tags, 'rebake:fleet': fleet.name, 'rebake:image': image, 'rebake:ring': name },
      }
      new DistributionConfiguration(distributions, `${image}-${name}`, {
        distributionConfigurationName: distributionName(fleet.name, image, name),
        description: `${image} to the ring ${name}`,
        amiDistributions: [
          ...ring.regions.map((region) => ({
            ...common,
            region,
            amiTargetAccountIds: ring.accounts,
            ...encryption(name, ring, region),
          })),
          ...sourceRegion(fleet, ring, common),
        ],
      })
    }
}

/**
 * Image Builder wants settings for the source region, also where a ring has no target in it.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html
 */
const sourceRegion = (fleet: Fleet, ring: Ring, common: AmiDistribution): AmiDistribution[] =>
  ring.regions.includes(fleet.build.region) ? [] : [{ ...common, region: fleet.build.region }]

/** @throws when a key differs by account: a configuration holds one key for a region, whatever the account. */
function encryption(name: string, ring: Ring, region: string): { amiKmsKey?: IKey } {
  const template = ring.kmsKeys?.[region]
  if (!template) return {} // the target account's default key for EBS
  if (template.includes('{account}') && ring.accounts.length > 1)
    throw new Error(
      `ring ${name}: Image Builder takes one KMS key a region, and {account} in kmsKeys asks for one an account; ` +
        'give each account a ring of its own, or name one key that all of them may use',
    )
  const keyArn = template.replaceAll('{account}', ring.accounts[0] ?? '')
  // Only the ARN is read; Key.fromKeyArn would refuse the ARN of an alias.
  return { amiKmsKey: { keyArn } as IKey }
}
