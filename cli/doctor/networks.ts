import {
  type _InstanceType,
  DescribeInstanceTypeOfferingsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import type { Fleet } from '../../domain/fleet/model.ts'
import { type BuildSubnet, buildSubnets, type Network, networkOf, networksOf } from '../../domain/fleet/network.ts'
import { list } from '../render/text.ts'
import { type Check, type DoctorResult, each, fail, ifThere, info, warning } from './check.ts'

/** Where EC2 can launch the instances that bake, and which of the fleet's subnets help where a zone has no capacity. */
const subnets: Check = {
  name: 'subnets of build instances',
  group: 'Image Builder',
  beforeDeploy: true,
  permissions: ['ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups', 'ec2:DescribeInstanceTypeOfferings'],
  async *examine({ fleet, config }) {
    const networks = networksOf(fleet)
    if (networks.length === 0) {
      yield info('instances run in the default VPC')
      return
    }
    const ec2 = new EC2Client(config)
    let isSound = true
    for (const { path, network } of networks) {
      const found = await examineNetwork(ec2, fleet, { at: path.join('.'), network })
      isSound &&= found.length === 0
      yield* found
    }
    if (isSound) yield info(`${networks.flatMap(({ network }) => network.subnets).length} subnets`)
  },
}

interface Placed {
  /** How the file names the network: `infrastructure.gpu.network`. */
  at: string
  network: Network
}

async function examineNetwork(ec2: EC2Client, fleet: Fleet, placed: Placed): Promise<DoctorResult[]> {
  const { at, network } = placed
  const found = await each(buildSubnets(network), (subnet) => examineSubnet(ec2, placed, subnet))
  const zones = found.flatMap(({ subnet, zone }) => (zone === undefined ? [] : [{ subnet, zone }]))
  const crowded = zones.filter(({ zone }, i) => zones.findIndex((other) => other.zone === zone) < i)
  const together = crowded.map(({ subnet, zone }) =>
    network.endpoints === 'create'
      ? fail(
          `${at}: ${subnet} is in ${zone}, as a subnet before it, and EC2 takes one subnet of each zone for an endpoint: the deploy fails`,
          'Name one subnet of each Availability Zone, or say endpoints: list.',
        )
      : warning(
          `${at}: ${subnet} is in ${zone}, as a subnet before it: where that zone has no capacity, it has none either`,
          'Name subnets of different Availability Zones.',
        ),
  )
  const offered = await examineTypes(ec2, fleet, placed, [...new Set(zones.map(({ zone }) => zone))])
  return [...found.flatMap(({ problems }) => problems), ...together, ...offered]
}

async function examineSubnet(ec2: EC2Client, { at, network }: Placed, { subnet, securityGroups }: BuildSubnet) {
  const fix = 'Correct it in fleet.yaml.'
  const { Subnets = [] } = (await ifThere(ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnet] })))) ?? {}
  const [found] = Subnets
  if (!found) return { subnet, zone: undefined, problems: [fail(`${at}: there is no subnet ${subnet}`, fix)] }
  const problems =
    found.VpcId === network.vpc ? [] : [fail(`${at}: ${subnet} is in ${found.VpcId}, not in ${network.vpc}`, fix)]
  const groups = await each(securityGroups, async (id) => {
    const asked = await ifThere(ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] })))
    return { id, vpc: asked?.SecurityGroups?.[0]?.VpcId }
  })
  for (const { id, vpc } of groups)
    if (vpc === undefined) problems.push(fail(`${at}: there is no security group ${id}`, fix))
    else if (vpc !== found.VpcId)
      problems.push(
        fail(
          `${at}: the security group ${id} is in ${vpc}, and ${subnet} in ${found.VpcId}: EC2 launches nothing with both`,
          fix,
        ),
      )
  return { subnet, zone: found.AvailabilityZone, problems }
}

/** Types that no zone has, for each infrastructure that bakes in a network; and zones that have none of its types. */
async function examineTypes(
  ec2: EC2Client,
  fleet: Fleet,
  { at, network }: Placed,
  zones: string[],
): Promise<DoctorResult[]> {
  const baking = Object.entries(fleet.infrastructure).filter(([key]) => networkOf(fleet, key) === network)
  if (zones.length === 0 || baking.length === 0) return []
  const types = [...new Set(baking.flatMap(([, each]) => each.instanceTypes))]
  const Filters = [
    { Name: 'instance-type', Values: types },
    { Name: 'location', Values: zones },
  ]
  const ask = new DescribeInstanceTypeOfferingsCommand({ LocationType: 'availability-zone', Filters })
  const { InstanceTypeOfferings = [] } = await ec2.send(ask)
  const has = (zone: string, type: string) =>
    InstanceTypeOfferings.some((each) => each.Location === zone && each.InstanceType === (type as _InstanceType))
  const fix = 'Name subnets of zones that have one of its instanceTypes, or other types.'
  return baking.flatMap(([key, configuration]) => {
    const { instanceTypes } = configuration
    const without = zones.filter((zone) => !instanceTypes.some((type) => has(zone, type)))
    if (without.length === 0) return []
    const text = `${at}: ${list(without)} ${without.length === 1 ? 'has' : 'have'} no ${instanceTypes.join(' or ')}, of the infrastructure ${key}`
    return without.length === zones.length ? [fail(`${text}: nothing is baked`, fix)] : [warning(text, fix)]
  })
}

export const networkChecks = [subnets]
