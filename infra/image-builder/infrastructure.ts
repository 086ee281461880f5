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
import { configurationNames, networkOf } from '../../domain/fleet/network.ts'
import type { BuildNetworks, BuildPlace } from './network.ts'

interface InfrastructureProps {
  fleet: Fleet
  /** By the key of the configuration. */
  instanceProfiles: Record<string, IInstanceProfile>
  logs: IBucket
  networks: BuildNetworks
}

/** The fleet's infrastructure by key: a configuration for each subnet, the one that is tried first at the front. */
export function createInfrastructure(
  scope: Construct,
  props: InfrastructureProps,
): Record<string, IInfrastructureConfiguration[]> {
  const { fleet, networks } = props
  const first = new Construct(scope, 'Infrastructure')
  // Apart, so that the logical id of none depends on how many subnets another has.
  const further = new Construct(scope, 'FurtherSubnets')
  return Object.fromEntries(
    Object.keys(fleet.infrastructure).map((key) => {
      const network = networkOf(fleet, key)
      const places = network ? networks.placesOf(network) : []
      const configurations = configurationNames(fleet, key).map((name, i) =>
        createConfiguration(i === 0 ? first : further, i === 0 ? key : `${key}-${i + 1}`, {
          ...props,
          key,
          name,
          place: places[i],
        }),
      )
      return [key, configurations]
    }),
  )
}

interface ConfigurationProps extends InfrastructureProps {
  key: string
  name: string
  /** undefined: the default VPC. */
  place: BuildPlace | undefined
}

function createConfiguration(
  scope: Construct,
  id: string,
  { fleet, instanceProfiles, logs, key, name, place }: ConfigurationProps,
): IInfrastructureConfiguration {
  const { instanceTypes = [], terminateOnFailure, tags } = fleet.infrastructure[key] ?? {}
  return new InfrastructureConfiguration(scope, id, {
    infrastructureConfigurationName: name,
    instanceTypes: instanceTypes.map((type) => new InstanceType(type)),
    instanceProfile: instanceProfiles[key] as IInstanceProfile,
    // IMDSv2 only, and not from inside a container on the instance.
    httpTokens: HttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    terminateInstanceOnFailure: terminateOnFailure ?? true,
    resourceTags: { ...tags, 'rebake:fleet': fleet.name },
    logging: { s3Bucket: logs, s3KeyPrefix: key },
    ...(place && {
      vpc: place.vpc,
      subnetSelection: { subnets: [place.subnet] },
      securityGroups: place.securityGroups,
    }),
  })
}
