import type { Fleet } from '../domain/fleet/model.ts'
import { buildSubnets, networkOf, networksOf } from '../domain/fleet/network.ts'
import type { World } from '../emulator/index.ts'

/** The Availability Zones of the build region. */
export const zonesIn = ({ build }: Fleet): string[] => [...'abcdef'].map((letter) => `${build.region}${letter}`)

/** The zone of each subnet that a fleet names: those of one network are in different zones, as far as there are zones. */
function zonesOf(fleet: Fleet): Map<string, string> {
  const zones = new Map<string, string>()
  for (const { network } of networksOf(fleet)) {
    const ids = network.subnets.map(({ subnet }) => subnet)
    for (const id of ids) {
      const taken = ids.map((each) => zones.get(each))
      const [first = ''] = zonesIn(fleet)
      if (!zones.has(id)) zones.set(id, zonesIn(fleet).find((zone) => !taken.includes(zone)) ?? first)
    }
  }
  return zones
}

/** The zones in which an image is baked, in the order in which they are tried; none of an image whose subnets are not the fleet's. */
export function bakingZones(fleet: Fleet, image: string): string[] {
  const { infrastructure } = fleet.images[image] ?? {}
  const network = infrastructure === undefined ? undefined : networkOf(fleet, infrastructure)
  const zones = zonesOf(fleet)
  return (network?.subnets ?? []).map(({ subnet }) => zones.get(subnet) ?? '')
}

/** The subnets and security groups that others have made in the build account. */
export function addSubnets({ aws }: World, fleet: Fleet): void {
  const zones = zonesOf(fleet)
  for (const { network } of networksOf(fleet))
    for (const { subnet, securityGroups } of buildSubnets(network)) {
      aws.ec2.subnets.addSubnet({ ...fleet.build, id: subnet, vpc: network.vpc, zone: zones.get(subnet) ?? '' })
      for (const id of securityGroups) aws.ec2.subnets.addGroup({ ...fleet.build, id, vpc: network.vpc })
    }
}
