import { beforeAll, describe, expect, it } from 'vitest'
import type { Network } from '../../../domain/fleet/network.ts'
import type { Template } from '../../../infra/synthesize.ts'
import { allowed, onlyResourceOf, resourcesOf, statementsOf } from '../../support/template.ts'
import { slow, smallAssembly, smallFleet, synth } from '../fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

const named = (type: string, name: string) =>
  Object.values(resourcesOf(template, `AWS::ImageBuilder::${type}`)).find(({ Name }) => Name === name)

const templateOf = async (change: (fleet: ReturnType<typeof smallFleet>) => void) => {
  const fleet = smallFleet()
  change(fleet)
  return (await synth(fleet)).buildStack.template
}

describe('infrastructure', () => {
  it('demands IMDSv2 at one hop, logs to the bucket, and runs where the fleet says', () => {
    expect(named('InfrastructureConfiguration', 'gold-small')).toMatchObject({
      InstanceTypes: ['m7i.large', 'm6i.large'],
      InstanceMetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      InstanceProfileName: '<BuildInstanceSmallProfile>',
      Logging: { S3Logs: { S3BucketName: '<BuildLogs>', S3KeyPrefix: 'small' } },
      SubnetId: 'subnet-0a1b2c3d4e5f67890',
      SecurityGroupIds: ['sg-0a1b2c3d4e5f67890'],
      TerminateInstanceOnFailure: false,
      ResourceTags: { cost: 'low', 'rebake:fleet': 'gold' },
    })
  })

  it('lets instances read no parameter, and only the components of the fleet', () => {
    const may = allowed(template, 'BuildInstanceSmallRole')
    expect(Object.keys(may).filter((action) => /parameter|assumerole|passrole/i.test(action))).toEqual([])
    expect(may['imagebuilder:GetComponent']).toEqual([
      'arn:aws:imagebuilder:eu-west-1:111122223333:component/gold-*',
      'arn:aws:imagebuilder:eu-west-1:444455556666:component/agent/*',
      'arn:aws:imagebuilder:eu-west-1:aws:component/update-linux/*',
    ])
    expect(may['s3:PutObject']).toEqual(['<BuildLogs.Arn>/*'])
  })

  it('gives the role and the profile of each configuration a name that a bucket policy can have before there is one', () => {
    expect(resourcesOf(template, 'AWS::IAM::Role').BuildInstanceSmallRole).toMatchObject({ RoleName: 'gold-on-small' })
    expect(onlyResourceOf(template, 'AWS::IAM::InstanceProfile')).toEqual({
      InstanceProfileName: 'gold-on-small',
      Roles: ['<BuildInstanceSmallRole>'],
    })
  })

  it(
    'lets the instances of a configuration reach what it names, and those of another nothing more',
    async () => {
      const key = 'arn:aws:kms:eu-west-1:444455556666:key/1a2b3c4d-0000-1111-2222-333344445555'
      const boundary = 'arn:aws:iam::111122223333:policy/boundary'
      const policies = [
        'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
        'arn:aws:iam::111122223333:policy/teams/tools',
      ]
      const fleet = smallFleet()
      const base = { instanceTypes: ['m7i.large'], terminateOnFailure: true, tags: {} }
      fleet.infrastructure.private = {
        ...base,
        reads: ['s3://installers/linux/*', 's3://installers/agent.rpm', 'ssm:/ci/*', 'ssm:plain', 'secret:team/token'],
        writes: ['s3://reports/*'],
        kmsKeys: [key],
        policies,
        permissionsBoundary: boundary,
      }
      fleet.infrastructure.reader = { ...base, kmsKeys: [key] }
      const { template: made } = (await synth(fleet, { validate: true })).buildStack
      const usual = allowed(made, 'BuildInstanceSmallRole')
      const more = Object.entries(allowed(made, 'BuildInstancePrivateRole')).flatMap(([action, resources]) => {
        const others = resources.filter((each) => !usual[action]?.includes(each))
        return others.length > 0 ? [[action, others]] : []
      })
      const parameters = [
        'arn:aws:ssm:eu-west-1:111122223333:parameter/ci/*',
        'arn:aws:ssm:eu-west-1:111122223333:parameter/plain',
      ]
      expect(Object.fromEntries(more)).toEqual({
        's3:GetObject': ['arn:aws:s3:::installers/agent.rpm', 'arn:aws:s3:::installers/linux/*'],
        's3:ListBucket': ['arn:aws:s3:::installers'],
        's3:PutObject': ['arn:aws:s3:::reports/*'],
        'ssm:GetParameter': parameters,
        'ssm:GetParameters': parameters,
        'secretsmanager:GetSecretValue': ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/token-??????'],
        'kms:Decrypt': [key],
        'kms:GenerateDataKey': [key],
      })
      expect(
        statementsOf(made, 'BuildInstancePrivateRole').find(({ Action }) => Action[0] === 's3:ListBucket'),
      ).toMatchObject({
        Condition: { StringLike: { 's3:prefix': ['linux/*', 'agent.rpm'] } },
      })
      const { ManagedPolicyArns, PermissionsBoundary } =
        resourcesOf(made, 'AWS::IAM::Role').BuildInstancePrivateRole ?? {}
      expect({ ManagedPolicyArns, PermissionsBoundary }).toEqual({
        ManagedPolicyArns: policies,
        PermissionsBoundary: boundary,
      })
      expect(allowed(made, 'BuildInstanceReaderRole')).toEqual({ ...usual, 'kms:Decrypt': [key] })
      const configurations = Object.values(resourcesOf(made, 'AWS::ImageBuilder::InfrastructureConfiguration'))
      expect(configurations.find(({ Name }) => Name === 'gold-private')?.InstanceProfileName).toBe(
        '<BuildInstancePrivateProfile>',
      )
    },
    slow,
  )

  it(
    'has a configuration for each subnet, with its security groups, and pipelines take the first',
    async () => {
      const made = await templateOf((fleet) => {
        const [group, other] = ['sg-0a1b2c3d4e5f67890', 'sg-0a1b2c3d4e5f67891']
        const network = { vpc: 'vpc-0a1b2c3d4e5f67890', endpoints: 'list' as const }
        fleet.network = {
          ...network,
          subnets: [{ subnet: 'subnet-00000001' }, { subnet: 'subnet-00000002', securityGroups: [other] }],
          securityGroups: [group],
        }
        fleet.infrastructure.apart = {
          instanceTypes: ['g6.xlarge'],
          terminateOnFailure: true,
          tags: {},
          network: { ...network, subnets: [{ subnet: 'subnet-00000003', securityGroups: [group, other] }] },
        }
        Object.assign(fleet.images.api ?? {}, { infrastructure: 'apart' })
      })
      const configurations = resourcesOf(made, 'AWS::ImageBuilder::InfrastructureConfiguration')
      const [first, second, third] = Object.values(configurations).toSorted((a, b) =>
        String(a.SubnetId).localeCompare(String(b.SubnetId)),
      )
      expect([first?.Name, first?.SubnetId, first?.SecurityGroupIds]).toEqual([
        'gold-small',
        'subnet-00000001',
        ['sg-0a1b2c3d4e5f67890'],
      ])
      // All else is as it is in the first subnet.
      expect(second).toEqual({
        ...first,
        Name: 'gold-small--2',
        SubnetId: 'subnet-00000002',
        SecurityGroupIds: ['sg-0a1b2c3d4e5f67891'],
      })
      expect([third?.Name, third?.SecurityGroupIds]).toEqual([
        'gold-apart',
        ['sg-0a1b2c3d4e5f67890', 'sg-0a1b2c3d4e5f67891'],
      ])
      expect(Object.keys(configurations)).toEqual([
        'InfrastructureSmall',
        'InfrastructureApart',
        'FurtherSubnetsSmall2',
      ])
      const pipelines = Object.values(resourcesOf(made, 'AWS::ImageBuilder::ImagePipeline'))
      expect(pipelines.map((each) => each.InfrastructureConfigurationArn)).toEqual([
        '<InfrastructureSmall.Arn>',
        '<InfrastructureApart.Arn>',
      ])
      expect(made.Resources.ImageBasePipeline).toMatchObject({
        DependsOn: expect.arrayContaining(['FurtherSubnetsSmall2']),
      })
    },
    slow,
  )

  it('keeps the logs private', () => {
    expect(onlyResourceOf(template, 'AWS::S3::Bucket')).toMatchObject({
      BucketEncryption: expect.anything(),
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
      LifecycleConfiguration: { Rules: [expect.objectContaining({ ExpirationInDays: 180 })] },
    })
  })
})

