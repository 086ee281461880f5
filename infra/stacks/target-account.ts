import { Aws, DefaultStackSynthesizer, type IStackSynthesizer, Validations } from 'aws-cdk-lib'
import { AccountPrincipal, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { grantOperations, serviceRoleArn } from '../../domain/grants.ts'
import { managedPolicies } from '../../domain/managed-policies.ts'
import { crossAccountRoleName, fleetTag, publishRoleName, resourceName, targetParameter } from '../../domain/names.ts'
import type { FunctionName } from '../functions/names.ts'
import { acknowledgeWildcards, type Permission, policyOf } from '../permissions.ts'
import { targetStackName } from '../stack-names.ts'
import { namedKeys, targetRegions } from '../targets.ts'
import { readUsesPermissions, withdrawAmis } from '../withdrawal.ts'
import { RebakeStack } from './rebake-stack.ts'

/**
 * The two roles that wait in each target account: one template, without assets or parameters, for a StackSet.
 * Roles are global: deploy it to one region of each account; it covers every region of the rings.
 */
export class TargetAccountStack extends RebakeStack {
  constructor(scope: Construct, { fleet }: { fleet: Fleet }) {
    super(scope, targetStackName(fleet), {
      description: `Rebake: lets ${fleet.build.account} copy the images of ${fleet.name} here and point to them`,
      // A StackSet knows no CDK bootstrap.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    })
    this.createPublishRole(fleet)
    this.createCrossAccountRole(fleet)
  }

  /** For the functions of the build account that look at targets and point them to AMIs, and nobody else in it. */
  private createPublishRole(fleet: Fleet): void {
    const permissions = publishPermissions(fleet)
    const callers = callersOf(fleet).map((name) =>
      arn('iam', '', fleet.build.account, `role/${resourceName(fleet.name, name)}`),
    )
    const role = new Role(this, 'PublishRole', {
      roleName: publishRoleName(fleet.name),
      description: `Points the parameters of this account to the images of ${fleet.name}`,
      // The account with a condition: a role as principal would have to exist before this stack.
      assumedBy: new AccountPrincipal(fleet.build.account).withConditions({
        ArnEquals: { 'aws:PrincipalArn': callers },
        StringEquals: { 'sts:ExternalId': fleet.name },
      }),
      inlinePolicies: { permissions: policyOf(permissions) },
    })
    acknowledgeWildcards(role, permissions)
  }

  /** https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html */
  private createCrossAccountRole(fleet: Fleet): void {
    const keys = {
      resources: keysOf(fleet),
      why: "The fleet's key in each region, whose policies decide, and other keys that the fleet names.",
    }
    const viaEc2 = { StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' } }
    const permissions: Permission[] = [
      {
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:DescribeKey',
          'kms:ListGrants',
          'kms:RevokeGrant',
        ],
        ...keys,
        conditions: viaEc2,
      },
      {
        actions: ['kms:CreateGrant'],
        ...keys,
        conditions: { ...viaEc2, Bool: { 'kms:GrantIsForAWSResource': true } },
      },
    ]
    const role = new Role(this, 'CrossAccountDistributionRole', {
      roleName: crossAccountRoleName,
      description: `Image Builder of ${fleet.build.account} copies AMIs to this account`,
      assumedBy: new AccountPrincipal(fleet.build.account),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(managedPolicies.copy)],
      inlinePolicies: { keys: policyOf(permissions) },
    })
    acknowledgeWildcards(role, permissions)
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/Ec2ImageBuilderCrossAccountDistributionAccess]',
      reason: 'Image Builder requires this policy on this role, by name.',
    })
  }
}

const arn = (service: string, region: string, account: string, resource: string) =>
  `arn:${Aws.PARTITION}:${service}:${region}:${account}:${resource}`

const rings = (fleet: Fleet) => Object.values(fleet.rings)

/** Whether an alarm is in a target account: the role there reads it. */
const hasAlarms = (fleet: Fleet) =>
  rings(fleet).some(({ alarm }) => alarm && alarm.split(':')[4] !== fleet.build.account)

/** Who goes further than a ring asks its alarm. */
const callersOf = (fleet: Fleet): FunctionName[] => [
  ...(hasAlarms(fleet) ? (['start-distribution'] as const) : []),
  'verify-distribution',
  'publish-pointers',
  'restore-pointers',
  'reconcile-images',
  'plan-revocation',
  'plan-retirement',
  'withdraw-amis',
  'examine-accounts',
]

const publishPermissions = (fleet: Fleet): Permission[] => [
  {
    actions: ['ssm:GetParameters', 'ssm:PutParameter', 'ssm:DeleteParameter', 'ssm:GetParameterHistory'],
    resources: parametersOf(fleet).flatMap(({ name, regions }) =>
      regions.map((region) => arn('ssm', region, Aws.ACCOUNT_ID, `parameter${name}`)),
    ),
    why: 'One parameter for each image of the fleet, and its channels below it.',
  },
  {
    // SSM also looks for the AMI, with its caller's permission, when the parameter is of type aws:ec2:image.
    // Only its snapshots tell the key that an AMI is encrypted with.
    actions: ['ec2:DescribeImages', 'ec2:DescribeRegions', 'ec2:DescribeSnapshots', 'ec2:GetAllowedImagesSettings'],
    resources: ['*'],
    why: 'Describe actions of EC2 know no resources.',
  },
  // Nobody but Image Builder gets into the other role: rebake doctor asks for it here, before a copy fails.
  // And whether the account has a role of Auto Scaling, which needs a grant for the key.
  {
    actions: ['iam:GetRole'],
    resources: [
      arn('iam', '', Aws.ACCOUNT_ID, `role/${crossAccountRoleName}`),
      serviceRoleArn(Aws.PARTITION, Aws.ACCOUNT_ID),
    ],
  },
  ...ownKeys(fleet),
  letAutoScaling(fleet),
  ...templatePermissions(fleet),
  ...withdrawalPermissions(fleet),
  ...(hasAlarms(fleet)
    ? [
        {
          actions: ['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory'],
          resources: ['*'],
          why: 'CloudWatch tells of composite alarms to those only who may read all alarms.',
        },
      ]
    : []),
]

