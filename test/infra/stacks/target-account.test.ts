import { beforeAll, describe, expect, it } from 'vitest'
import type { Ring } from '../../../domain/fleet/model.ts'
import type { Template } from '../../../infra/synthesize.ts'
import { allowed, resourcesOf, statementsOf } from '../../support/template.ts'
import { slow, smallAssembly, smallFleet, synth } from '../fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).targetStack.template
}, slow)

const role = (id: string) => resourcesOf(template, 'AWS::IAM::Role')[id]

it('is two roles and nothing else, for any account: no parameter, asset or bootstrap', () => {
  expect(Object.keys(template.Resources)).toEqual(['PublishRole', 'CrossAccountDistributionRole'])
  expect(Object.keys(template).sort()).toEqual(['Description', 'Outputs', 'Resources'])
  expect(Object.keys(template.Outputs ?? {})).toEqual(['RebakeVersion'])
})

/** Those that act in targets in any fleet. */
const always = [
  'verify-distribution',
  'publish-pointers',
  'restore-pointers',
  'reconcile-images',
  'plan-revocation',
  'plan-retirement',
  'withdraw-amis',
  'examine-accounts',
]
const serviceRole =
  'arn:<AWS::Partition>:iam::<AWS::AccountId>:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling'
const describing = [
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeLaunchConfigurations',
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeRegions',
]

describe('the publish role', () => {
  it('is for the functions of the build account that look at targets and change them, with the external id', () => {
    expect(role('PublishRole')?.RoleName).toBe('gold-publish')
    expect(role('PublishRole')?.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: 'arn:<AWS::Partition>:iam::111122223333:root' },
        Condition: {
          ArnEquals: {
            'aws:PrincipalArn': always.map((name) => `arn:<AWS::Partition>:iam::111122223333:role/gold-${name}`),
          },
          StringEquals: { 'sts:ExternalId': 'gold' },
        },
      },
    ])
  })

  const inRegions = (service: string, resource: string, regions = ['eu-west-1', 'us-east-1']) =>
    regions.map((region) => `arn:<AWS::Partition>:${service}:${region}:<AWS::AccountId>:${resource}`)

  it('writes and reads the parameters of the rings, in their regions, and looks at AMIs and their keys', () => {
    const may = allowed(template, 'PublishRole')
    const parameters = ['/gold/everyone/*', '/golden-images/*']
      .flatMap((name) => inRegions('ssm', `parameter${name}`))
      .sort()
    expect(may).toMatchObject({
      ...Object.fromEntries([...describing, 'ec2:DescribeSnapshots'].map((action) => [action, ['*']])),
      // It lets rebake doctor see whether the other role, that of Auto Scaling, and the account's own keys are there.
      'iam:GetRole': [
        'arn:<AWS::Partition>:iam::<AWS::AccountId>:role/EC2ImageBuilderDistributionCrossAccountRole',
        serviceRole,
      ],
      'kms:DescribeKey': inRegions('kms', 'key/*', ['us-east-1']),
      'ssm:PutParameter': parameters,
    })
  })

  it('finds out what uses the copies of the fleet, and withdraws them, and no other AMI', () => {
    const may = allowed(template, 'PublishRole')
    // Launch templates name the parameters of their teams.
    expect(may['ssm:GetParameters']).toEqual(expect.arrayContaining(inRegions('ssm', 'parameter/*')))
    const ofEc2 = (kind: string) =>
      ['eu-west-1', 'us-east-1'].map((region) => `arn:<AWS::Partition>:ec2:${region}::${kind}/*`)
    const byTag = statementsOf(template, 'PublishRole').filter(({ Action }) =>
      /^ec2:(?!Describe)/.test(Action[0] ?? ''),
    )
    expect(byTag).toEqual([
      {
        Effect: 'Allow',
        Resource: ofEc2('image'),
        Action: ['ec2:DeregisterImage', 'ec2:DisableImage', 'ec2:EnableImageDeprecation'],
        Condition: { StringEquals: { 'aws:ResourceTag/rebake:fleet': 'gold' } },
      },
      {
        Effect: 'Allow',
        Resource: ofEc2('snapshot'),
        Action: ['ec2:DeleteSnapshot'],
        Condition: { StringEquals: { 'aws:ResourceTag/rebake:fleet': 'gold' } },
      },
      {
        Effect: 'Allow',
        Resource: ofEc2('snapshot'),
        Action: ['ec2:CreateTags'],
        Condition: {
          StringEquals: { 'aws:RequestTag/rebake:fleet': 'gold' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['rebake:fleet'] },
        },
      },
    ])
  })

  it('lets Auto Scaling of its account use keys of the build account, and nobody else', () => {
    const [granting, ...others] = statementsOf(template, 'PublishRole').filter(({ Action }) =>
      Action.includes('kms:CreateGrant'),
    )
    expect(others).toEqual([])
    expect(granting).toMatchObject({
      Resource: ['eu-west-1', 'us-east-1'].map((region) => `arn:<AWS::Partition>:kms:${region}:111122223333:key/*`),
      Condition: {
        'ForAllValues:StringEquals': { 'kms:GrantOperations': expect.arrayContaining(['Decrypt', 'CreateGrant']) },
        StringEquals: { 'kms:GranteePrincipal': serviceRole },
      },
    })
  })

  it(
    'changes launch templates that are tagged for the fleet, where a ring has some',
    async () => {
      const launchTemplates = [{ name: 'web', default: true }]
      const { rings, ...fleet } = smallFleet()
      const early = { ...rings.early, launchTemplates, kmsKeys: {} } as Ring
      const { targetStack } = await synth({ ...fleet, rings: { ...rings, early } })
      const statements = statementsOf(targetStack.template, 'PublishRole')
      const changing = statements.filter(({ Action }) => Action.includes('ec2:ModifyLaunchTemplate'))
      expect(changing).toHaveLength(1)
      expect(changing[0]).toMatchObject({
        Action: ['ec2:CreateLaunchTemplateVersion', 'ec2:ModifyLaunchTemplate'],
        Resource: inRegions('ec2', 'launch-template/*', ['us-east-1']),
        Condition: { StringEquals: { 'aws:ResourceTag/rebake:fleet': 'gold' } },
      })
    },
    slow,
  )

  it.each([
    ['555566667777', ['start-distribution', ...always], ['*']],
    ['111122223333', always, undefined],
  ])(
    'reads alarms where a ring has one in a target: %s',
    async (account, callers, resources) => {
      const { rings, ...fleet } = smallFleet()
      const alarm = `arn:aws:cloudwatch:us-east-1:${account}:alarm:errors`
      const everyone = { ...rings.everyone, alarm } as Ring
      const { targetStack } = await synth({ ...fleet, rings: { ...rings, everyone } })
      const may = allowed(targetStack.template, 'PublishRole')
      for (const action of ['DescribeAlarms', 'DescribeAlarmHistory'])
        expect(may[`cloudwatch:${action}`]).toEqual(resources)
      const { AssumeRolePolicyDocument: trust } = resourcesOf(targetStack.template, 'AWS::IAM::Role').PublishRole ?? {}
      expect(trust.Statement[0].Condition.ArnEquals['aws:PrincipalArn']).toEqual(
        callers.map((name) => `arn:<AWS::Partition>:iam::111122223333:role/gold-${name}`),
      )
    },
    slow,
  )
})

