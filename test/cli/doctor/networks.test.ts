import { afterEach, beforeEach, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { Environment } from '../../../cli/doctor/environment.ts'
import { examineAll } from '../../../cli/doctor/examine.ts'
import { networkChecks } from '../../../cli/doctor/networks.ts'
import type { AwsEndpoint } from '../../../emulator/aws-endpoint.ts'
import { build, type Served, served } from '../../emulator/accounts.ts'
import { oneImage } from '../../support/one-image.ts'

const network = 'vpc: vpc-00000001, subnets: [subnet-0000000a, subnet-0000000b], securityGroups: [sg-00000001]'
const fleetWith = (settings = network) =>
  oneImage(
    [
      'build: { account: "111122223333", region: us-west-2 }',
      `build: { account: "${build.account}", region: us-east-1 }`,
    ],
    ['infrastructure:', `network: { ${settings} }\ninfrastructure:`],
    ['instanceTypes: [m7i.large]', 'instanceTypes: [g6.xlarge, g5.xlarge]'],
    ['regions: [us-west-2]', 'regions: [us-east-1]'],
  )

let world: Served
beforeEach(async () => {
  world = await served()
  const { subnets } = world.aws.ec2
  subnets.addSubnet({ ...build, id: 'subnet-0000000a', vpc: 'vpc-00000001', zone: 'us-east-1a' })
  subnets.addSubnet({ ...build, id: 'subnet-0000000b', vpc: 'vpc-00000001', zone: 'us-east-1b' })
  subnets.addSubnet({ ...build, id: 'subnet-0000000c', vpc: 'vpc-00000002', zone: 'us-east-1c' })
  subnets.addSubnet({ ...build, id: 'subnet-000000aa', vpc: 'vpc-00000001', zone: 'us-east-1a' })
  subnets.addGroup({ ...build, id: 'sg-00000001', vpc: 'vpc-00000001' })
  subnets.addGroup({ ...build, id: 'sg-00000002', vpc: 'vpc-00000002' })
})
afterEach(() => world.close())

const found = async (fleet = fleetWith()) => {
  const examined = await examineAll(networkChecks, new Environment(deploymentOf(fleet, world.url), {}), () => undefined)
  return examined.flatMap(({ findings }) => findings.map(({ outcome, found }) => `${outcome} ${found}`))
}
const offered = (isOffered: AwsEndpoint['ec2']['subnets']['isOffered']) =>
  Object.assign(world.aws.ec2.subnets, { isOffered })

it('passes subnets that are there, and a fleet without any', async () => {
  expect(await found()).toEqual(['pass 2 subnets'])
  const { network: _, ...bare } = fleetWith()
  expect(await found(bare)).toEqual(['pass instances run in the default VPC'])
})

const twice = network.replace('subnet-0000000b', 'subnet-000000aa')
it.each([
  [
    'a subnet that is not there',
    network.replace('0000000b', '0000000d'),
    ['fail network: there is no subnet subnet-0000000d'],
  ],
  [
    'a security group that is not there',
    network.replace('sg-00000001', 'sg-00000003'),
    ['a', 'b'].map(() => 'fail network: there is no security group sg-00000003'),
  ],
  [
    'a security group of another VPC',
    network.replace('sg-00000001', 'sg-00000002'),
    ['a', 'b'].map(
      (name) =>
        `fail network: the security group sg-00000002 is in vpc-00000002, and subnet-0000000${name} in vpc-00000001: EC2 launches nothing with both`,
    ),
  ],
  [
    'a subnet of another VPC',
    network.replace('subnet-0000000b', '{ subnet: subnet-0000000c, securityGroups: [sg-00000002] }'),
    ['fail network: subnet-0000000c is in vpc-00000002, not in vpc-00000001'],
  ],
  [
    'two subnets of one zone',
    twice,
    [
      'warning network: subnet-000000aa is in us-east-1a, as a subnet before it: where that zone has no capacity, it has none either',
    ],
  ],
  [
    'an endpoint in two subnets of one zone',
    `${twice}, endpoints: create`,
    [
      'fail network: subnet-000000aa is in us-east-1a, as a subnet before it, and EC2 takes one subnet of each zone for an endpoint: the deploy fails',
    ],
  ],
])('finds %s', async (_, settings, expected) => {
  expect(await found(fleetWith(settings))).toEqual(expected)
})

it('finds zones that have none of the types', async () => {
  offered((type, zone) => zone === 'us-east-1a' && type === 'g5.xlarge')
  expect(await found()).toEqual([
    'warning network: us-east-1b has no g6.xlarge or g5.xlarge, of the infrastructure linux',
  ])
  offered(() => false)
  expect(await found()).toEqual([
    'fail network: us-east-1a and us-east-1b have no g6.xlarge or g5.xlarge, of the infrastructure linux: nothing is baked',
  ])
})