/**
 * Who may add versions to a launch template may pass the role in it, so only templates that their team has tagged for
 * the fleet are changed.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permissions-for-launch-templates.html
 */
function templatePermissions(fleet: Fleet): Permission[] {
  const regions = new Set(rings(fleet).flatMap((ring) => (ring.launchTemplates.length > 0 ? ring.regions : [])))
  if (regions.size === 0) return []
  return [
    {
      actions: ['ec2:CreateLaunchTemplateVersion', 'ec2:ModifyLaunchTemplate'],
      resources: [...regions].sort().map((region) => arn('ec2', region, Aws.ACCOUNT_ID, 'launch-template/*')),
      conditions: { StringEquals: { [`aws:ResourceTag/${fleetTag}`]: fleet.name } },
      why: 'The ids of launch templates are of the account; the tag limits them to those meant for the fleet.',
    },
  ]
}

/** The copies of the fleet and their snapshots, by its tag; what is shared belongs to the build account. */
function withdrawalPermissions(fleet: Fleet): Permission[] {
  const inRegions = (arnIn: (region: string) => string) => targetRegions(fleet).map(arnIn)
  return [
    ...readUsesPermissions(inRegions((region) => arn('ssm', region, Aws.ACCOUNT_ID, 'parameter/*'))),
    ...withdrawAmis(
      {
        images: inRegions((region) => arn('ec2', region, '', 'image/*')),
        snapshots: inRegions((region) => arn('ec2', region, '', 'snapshot/*')),
      },
      { [`aws:ResourceTag/${fleetTag}`]: fleet.name },
    ),
    {
      actions: ['ec2:CreateTags'],
      resources: inRegions((region) => arn('ec2', region, '', 'snapshot/*')),
      conditions: {
        StringEquals: { [`aws:RequestTag/${fleetTag}`]: fleet.name },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [fleetTag] },
      },
      why: 'EC2 gives snapshots their ids, and nobody has tagged them: only the tag of the fleet may be given.',
    },
  ]
}

/** Names of the rings' parameters and of the channels below them, with * for the image, and the regions that they are in. */
const parametersOf = (fleet: Fleet) => {
  const names = Object.entries(fleet.rings).map(([name, ring]) =>
    targetParameter(ring.parameter, { fleet: fleet.name, image: '*', ring: name }),
  )
  // A name that ends with the image covers the channels below it.
  const all = names.flatMap((name) => (name.endsWith('*') ? [name] : [name, `${name}/*`]))
  return [...new Set(all)].map((name) => ({ name, regions: targetRegions(fleet) }))
}

/** Keys of the account itself that encrypt its copies: rebake doctor looks whether they are there and enabled. */
function ownKeys(fleet: Fleet): Permission[] {
  const regions = rings(fleet).flatMap(({ mode, kmsKeys = {} }) =>
    mode === 'copy'
      ? Object.entries(kmsKeys).flatMap(([region, key]) => (key.includes('{account}') ? region : []))
      : [],
  )
  if (regions.length === 0) return []
  return [
    {
      actions: ['kms:DescribeKey'],
      resources: [...new Set(regions)].sort().map((region) => arn('kms', region, Aws.ACCOUNT_ID, 'key/*')),
      why: 'IAM knows keys by their ids only: an alias in the fleet may stand for any key of its region.',
    },
  ]
}

/** Lets Auto Scaling of this account launch what keys of the build account encrypt, and nobody else. */
const letAutoScaling = (fleet: Fleet): Permission => ({
  actions: ['kms:CreateGrant'],
  resources: [
    ...targetRegions(fleet).map((region) => arn('kms', region, fleet.build.account, 'key/*')),
    ...foreignKeys(fleet).filter((key) => !key.includes(Aws.ACCOUNT_ID)),
  ],
  conditions: {
    'ForAllValues:StringEquals': { 'kms:GrantOperations': [...grantOperations] },
    StringEquals: { 'kms:GranteePrincipal': serviceRoleArn(Aws.PARTITION, Aws.ACCOUNT_ID) },
  },
  why: 'Keys have ids only; their policies decide, and the grant is for one role and these uses.',
})

/** What copies are encrypted with, and what they are made from: keys of the build account, and others that rings name. */
function keysOf(fleet: Fleet): string[] {
  const copying = rings(fleet).filter(({ mode }) => mode === 'copy')
  const regions = [fleet.build.region, ...copying.flatMap((ring) => ring.regions)]
  const own = [...new Set(regions)].sort().map((region) => arn('kms', region, fleet.build.account, 'key/*'))
  return [...own, ...foreignKeys(fleet)]
}

/** Keys that rings name of other accounts than the build account: of this one, or of a third. */
const foreignKeys = (fleet: Fleet) => [
  ...new Set(
    namedKeys(fleet)
      .filter((named) => named.split(':')[4] !== fleet.build.account)
      .map((named) => {
        const [, , , region = '', account = ''] = named.split(':')
        if (named.includes(':key/') && account !== '{account}') return named
        return arn('kms', region, account === '{account}' ? Aws.ACCOUNT_ID : account, 'key/*')
      }),
  ),
]
