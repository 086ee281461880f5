import {
  HttpTokens,
  type IInfrastructureConfiguration,
  InfrastructureConfiguration,
  type InfrastructureConfigurationLogging,
  type InfrastructureConfigurationProps,
} from '@aws-cdk/aws-imagebuilder-alpha'
import { type IKeyPair, InstanceType, KeyPair } from 'aws-cdk-lib/aws-ec2'
import type { IInstanceProfile } from 'aws-cdk-lib/aws-iam'
import type { CfnInfrastructureConfiguration } from 'aws-cdk-lib/aws-imagebuilder'
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { logPrefix } from '../../domain/fleet/instance-settings.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { configurationNames, networkOf } from '../../domain/fleet/network.ts'
import { fleetTag } from '../../domain/names.ts'
import type { BuildNetworks, BuildPlace } from './network.ts'

interface InfrastructureProps {
  fleet: Fleet
  /** By the key of the configuration. */
  instanceProfiles: Record<string, IInstanceProfile>
  /** The fleet's own bucket; undefined where nothing logs to it. */
  logs: IBucket | undefined
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
  const settings = fleet.infrastructure[key] as Settings
  const configuration = new InfrastructureConfiguration(scope, id, {
    infrastructureConfigurationName: name,
    instanceTypes: settings.instanceTypes.map((type) => new InstanceType(type)),
    instanceProfile: instanceProfiles[key] as IInstanceProfile,
    // IMDSv2 only, and not from inside a container on the instance.
    httpTokens: HttpTokens.REQUIRED,
    httpPutResponseHopLimit: settings.hopLimit ?? 1,
    terminateInstanceOnFailure: settings.terminateOnFailure,
    resourceTags: { ...settings.tags, [fleetTag]: fleet.name },
    logging: loggingOf(scope, id, { fleet, key, settings, logs }),
    ...launchOf(scope, id, settings),
    ...(place && {
      vpc: place.vpc,
      subnetSelection: { subnets: [place.subnet] },
      securityGroups: place.securityGroups,
    }),
  })
  const resource = configuration.node.defaultChild as CfnInfrastructureConfiguration
  if (settings.placement) resource.placement = placementOf(settings.placement)
  return configuration
}

/** Not by the L2, which takes no tenancy host without a host: EC2 places an instance on a host that allows it. */
function placementOf({ tenancy, host, hostResourceGroup, availabilityZone }: NonNullable<Settings['placement']>) {
  const said = { tenancy, hostId: host, hostResourceGroupArn: hostResourceGroup, availabilityZone }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

type Settings = Fleet['infrastructure'][string]

/** How its instances are launched, where the fleet says so. */
function launchOf(
  scope: Construct,
  id: string,
  { description, keyPair }: Settings,
): Partial<InfrastructureConfigurationProps> {
  const said = {
    description,
    keyPair: keyPair && (KeyPair.fromKeyPairName(scope, `${id}-key-pair`, keyPair) as IKeyPair),
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

function loggingOf(
  scope: Construct,
  id: string,
  { fleet, key, settings, logs }: { fleet: Fleet; key: string; settings: Settings; logs: IBucket | undefined },
): InfrastructureConfigurationLogging {
  const { logs: named } = settings
  if (!named) return { s3Bucket: logs as IBucket, s3KeyPrefix: key }
  const bucket = Bucket.fromBucketName(scope, `${id}-logs`, named.bucket) as IBucket
  return { s3Bucket: bucket, s3KeyPrefix: logPrefix(fleet.name, key, named) }
}
