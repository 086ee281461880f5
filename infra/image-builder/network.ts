import { CfnOutput, Stack, Validations } from 'aws-cdk-lib'
import {
  CfnVPCEndpoint,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  Subnet,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import type { Fleet, Network } from '../../domain/fleet/model.ts'
import { pascalCase } from '../names.ts'

export interface BuildNetwork {
  vpc: IVpc
  subnet: ISubnet
  securityGroups: ISecurityGroup[]
}

/**
 * What an instance in a private subnet talks to: the SSM agent, AWSTOE, its components, and its logs.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/vpc-interface-endpoints.html and
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html
 */
const interfaceServices = ['ssm', 'ssmmessages', 'ec2messages', 'imagebuilder', 'logs']

/** Where the fleet says that instances run; undefined leaves them to the account's default VPC. */
export function createNetwork(scope: Construct, { network }: Fleet): BuildNetwork | undefined {
  if (!network) return undefined
  const vpc = Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: network.vpc,
    availabilityZones: ['of-the-subnet'], // unknown, and not needed: the subnet is given
  })
  const securityGroups = network.securityGroups.map((id) =>
    SecurityGroup.fromSecurityGroupId(scope, id, id, { mutable: false }),
  )
  if (network.endpoints === 'create') createEndpoints(scope, network, vpc, securityGroups)
  else
    new CfnOutput(scope, 'VpcEndpointsNeeded', {
      description: `Endpoints that ${network.subnet} needs, unless it reaches the internet`,
      value: [...interfaceServices, 's3 (gateway)'].join(', '),
    })
  const subnet = Subnet.fromSubnetId(scope, 'Subnet', network.subnet)
  Validations.of(subnet).acknowledge({
    id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
    reason: 'Nothing but the id of the subnet is read.',
  })
  return { vpc, subnet, securityGroups }
}

function createEndpoints(scope: Construct, network: Network, vpc: IVpc, securityGroups: ISecurityGroup[]): void {
  const { region } = Stack.of(scope)
  const service = (name: string) => `com.amazonaws.${region}.${name}`
  const endpoints = new SecurityGroup(scope, 'EndpointSecurityGroup', {
    vpc,
    description: 'Build instances to VPC endpoints',
    allowAllOutbound: false,
  })
  for (const peer of network.cidr ? [Peer.ipv4(network.cidr)] : securityGroups)
    endpoints.addIngressRule(peer, Port.HTTPS, 'Build instances')
  for (const name of interfaceServices)
    new CfnVPCEndpoint(scope, pascalCase(name, 'endpoint'), {
      vpcId: network.vpc,
      vpcEndpointType: 'Interface',
      serviceName: service(name),
      subnetIds: [network.subnet],
      securityGroupIds: [endpoints.securityGroupId],
      privateDnsEnabled: true,
    })
  if (network.routeTables?.length)
    new CfnVPCEndpoint(scope, 'S3Endpoint', {
      vpcId: network.vpc,
      vpcEndpointType: 'Gateway',
      serviceName: service('s3'),
      routeTableIds: network.routeTables,
    })
  else
    new CfnOutput(scope, 'VpcEndpointsNeeded', {
      description: 'Not created: the fleet names no routeTables to add it to',
      value: 's3 (gateway)',
    })
}