describe('the network', () => {
  const endpoints = (from: Template) =>
    Object.values(resourcesOf(from, 'AWS::EC2::VPCEndpoint')).map(({ ServiceName }) => ServiceName)
  const withNetwork = (more: Partial<Network>) =>
    templateOf((fleet) => {
      fleet.network = { ...(fleet.network as Network), ...more }
    })
  const interfaces = ['ssm', 'ssmmessages', 'ec2messages', 'imagebuilder', 'logs'].map(
    (name) => `com.amazonaws.eu-west-1.${name}`,
  )

  it('lists the endpoints that a private subnet needs', () => {
    expect(endpoints(template)).toEqual([])
    expect(template.Outputs?.VpcEndpointsNeeded).toMatchObject({
      Value: 'ssm, ssmmessages, ec2messages, imagebuilder, logs, s3 (gateway)',
    })
  })

  it(
    'creates them where asked, open to the build instances only',
    async () => {
      const created = await withNetwork({ endpoints: 'create', routeTables: ['rtb-0a1b2c3d4e5f67890'] })
      expect(endpoints(created)).toEqual([...interfaces, 'com.amazonaws.eu-west-1.s3'])
      expect(created.Outputs).not.toHaveProperty('VpcEndpointsNeeded')
      expect(onlyResourceOf(created, 'AWS::EC2::SecurityGroupIngress')).toMatchObject({
        FromPort: 443,
        ToPort: 443,
        SourceSecurityGroupId: 'sg-0a1b2c3d4e5f67890',
      })
    },
    slow,
  )

  it(
    'lists the gateway that it cannot create, and opens endpoints to a block where the fleet has one',
    async () => {
      const created = await withNetwork({ endpoints: 'create', cidr: '10.0.0.0/16' })
      expect(endpoints(created)).toEqual(interfaces)
      expect(created.Outputs?.VpcEndpointsNeeded).toMatchObject({ Value: 's3 (gateway)' })
      expect(onlyResourceOf(created, 'AWS::EC2::SecurityGroup').SecurityGroupIngress).toMatchObject([
        { CidrIp: '10.0.0.0/16', FromPort: 443 },
      ])
    },
    slow,
  )

  it(
    'creates the endpoints of a VPC once, for all the networks there, and those of another VPC apart',
    async () => {
      const created = await templateOf((fleet) => {
        const [group, other] = ['sg-0a1b2c3d4e5f67890', 'sg-0a1b2c3d4e5f67891']
        const here = { vpc: 'vpc-00000001', endpoints: 'create' as const }
        fleet.network = { ...here, subnets: [{ subnet: 'subnet-00000001' }], securityGroups: [group] }
        const base = { instanceTypes: ['m7i.large'], terminateOnFailure: true, tags: {} }
        const subnets = [{ subnet: 'subnet-00000002', securityGroups: [other] }]
        fleet.infrastructure.also = { ...base, network: { ...here, subnets, routeTables: ['rtb-00000001'] } }
        fleet.infrastructure.listed = {
          ...base,
          network: { ...here, endpoints: 'list', subnets: [{ subnet: 'subnet-00000003' }], cidr: '10.0.3.0/24' },
        }
        fleet.infrastructure.apart = {
          ...base,
          network: { ...here, vpc: 'vpc-00000002', subnets: [{ subnet: 'subnet-00000004', securityGroups: [group] }] },
        }
      })
      const all = Object.entries(resourcesOf(created, 'AWS::EC2::VPCEndpoint'))
      const at = (vpc: string) => all.flatMap(([, each]) => (each.VpcId === vpc ? [each] : []))
      expect(at('vpc-00000001').map(({ ServiceName }) => ServiceName)).toEqual([
        ...interfaces,
        'com.amazonaws.eu-west-1.s3',
      ])
      expect(at('vpc-00000001')[0]?.SubnetIds).toEqual(['subnet-00000001', 'subnet-00000002'])
      expect(at('vpc-00000002').map(({ ServiceName }) => ServiceName)).toEqual(interfaces)
      // The ids of the fleet's own network are those of before: a second endpoint could not be made beside the first.
      expect(all.map(([id]) => id)).toContain('SsmEndpoint')
      const rules = Object.values(resourcesOf(created, 'AWS::EC2::SecurityGroupIngress'))
      const open = rules.map(({ GroupId, SourceSecurityGroupId }) => `${GroupId} ${SourceSecurityGroupId}`)
      expect(open.toSorted()).toEqual([
        '<EndpointSecurityGroup.GroupId> sg-0a1b2c3d4e5f67890',
        '<EndpointSecurityGroup.GroupId> sg-0a1b2c3d4e5f67891',
        '<VpcsAtVpc00000002EndpointSecurityGroup.GroupId> sg-0a1b2c3d4e5f67890',
      ])
      expect(resourcesOf(created, 'AWS::EC2::SecurityGroup').EndpointSecurityGroup?.SecurityGroupIngress).toMatchObject(
        [{ CidrIp: '10.0.3.0/24' }],
      )
    },
    slow,
  )

  it(
    'leaves the default VPC to Image Builder',
    async () => {
      const bare = await templateOf((fleet) => {
        delete fleet.network
      })
      expect(
        resourcesOf(bare, 'AWS::ImageBuilder::InfrastructureConfiguration').InfrastructureSmall,
      ).not.toHaveProperty('SubnetId')
    },
    slow,
  )
})
