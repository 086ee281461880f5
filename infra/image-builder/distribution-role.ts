import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { crossAccountRoleName, resourceName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import type { FleetKey } from '../fleet-key.ts'
import { acknowledgeWildcards, madeByImageBuilder, type Permission, policyOf } from '../permissions.ts'
import { reachesOrganization, targetAccounts } from '../targets.ts'

/**
 * The execution role of DistributeImage: it shares an image with its target accounts, and copies it there
 * through the role that waits in each. The statements are those of EC2ImageBuilderExecutionPolicy that
 * distribution needs, limited to the fleet's key and accounts.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderExecutionPolicy.html
 */
export function createDistributionRole(scope: Construct, fleet: Fleet, arns: Arns, key: FleetKey): Role {
  const ec2 = `ec2.*.amazonaws.com`
  const keys = {
    resources: [key.keyArn, ...ownKeys(fleet)],
    why: 'IAM knows keys by their ids only: an alias in the fleet may stand for any key of its region.',
  }
  const licenses = [...new Set(Object.values(fleet.rings).flatMap((ring) => ring.licenses))]
  const permissions: Permission[] = [
    {
      actions: ['ec2:DescribeImages', 'ec2:DescribeSnapshots', 'ec2:DescribeTags'],
      resources: ['*'],
      why: 'Describe actions know no resources.',
    },
    {
      actions: ['ec2:CopyImage'],
      resources: ['*'],
      why: 'The AMI that a copy becomes has no id yet.',
    },
    {
      actions: ['ec2:ModifyImageAttribute'],
      resources: [arns.anyImage],
      conditions: { StringEquals: madeByImageBuilder },
      why: 'Ids of AMIs and snapshots are given by EC2; the tag limits them to those of Image Builder.',
    },
    {
      actions: ['ec2:ModifySnapshotAttribute'],
      resources: [arns.anySnapshot],
      conditions: { StringEquals: madeByImageBuilder },
      why: 'Ids of AMIs and snapshots are given by EC2; the tag limits them to those of Image Builder.',
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [arns.anyImage, arns.anySnapshot],
      why: 'Copies are tagged as they are made, in every region of the rings.',
    },
    assumeCopyRoles(fleet, arns),
    {
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:DescribeKey',
      ],
      ...keys,
      conditions: { StringLike: { 'kms:ViaService': ec2 } },
    },
    {
      actions: ['kms:CreateGrant'],
      ...keys,
      conditions: { StringLike: { 'kms:ViaService': ec2 }, Bool: { 'kms:GrantIsForAWSResource': true } },
    },
    {
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [arns.logGroup('/aws/imagebuilder/*')],
      why: 'Image Builder names the log group of a distribution.',
    },
    ...(licenses.length > 0
      ? [{ actions: ['license-manager:UpdateLicenseSpecificationsForResource'], resources: licenses }]
      : []),
  ]
  const role = new Role(scope, 'DistributionRole', {
    roleName: resourceName(fleet.name, 'distribution'),
    description: 'Image Builder, while it distributes a validated image',
    assumedBy: new ServicePrincipal('imagebuilder.amazonaws.com'),
    inlinePolicies: { permissions: policyOf(permissions) },
  })
  acknowledgeWildcards(role, permissions)
  return role
}

/** The roles in the target accounts, which let the build account in. */
const assumeCopyRoles = (fleet: Fleet, arns: Arns): Permission =>
  reachesOrganization(fleet)
    ? {
        actions: ['sts:AssumeRole'],
        resources: [arns.role(crossAccountRoleName, '*')],
        why: 'Accounts of the organization come and go; the role there trusts whom it trusts.',
      }
    : {
        actions: ['sts:AssumeRole'],
        resources: targetAccounts(fleet).map((account) => arns.role(crossAccountRoleName, account)),
      }

/** Keys of the build account in other regions, for what is shared from there. */
const ownKeys = (fleet: Fleet) => [
  ...new Set(
    Object.values(fleet.rings)
      .flatMap(({ kmsKeys = {} }) => Object.values(kmsKeys))
      .filter((arn) => arn.split(':')[4] === fleet.build.account)
      .map((arn) => (arn.includes(':alias/') ? arn.replace(/:alias\/.*/, ':key/*') : arn)),
  ),
]
