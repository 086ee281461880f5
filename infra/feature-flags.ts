/**
 * CDK feature flags, here and not in cdk.json: the rehearsal synthesizes in-process, and must get the
 * template that `cdk deploy` gets. Only flags that change something Rebake uses.
 * https://docs.aws.amazon.com/cdk/v2/guide/featureflags.html
 */
export const featureFlags: Record<string, unknown> = {
  // ARNs read arn:aws:... where the region is known: shorter to review, and exact for the security rules.
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/core:target-partitions': ['aws', 'aws-cn', 'aws-us-gov'],
  '@aws-cdk/core:explicitStackTags': true,
  // Errors that CloudFormation would report during a deploy are errors here.
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  '@aws-cdk/aws-events:requireEventBusPolicySid': true,
  '@aws-cdk/aws-events:eventsTargetQueueSameAccount': true,
  '@aws-cdk/aws-kms:aliasNameRef': true,
  '@aws-cdk/aws-s3:publicAccessBlockedByDefault': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-lambda:useCdkManagedLogGroup': true,
}
