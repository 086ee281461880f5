import {
  HttpTokens,
  type IInfrastructureConfiguration,
  InfrastructureConfiguration,
} from '@aws-cdk/aws-imagebuilder-alpha'
import { InstanceType } from 'aws-cdk-lib/aws-ec2'
import type { IInstanceProfile } from 'aws-cdk-lib/aws-iam'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { fleetTag, resourceName } from '../../domain/names.ts'
import type { BuildNetwork } from './network.ts'

interface InfrastructureProps {
  fleet: Fleet
  /** By the key of the configuration. */
  instanceProfiles: Record<string, IInstanceProfile>
  logs: IBucket
  network: BuildNetwork | undefined
}

/** The fleet's infrastructure configurations by key. */
export function createInfrastructure(
  scope: Construct,
  { fleet, instanceProfiles, logs, network }: InfrastructureProps,
): Record<string, IInfrastructureConfiguration> {
  const configurations = new Construct(scope, 'Infrastructure')
  return Object.fromEntries(
    Object.entries(fleet.infrastructure).map(([key, settings]) => [
      key,
      new InfrastructureConfiguration(configurations, key, {
        infrastructureConfigurationName: resourceName(fleet.name, key),
        instanceTypes: settings.instanceTypes.map((type) => new InstanceType(type)),
        instanceProfile: instanceProfiles[key] as IInstanceProfile,
        // IMDSv2 only, and not from inside a container on the instance.
        httpTokens: HttpTokens.REQUIRED,
        httpPutResponseHopLimit: 1,
        terminateInstanceOnFailure: settings.terminateOnFailure,
        resourceTags: { ...settings.tags, [fleetTag]: fleet.name },
        logging: { s3Bucket: logs, s3KeyPrefix: key },
        ...(network && {
          vpc: network.vpc,
          subnetSelection: { subnets: [network.subnet] },
          securityGroups: network.securityGroups,
        }),
      }),
    ]),
  )
}
