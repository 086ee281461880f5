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
import { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { buildSubnets, type Network, networksOf } from '../../domain/fleet/network.ts'
import { pascalCase } from '../names.ts'

/** Where an instance may run. */
export interface BuildPlace {
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

/** The VPCs, subnets and security groups that a fleet names: others have made them. */
export class BuildNetworks {
  readonly #vpcs: Construct
  readonly #subnets: Construct
  readonly #groups: Construct

  /** Makes the endpoints that the networks of the fleet ask for, or says which each VPC needs. */
  constructor(scope: Construct, fleet: Fleet) {
    this.#vpcs = new Construct(scope, 'Vpcs')
    this.#subnets = new Construct(scope, 'Subnets')
    // Rules of these get their ids from its path.
    this.#groups = scope
    const networks = networksOf(fleet).map(({ network }) => network)
    for (const vpcId of new Set(networks.map(({ vpc }) => vpc))) {
      // What the fleet's own network has was there before infrastructures had networks, under these ids.
      const within = vpcId === fleet.network?.vpc ? scope : new Construct(this.#vpcs, `At ${vpcId}`)
      const there = networks.filter(({ vpc }) => vpc === vpcId)
      const asking = there.filter(({ endpoints }) => endpoints === 'create')
      if (asking.length > 0) this.#createEndpoints(within, asking, there)
      else listEndpoints(within, there)
    }
  }

  /** The places of a network, in the order in which they are tried. */
  placesOf(network: Network): BuildPlace[] {
    return buildSubnets(network).map(({ subnet, securityGroups }) => ({
      vpc: this.#vpc(network.vpc),
      subnet: this.#subnet(subnet),
      securityGroups: securityGroups.map((id) => this.#group(id)),
    }))
  }

  #vpc(id: string): IVpc {
    const found = this.#vpcs.node.tryFindChild(id)
    // Zones are unknown, and not needed: the subnets are given.
    const attributes = { vpcId: id, availabilityZones: ['of-the-subnets'] }
    return (found as IVpc | undefined) ?? Vpc.fromVpcAttributes(this.#vpcs, id, attributes)
  }

  #subnet(id: string): ISubnet {
    const found = this.#subnets.node.tryFindChild(id)
    if (found) return found as unknown as ISubnet
    const subnet = Subnet.fromSubnetId(this.#subnets, id, id)
    Validations.of(subnet).acknowledge({
      id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      reason: 'Nothing but the id of the subnet is read.',
    })
    return subnet
  }

  #group(id: string): ISecurityGroup {
    const found = this.#groups.node.tryFindChild(id)
    return (
      (found as unknown as ISecurityGroup | undefined) ??
      SecurityGroup.fromSecurityGroupId(this.#groups, id, id, { mutable: false })
    )
  }

  /**
   * One endpoint of a service in a VPC, whatever number of networks asks for it: EC2 makes no second one with a private DNS name, which
   * leads every instance of the VPC to the first.
   * https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
   */
  #createEndpoints(scope: Construct, asking: Network[], there: Network[]): void {
    const [{ vpc } = { vpc: '' }] = asking
    const { region } = Stack.of(scope)
    const service = (name: string) => `com.amazonaws.${region}.${name}`
    const endpoints = new SecurityGroup(scope, 'EndpointSecurityGroup', {
      vpc: this.#vpc(vpc),
      description: 'Build instances to VPC endpoints',
      allowAllOutbound: false,
    })
    const from = there.flatMap((network) =>
      network.cidr ? [network.cidr] : buildSubnets(network).flatMap(({ securityGroups }) => securityGroups),
    )
    for (const each of new Set(from))
      endpoints.addIngressRule(
        each.startsWith('sg-') ? this.#group(each) : Peer.ipv4(each),
        Port.HTTPS,
        'Build instances',
      )
    for (const name of interfaceServices)
      new CfnVPCEndpoint(scope, pascalCase(name, 'endpoint'), {
        vpcId: vpc,
        vpcEndpointType: 'Interface',
        serviceName: service(name),
        subnetIds: [...new Set(asking.flatMap(({ subnets }) => subnets.map(({ subnet }) => subnet)))],
        securityGroupIds: [endpoints.securityGroupId],
        privateDnsEnabled: true,
      })
    const routeTables = [...new Set(asking.flatMap((network) => network.routeTables ?? []))]
    if (routeTables.length > 0)
      new CfnVPCEndpoint(scope, 'S3Endpoint', {
        vpcId: vpc,
        vpcEndpointType: 'Gateway',
        serviceName: service('s3'),
        routeTableIds: routeTables,
      })
    else
      new CfnOutput(scope, 'VpcEndpointsNeeded', {
        description: `Not created in ${vpc}: the fleet names no routeTables to add it to`,
        value: 's3 (gateway)',
      })
  }
}

function listEndpoints(scope: Construct, there: Network[]): void {
  const subnets = new Set(there.flatMap((network) => network.subnets.map(({ subnet }) => subnet)))
  new CfnOutput(scope, 'VpcEndpointsNeeded', {
    description: `Endpoints that ${[...subnets].join(', ')} need, unless they reach the internet`.slice(0, 1_024),
    value: [...interfaceServices, 's3 (gateway)'].join(', '),
  })
}
