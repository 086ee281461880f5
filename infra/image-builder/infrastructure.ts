import {
  HttpTokens,
  type IInfrastructureConfiguration,
  InfrastructureConfiguration,
  type InfrastructureConfigurationLogging,
  type InfrastructureConfigurationProps,
  type Tenancy,
} from '@aws-cdk/aws-imagebuilder-alpha'
import { type IKeyPair, InstanceType, KeyPair } from 'aws-cdk-lib/aws-ec2'
import type { IInstanceProfile } from 'aws-cdk-lib/aws-iam'
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { logPrefix } from '../../domain/fleet/instance-settings.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { resourceName } from '../../domain/names.ts'
import type { BuildNetwork } from './network.ts'

interface InfrastructureProps {
  fleet: Fleet
  /** By the key of the configuration. */
  instanceProfiles: Record<string, IInstanceProfile>
  /** The fleet's own bucket; undefined where nothing logs to it. */
  logs: IBucket | undefined
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
        httpPutResponseHopLimit: settings.hopLimit ?? 1,
        terminateInstanceOnFailure: settings.terminateOnFailure,
        resourceTags: { ...settings.tags, 'rebake:fleet': fleet.name },
        logging: loggingOf(configurations, { fleet, key, settings, logs }),
        ...launchOf(configurations, key, settings),
        ...(network && {
          vpc: network.vpc,
          subnetSelection: { subnets: [network.subnet] },
          securityGroups: network.securityGroups,
        }),
      }),
    ]),
  )
}

type Settings = Fleet['infrastructure'][string]

/** How its instances are launched, where the fleet says so. */
function launchOf(
  scope: Construct,
  key: string,
  { description, keyPair, placement = {} }: Settings,
): Partial<InfrastructureConfigurationProps> {
  const { tenancy, host, hostResourceGroup, availabilityZone } = placement
  const said = {
    description,
    keyPair: keyPair && (KeyPair.fromKeyPairName(scope, `${key}-key-pair`, keyPair) as IKeyPair),
    ec2InstanceTenancy: tenancy as Tenancy | undefined,
    ec2InstanceHostId: host,
    ec2InstanceHostResourceGroupArn: hostResourceGroup,
    ec2InstanceAvailabilityZone: availabilityZone,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

function loggingOf(
  scope: Construct,
  { fleet, key, settings, logs }: { fleet: Fleet; key: string; settings: Settings; logs: IBucket | undefined },
): InfrastructureConfigurationLogging {
  const { logs: named } = settings
  if (!named) return { s3Bucket: logs as IBucket, s3KeyPrefix: key }
  const bucket = Bucket.fromBucketName(scope, `${key}-logs`, named.bucket) as IBucket
  return { s3Bucket: bucket, s3KeyPrefix: logPrefix(fleet.name, key, named) }
}
