import { Aws, DefaultStackSynthesizer, type IStackSynthesizer, Validations } from 'aws-cdk-lib'
import { AccountPrincipal, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { publishRoleName, resourceName, targetParameter } from '../../domain/names.ts'
import { acknowledgeWildcards, type Permission, policyOf } from '../permissions.ts'
import { crossAccountRoleName, targetRegions } from '../targets.ts'
import { RebakeStack } from './rebake-stack.ts'

/**
 * The two roles that wait in each target account: one template, without assets or parameters, for a StackSet.
 * Roles are global: deploy it to one region of each account; it covers every region of the rings.
 */
export class TargetAccountStack extends RebakeStack {
  constructor(scope: Construct, { fleet }: { fleet: Fleet }) {
    super(scope, resourceName(fleet.name, 'target-account'), {
      description: `Rebake: lets ${fleet.build.account} copy the images of ${fleet.name} here and point to them`,
      // A StackSet knows no CDK bootstrap.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    })
    this.createPublishRole(fleet)
    this.createCrossAccountRole(fleet)
  }

  /** For verify-distribution and publish-pointers of the build account, and nobody else in it. */
  private createPublishRole(fleet: Fleet): void {
    const permissions: Permission[] = [
      {
        actions: ['ssm:PutParameter'],
        resources: parametersOf(fleet).flatMap(({ name, regions }) =>
          regions.map((region) => arn('ssm', region, Aws.ACCOUNT_ID, `parameter${name}`)),
        ),
        why: 'One parameter for each image of the fleet.',
      },
      {
        // SSM also looks for the AMI, with its caller's permission, when the parameter is of type aws:ec2:image.
        actions: ['ec2:DescribeImages'],
        resources: ['*'],
        why: 'ec2:DescribeImages knows no resources.',
      },
    ]
    const callers = ['verify-distribution', 'publish-pointers'].map((name) =>
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
      resources: [
        arn('kms', fleet.build.region, fleet.build.account, 'key/*'),
        arn('kms', '*', Aws.ACCOUNT_ID, 'key/*'),
        ...foreignKeys(fleet),
      ],
      why: "The fleet's key, whose policy decides, and the keys that this account encrypts its copies with.",
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
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('Ec2ImageBuilderCrossAccountDistributionAccess'),
      ],
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

/** Names of the rings' parameters, with * for the image, and the regions that they are in. */
const parametersOf = (fleet: Fleet) => {
  const names = Object.entries(fleet.rings).map(([ring, { parameter }]) =>
    targetParameter(parameter, { fleet: fleet.name, image: '*', ring }),
  )
  return [...new Set(names)].map((name) => ({ name, regions: targetRegions(fleet) }))
}

/** Keys that a ring names in some other account. */
const foreignKeys = (fleet: Fleet) => [
  ...new Set(
    Object.values(fleet.rings).flatMap(({ kmsKeys = {} }) =>
      Object.values(kmsKeys).filter((arn) => !arn.includes('{account}') && arn.includes(':key/')),
    ),
  ),
]
