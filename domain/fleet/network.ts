import * as v from 'valibot'
import { resourceName } from '../names.ts'
import type { Fleet } from './model.ts'
import { atLeastOne, describe, listOf, matching, object, oneOf } from './values.ts'

const SubnetId = matching(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id such as subnet-0a1b2c3d4e5f67890')

const SecurityGroups = atLeastOne(
  matching(/^sg-[0-9a-f]{8,17}$/, 'a security group id such as sg-0a1b2c3d4e5f67890'),
  'security group',
)

const Subnet = object({
  subnet: SubnetId,
  securityGroups: v.pipe(
    v.exactOptional(SecurityGroups),
    describe("Of instances in this subnet. Default: the network's"),
  ),
})

/** The short form of a subnet that has the network's security groups. */
const SubnetAlone = v.pipe(
  SubnetId,
  v.transform((subnet): v.InferOutput<typeof Subnet> => ({ subnet })),
)

export const Network = object({
  vpc: matching(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id such as vpc-0a1b2c3d4e5f67890'),
  subnets: v.pipe(
    atLeastOne(v.union([SubnetAlone, Subnet]), 'subnet'),
    describe('Where build instances run: in the first, and in the next where EC2 has no capacity. Private is best'),
  ),
  securityGroups: v.pipe(
    v.exactOptional(SecurityGroups),
    describe('Of instances in subnets that have none of their own'),
  ),
  endpoints: v.pipe(
    v.optional(oneOf(['create', 'list']), 'list'),
    describe('VPC endpoints that private subnets need: create them, once for the VPC, or only list them'),
  ),
  routeTables: v.pipe(
    v.exactOptional(listOf(matching(/^rtb-[0-9a-f]{8,17}$/, 'a route table id such as rtb-0a1b2c3d4e5f67890'))),
    describe("The subnets', for the endpoint of S3"),
  ),
  cidr: v.exactOptional(
    matching(
      /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}\/(3[0-2]|[12]?\d)$/,
      'a CIDR block such as 10.0.0.0/16',
    ),
  ),
})
export type Network = v.InferOutput<typeof Network>

/** Where an instance may run. */
export interface BuildSubnet {
  subnet: string
  securityGroups: string[]
}

/** The subnets of a network, in the order in which they are tried, each with its security groups. */
export const buildSubnets = ({ subnets, securityGroups: usual = [] }: Network): BuildSubnet[] =>
  subnets.map(({ subnet, securityGroups = usual }) => ({ subnet, securityGroups }))

type Networked = Pick<Fleet, 'network' | 'infrastructure'>

/** Where the instances of an infrastructure run; undefined: in the default VPC. */
export const networkOf = ({ network, infrastructure }: Networked, key: string): Network | undefined =>
  infrastructure[key]?.network ?? network

/** Every network of a fleet, with its place in the file: first the fleet's own. */
export const networksOf = (fleet: Networked): { path: string[]; network: Network }[] => [
  ...(fleet.network ? [{ path: ['network'], network: fleet.network }] : []),
  ...Object.entries(fleet.infrastructure).flatMap(([key, each]) =>
    each.network ? [{ path: ['infrastructure', key, 'network'], network: each.network }] : [],
  ),
]

/**
 * The names of an infrastructure's configurations in Image Builder, one for each subnet, in their order. No key of a fleet has
 * two hyphens in a row, so that no other has such a name.
 */
export function configurationNames(fleet: Networked & Pick<Fleet, 'name'>, key: string): string[] {
  const further = networkOf(fleet, key)?.subnets.slice(1) ?? []
  const first = resourceName(fleet.name, key)
  return [first, ...further.map((_, i) => `${first}--${i + 2}`)]
}
