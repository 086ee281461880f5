import { RemovalPolicy } from 'aws-cdk-lib'
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import type { Fleet, Ring } from '../domain/fleet/model.ts'
import { grantOperations, serviceRoleArn } from '../domain/grants.ts'
import { publishRoleName } from '../domain/names.ts'
import { arnsIn } from './arns.ts'
import { ringsWithFleetKey } from './targets.ts'

/**
 * The fleet's key in one region: it encrypts the volumes of every image that is baked or copied there. AMIs need it for as
 * long as they live. The accounts of rings copy and launch what it encrypts.
 */
export class FleetKey extends Key {
  constructor(scope: Construct, fleet: Fleet, region: string) {
    super(scope, 'FleetKey', {
      alias: fleet.name,
      description: `Volumes of the images of ${fleet.name}${region === fleet.build.region ? ', and its notifications' : ''}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    const arns = arnsIn(this.stack)
    for (const { named, where } of whoIn(fleet, ringsWithFleetKey(fleet, region))) {
      // Copies stay encrypted with this key: a launch needs it, and not only the role that copies.
      // https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html
      this.#allow(
        `${named}UseImages`,
        ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        where,
      )
      // https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
      this.#allow(
        `${named}LetEc2UseImages`,
        ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'],
        merged(where, { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
      )
      // No grant for a resource of AWS: Auto Scaling launches with a role of the account, which no policy here can name.
      // https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
      this.#allow(
        `${named}LetAutoScalingUseImages`,
        ['kms:CreateGrant'],
        merged(where, {
          ArnLike: { 'aws:PrincipalArn': arns.role(publishRoleName(fleet.name), '*') },
          'ForAllValues:StringEquals': { 'kms:GrantOperations': [...grantOperations] },
          // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own syntax, which KMS fills in
          StringEquals: { 'kms:GranteePrincipal': serviceRoleArn(arns.partition, '${aws:PrincipalAccount}') },
        }),
      )
    }
  }

  #allow(sid: string, actions: string[], conditions: Conditions): void {
    // In a key policy, all resources are this key.
    const statement = { sid, actions, conditions, resources: ['*'], principals: [new AnyPrincipal()] }
    this.addToResourcePolicy(new PolicyStatement(statement))
  }
}

type Conditions = Record<string, Record<string, string | string[]>>

/** All of them together: one operator may be in several. */
const merged = (...all: Conditions[]): Conditions => {
  const operators = [...new Set(all.flatMap((each) => Object.keys(each)))]
  return Object.fromEntries(
    operators.map((operator) => [operator, Object.assign({}, ...all.map((each) => each[operator]))]),
  )
}

/**
 * Accounts that rings list, and those of the organization or its units. By conditions, and not as principals: KMS refuses
 * a policy that names an account which is gone. The build account is never among them: there IAM decides.
 */
function whoIn({ organization = '', build }: Fleet, rings: Ring[]): { named: string; where: Conditions }[] {
  const listed = [...new Set(rings.flatMap((ring) => ring.accounts))]
    .filter((account) => account !== build.account)
    .sort()
  const units = [...new Set(rings.flatMap(({ organizationalUnits }) => organizationalUnits))].sort()
  const all = rings.some((ring) => ring.organization)
  const inOrganization: Conditions = {
    StringEquals: { 'aws:PrincipalOrgID': organization },
    StringNotEquals: { 'kms:CallerAccount': build.account },
  }
  const paths = units.map((unit) => `${organization}/*/${unit}/*`)
  // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-caller-account
  const accounts = { named: 'TargetAccounts', where: { StringEquals: { 'kms:CallerAccount': listed } } }
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/allow-org-ou-to-use-key.html
  const inUnits = merged(inOrganization, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } })
  const others = { named: 'Organization', where: all ? inOrganization : inUnits }
  return [listed.length > 0 ? [accounts] : [], all || units.length > 0 ? [others] : []].flat()
}
