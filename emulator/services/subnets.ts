import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeSecurityGroupsRequest,
  DescribeSubnetsRequest,
  Filter,
} from '@aws-sdk/client-ec2'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import { Partitions } from './support.ts'
import { AwsError, type Context } from './types.ts'

interface Place {
  account: string
  region: string
}

interface Subnet {
  vpc: string
  zone: string
}

/** What is in no VPC that anybody names. */
const defaultVpc = 'the default VPC'

/** Subnets, each in one Availability Zone, and security groups, as far as launches depend on them. Nothing is sent anywhere. */
export class Subnets {
  /** Whether EC2 has a type in a zone at all. Set by the world. */
  isOffered: (type: string, zone: string) => boolean = () => true
  readonly #kept = new Partitions(() => ({ subnets: new Map<string, Subnet>(), groups: new Map<string, string>() }))

  addSubnet({ id, vpc, zone, ...place }: Subnet & Place & { id: string }): void {
    this.#kept.in(place).subnets.set(id, { vpc, zone })
  }

  /** Without a VPC it is in the default VPC. */
  addGroup({ id, vpc = defaultVpc, ...place }: Place & { id: string; vpc?: string | undefined }): void {
    this.#kept.in(place).groups.set(id, vpc)
  }

  removeGroup(id: string, place: Place): void {
    this.#kept.in(place).groups.delete(id)
  }

  /**
   * The Availability Zone of a launch; without a subnet it is in the default VPC, in a zone of EC2's choice.
   * https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
   * @throws AwsError for what is not there, and for security groups of another VPC than the subnet's
   */
  zoneOf({ subnet, groups }: { subnet: string | undefined; groups: readonly string[] }, place: Place): string {
    const kept = this.#kept.in(place)
    const found = subnet === undefined ? undefined : kept.subnets.get(subnet)
    if (subnet !== undefined && !found)
      throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${subnet}' does not exist`)
    for (const group of groups) {
      const vpc = kept.groups.get(group)
      if (vpc === undefined) throw new AwsError('InvalidGroup.NotFound', `The security group '${group}' does not exist`)
      if (vpc !== (found?.vpc ?? defaultVpc))
        throw new AwsError(
          'InvalidParameter',
          `Security group ${group} and subnet ${subnet ?? `of ${defaultVpc}`} belong to different networks.`,
        )
    }
    return found?.zone ?? `${place.region}a`
  }

  /** @throws AwsError Unsupported for a type that a zone does not have */
  mustOffer(type: string, zone: string): void {
    if (!this.isOffered(type, zone))
      throw new AwsError(
        'Unsupported',
        `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}). Please retry your request by not specifying an Availability Zone.`,
      )
  }

  readonly operations = {
    DescribeSubnets: ({ SubnetIds: ids = [], ...more }: DescribeSubnetsRequest, context: Context) => {
      onlyIds('DescribeSubnets', ids, more)
      const { subnets } = this.#kept.in(context)
      return {
        Subnets: ids.map((SubnetId) => {
          const found = subnets.get(SubnetId)
          if (!found) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${SubnetId}' does not exist`)
          return { SubnetId, VpcId: found.vpc, AvailabilityZone: found.zone, State: 'available' }
        }),
      }
    },

    DescribeSecurityGroups: ({ GroupIds: ids = [], ...more }: DescribeSecurityGroupsRequest, context: Context) => {
      onlyIds('DescribeSecurityGroups', ids, more)
      const { groups } = this.#kept.in(context)
      return {
        SecurityGroups: ids.map((GroupId) => {
          const VpcId = groups.get(GroupId)
          if (!VpcId) throw new AwsError('InvalidGroup.NotFound', `The security group '${GroupId}' does not exist`)
          return { GroupId, VpcId }
        }),
      }
    },

    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html */
    DescribeInstanceTypeOfferings: (input: DescribeInstanceTypeOfferingsRequest, _context: Context) => {
      const { LocationType, Filters = [] } = input
      const valuesOf = (name: string) =>
        Filters.flatMap((each: Filter) => (each.Name === name ? (each.Values ?? []) : []))
      const [types, zones] = [valuesOf('instance-type'), valuesOf('location')]
      if (LocationType !== 'availability-zone' || types.length === 0 || zones.length === 0 || Filters.length > 2)
        throw new UnsupportedFeature(
          'request',
          'DescribeInstanceTypeOfferings that names no types and Availability Zones',
        )
      return {
        InstanceTypeOfferings: types.flatMap((InstanceType) =>
          zones.flatMap((Location) =>
            this.isOffered(InstanceType, Location) ? [{ InstanceType, LocationType, Location }] : [],
          ),
        ),
      }
    },
  }
}

/** @throws UnsupportedFeature for a request that names nothing, or names it otherwise */
function onlyIds(operation: string, ids: readonly string[], more: object): void {
  if (ids.length === 0 || Object.values(more).some((value) => value !== undefined))
    throw new UnsupportedFeature('request', `${operation} by anything else than ids`)
}
