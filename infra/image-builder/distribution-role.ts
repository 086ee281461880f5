import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { volumeKeys } from '../../domain/fleet/volumes.ts'
import { crossAccountRoleName, fleetKeyAlias, resourceName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import type { FleetKey } from '../fleet-key.ts'
import { acknowledgeWildcards, madeByImageBuilder, type Permission, policyOf } from '../permissions.ts'
import { adoptedPipelines, namedKeys, reachesOrganization, regionsWithFleetKey, targetAccounts } from '../targets.ts'

/**
 * The execution role of DistributeImage: it shares an image with its target accounts, and copies it there
 * through the role that waits in each. The statements are those of EC2ImageBuilderExecutionPolicy that
 * distribution needs, limited to the fleet's key and accounts.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderExecutionPolicy.html
 */
export function createDistributionRole(scope: Construct, fleet: Fleet, arns: Arns, key: FleetKey): Role {
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
    ...keysOf(fleet, arns, key).flatMap((keys) => useThroughEc2(keys)),
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

const useThroughEc2 = ({ resources, conditions = {}, why }: Keys): Permission[] => {
  const ec2 = { StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' } }
  return [
    {
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:DescribeKey',
      ],
      resources,
      conditions: { ...ec2, ...conditions },
      why,
    },
    {
      actions: ['kms:CreateGrant'],
      resources,
      conditions: { ...ec2, ...conditions, Bool: { 'kms:GrantIsForAWSResource': true } },
      why,
    },
  ]
}

type Keys = Pick<Permission, 'resources' | 'conditions'> & { why: string }

/**
 * The keys that a distribution uses: the fleet's own in every region, and those that rings and volumes name. Those of targets, too: the
 * guide does not say whether this role or the one in the target makes the first copy. And those of adopted pipelines, which
 * encrypt what is copied.
 */
function keysOf(fleet: Fleet, arns: Arns, key: FleetKey): Keys[] {
  const named = [...new Set([...namedKeys(fleet), ...volumeKeys(fleet)])]
  const anyKey = (region: string, account: string) => `arn:${arns.partition}:kms:${region}:${account}:key/*`
  const aliased = [
    ...regionsWithFleetKey(fleet).map((region) => ({ region, alias: fleetKeyAlias(fleet.name) })),
    ...named
      .filter((arn) => isOwn(fleet, arn) && arn.includes(':alias/'))
      .map((arn) => ({
        region: arn.split(':')[3] ?? '',
        alias: arn.split(':')[5] ?? '',
      })),
  ]
  const others = named.filter((arn) => !isOwn(fleet, arn))
  const byId = [key.keyArn, ...named.filter((arn) => isOwn(fleet, arn) && arn.includes(':key/'))]
  const byAlias: Keys = {
    resources: [...new Set(aliased.map(({ region }) => anyKey(region, fleet.build.account)))],
    // https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    conditions: {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': [...new Set(aliased.map(({ alias }) => alias))] },
    },
    why: 'IAM knows keys by their ids only; the alias limits them to those of the fleet.',
  }
  const foreign: Keys = {
    resources: [
      ...new Set(
        others.map((arn) => {
          const [, , , region = '', account = ''] = arn.split(':')
          return arn.includes(':key/') && account !== '{account}'
            ? arn
            : anyKey(region, account.replace('{account}', '*'))
        }),
      ),
    ],
    why: 'Keys of other accounts, whose own policies decide: an alias in the fleet may stand for any key of its region.',
  }
  const adopted: Keys = {
    resources: adoptedPipelines(fleet).length > 0 ? [anyKey(fleet.build.region, fleet.build.account)] : [],
    why: 'The recipe of a pipeline that was there before names its key, and its team may change it.',
  }
  const all: Keys[] = [
    { resources: byId, why: "The fleet's key, and those that rings and volumes name." },
    byAlias,
    foreign,
    adopted,
  ]
  return all.filter(({ resources }) => resources.length > 0)
}

const isOwn = ({ build }: Fleet, arn: string) => arn.split(':')[4] === build.account