describe('the distribution role', () => {
  it('has the name and the policy that Image Builder requires, and trusts the build account', () => {
    expect(role('CrossAccountDistributionRole')).toMatchObject({
      RoleName: 'EC2ImageBuilderDistributionCrossAccountRole',
      ManagedPolicyArns: ['arn:<AWS::Partition>:iam::aws:policy/Ec2ImageBuilderCrossAccountDistributionAccess'],
      AssumeRolePolicyDocument: {
        Statement: [{ Principal: { AWS: 'arn:<AWS::Partition>:iam::111122223333:root' } }],
      },
    })
  })

  it('uses keys through EC2 only, of the build account in every region, and its own where a ring names them', () => {
    for (const { Resource, Condition } of statementsOf(template, 'CrossAccountDistributionRole')) {
      expect(Resource.sort()).toEqual([
        'arn:<AWS::Partition>:kms:eu-west-1:111122223333:key/*',
        'arn:<AWS::Partition>:kms:us-east-1:111122223333:key/*',
        'arn:<AWS::Partition>:kms:us-east-1:<AWS::AccountId>:key/*',
      ])
      expect(Condition).toMatchObject({ StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' } })
    }
  })

  it(
    'uses a key that a ring names in another account',
    async () => {
      const fleet = smallFleet()
      const key = 'arn:aws:kms:us-east-1:999900001111:key/0a1b2c3d-0000-1111-2222-333344445555'
      fleet.rings.everyone = { ...fleet.rings.everyone, kmsKeys: { 'us-east-1': key } } as never
      const { targetStack } = await synth(fleet)
      expect(allowed(targetStack.template, 'CrossAccountDistributionRole')['kms:Encrypt']).toContain(key)
    },
    slow,
  )
})
