import { RemovalPolicy } from 'aws-cdk-lib'
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { arnsIn } from './arns.ts'
import { crossAccountRoleName, targetAccounts } from './targets.ts'

/** Encrypts the volumes of every image and the notifications. AMIs need it for as long as they live. */
export class FleetKey extends Key {
  constructor(scope: Construct, fleet: Fleet) {
    super(scope, 'FleetKey', {
      alias: fleet.name,
      description: `Volumes of the images of ${fleet.name}, and its notifications`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const arns = arnsIn(this.stack)
    const accounts = targetAccounts(fleet)
    // The role in a target account decrypts the image and encrypts its copy with a key of its own.
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html
    const only = { ArnLike: { 'aws:PrincipalArn': arns.role(crossAccountRoleName, '*') } }
    const principals = accounts.map((account) => new AccountPrincipal(account))
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TargetAccountsCopyImages',
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
        resources: ['*'], // in a key policy: this key
        principals,
        conditions: only,
      }),
    )
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TargetAccountsLetEc2CopyImages',
        actions: ['kms:CreateGrant'],
        resources: ['*'],
        principals,
        conditions: { ...only, Bool: { 'kms:GrantIsForAWSResource': true } },
      }),
    )
  }
}
