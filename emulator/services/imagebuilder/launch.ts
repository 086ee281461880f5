import type { InfrastructureConfiguration } from '@aws-sdk/client-imagebuilder'
import { isStandard, vcpusOf } from '../instance-types.ts'
import { AwsError, type ServiceDeps } from '../types.ts'
import type { Neighbours } from './builder.ts'
import type { Failure, ImageRecord, Outcome } from './images.ts'

interface Launching {
  near: Neighbours
  isStrict: ServiceDeps['isStrict']
  /** The builds that run there, with this one. */
  running: ImageRecord[]
}

/**
 * Why EC2 launches no build instance; undefined where it does. Image Builder tries the types of the infrastructure configuration
 * one after the other, all in its one subnet: "The service will pick one of these instance types based on availability".
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateInfrastructureConfiguration.html
 */
export function whyNoInstance(launching: Launching, record: ImageRecord, outcome: Outcome): Failure | undefined {
  const { near, isStrict } = launching
  const { subnetId, securityGroupIds = [], instanceTypes, keyPair } = configurationOf(record)
  try {
    if (keyPair !== undefined) near.ec2.keyPairs.mustExist(keyPair, record)
    const zone = near.ec2.subnets.zoneOf({ subnet: subnetId, groups: securityGroupIds }, record)
    const reasons = (instanceTypes ?? ['t3.large']).map((type) => refusal(launching, record, { type, zone, outcome }))
    if (reasons.includes(undefined)) return undefined
    throw reasons.at(-1)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const hasName = error.name === vcpuLimit || !isStrict('reason-of-a-launch')
    const reason = hasName ? `${error.name}: ${error.message}` : error.message
    return { reason, context: { failedStep: 'LaunchBuildInstance' } }
  }
}

const configurationOf = ({ image }: ImageRecord): InfrastructureConfiguration => image.infrastructureConfiguration ?? {}

interface Wanted {
  type: string
  zone: string
  outcome: Outcome
}

function refusal(launching: Launching, record: ImageRecord, { type, zone, outcome }: Wanted): AwsError | undefined {
  const { subnets, instances } = launching.near.ec2
  try {
    subnets.mustOffer(type, zone)
    mustFit(launching, record, type)
    if (outcome.withoutCapacity?.includes(zone)) throw instances.withoutCapacity(type, zone)
    instances.mustHaveCapacity(type, zone)
  } catch (error) {
    if (error instanceof AwsError) return error
    throw error
  }
  return undefined
}

const vcpuLimit = 'VcpuLimitExceeded'

/**
 * With the instances that run, it has no more vCPUs than the account may have.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
 */
function mustFit({ near, running }: Launching, record: ImageRecord, type: string): void {
  const most = near.quotas.values.get('ec2 L-1216C47A') ?? 0
  const others = running.filter((each) => each !== record && hasInstance(each))
  const types = [type, ...others.map((each) => configurationOf(each).instanceTypes?.[0] ?? 't3.large')]
  const used = types.filter(isStandard).reduce((sum, each) => sum + vcpusOf(each), 0)
  if (used > most)
    throw new AwsError(
      vcpuLimit,
      `You have requested more vCPU capacity than your current vCPU limit of ${most} allows for the instance bucket that the specified instance type belongs to.`,
    )
}

const hasInstance = ({ image }: ImageRecord) => ['BUILDING', 'TESTING'].includes(image.state.status)
