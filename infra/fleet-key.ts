import { RemovalPolicy } from 'aws-cdk-lib'
import { AccountPrincipal, AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import type { Fleet, Ring } from '../domain/fleet/model.ts'
import { crossAccountRoleName } from '../domain/names.ts'
import { arnsIn } from './arns.ts'

/** Encrypts the volumes of every image and the notifications. AMIs need it for as long as they live. */
export class FleetKey extends Key {
  constructor(scope: Construct, fleet: Fleet) {
    super(scope, 'FleetKey', {
      alias: fleet.name,
      description: `Volumes of the images of ${fleet.name}, and its notifications`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    const arns = arnsIn(this.stack)
    const rings = Object.values(fleet.rings)
    // The role in a target account decrypts the image and encrypts its copy with a key of its own.
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html
    const copyRole = { ArnLike: { 'aws:PrincipalArn': arns.role(crossAccountRoleName, '*') } }
    this.#allow(
      fleet,
      rings.filter(({ mode }) => mode === 'copy'),
      {
        sid: 'CopyImages',
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
        conditions: copyRole,
      },
    )
    // Anybody who launches what is shared, in the accounts that it is shared with.
    // https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
    this.#allow(
      fleet,
      rings.filter(({ mode }) => mode === 'share'),
      {
        sid: 'LaunchSharedImages',
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKeyWithoutPlaintext',
        ],
        conditions: {},
      },
    )
  }

  /** Lets the accounts of rings use this key, and EC2 for them. */
  #allow(
    fleet: Fleet,
    rings: Ring[],
    { sid, actions, conditions }: { sid: string; actions: string[]; conditions: Conditions },
  ): void {
    for (const { named, principals, where } of whoIn(fleet, rings)) {
      const common = { resources: ['*'], principals } // in a key policy: this key
      this.addToResourcePolicy(
        new PolicyStatement({
          ...common,
          sid: `${named}${sid}`,
          actions,
          conditions: merged(conditions, where),
        }),
      )
      this.addToResourcePolicy(
        new PolicyStatement({
          ...common,
          sid: `${named}LetEc2${sid}`,
          actions: ['kms:CreateGrant'],
          conditions: merged(conditions, where, { Bool: { 'kms:GrantIsForAWSResource': true } }),
        }),
      )
    }
  }
}

type Conditions = Record<string, Record<string, unknown>>

const merged = (...conditions: Conditions[]): Conditions => Object.assign({}, ...conditions)

/** Accounts that rings list, one by one, and those of the organization or its units, by where they are. */
function whoIn({ organization = '' }: Fleet, rings: Ring[]) {
  const accounts = [...new Set(rings.flatMap((ring) => ring.accounts))].sort()
  const units = [...new Set(rings.flatMap(({ organizationalUnits }) => organizationalUnits))].sort()
  const all = rings.some((ring) => ring.organization)
  const inOrganization = { StringEquals: { 'aws:PrincipalOrgID': organization } }
  const paths = units.map((unit) => `${organization}/*/${unit}/*`)
  return [
    ...(accounts.length > 0
      ? [
          {
            named: 'TargetAccounts',
            where: {},
            principals: accounts.map((account) => new AccountPrincipal(account)),
          },
        ]
      : []),
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/allow-org-ou-to-use-key.html
    ...(all || units.length > 0
      ? [
          {
            named: 'Organization',
            principals: [new AnyPrincipal()],
            where: all
              ? inOrganization
              : { ...inOrganization, 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } },
          },
        ]
      : []),
  ]
}
