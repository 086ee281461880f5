/**
 * What Auto Scaling needs of a key of another account: a grant for the role that it launches with, which somebody of that
 * account makes.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
export const grantOperations = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
  'CreateGrant',
] as const

/** The role that Auto Scaling launches with, where a group names no other. It comes with the first group of an account. */
export const serviceRoleName = 'AWSServiceRoleForAutoScaling'
export const serviceRoleArn = (partition: string, account: string) =>
  `arn:${partition}:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/${serviceRoleName}`

/** With a name, to make a grant again makes none. */
export const grantName = (fleet: string) => `${fleet}-auto-scaling`
