import type { Stack } from 'aws-cdk-lib'

/** What smoke tests are made of, in the stack's account and region. */
export const smokeArns = (stack: Stack) => {
  const arn = (service: string, resource: string, resourceName: string, account = stack.account) =>
    stack.formatArn({ service, resource, resourceName, account })
  return {
    /** `instance/*`, `subnet/subnet-…`. */
    ec2: (resource: string) => `arn:${stack.partition}:ec2:${stack.region}:${stack.account}:${resource}`,
    /** AWS's own documents are of no account; one that is shared is named by its ARN. */
    document: (name: string) =>
      name.startsWith('arn:') ? name : arn('ssm', 'document', name, name.startsWith('AWS-') ? '' : undefined),
    /** Every version. */
    runbook: (name: string) => arn('ssm', 'automation-definition', `${name}:*`),
    /** Every execution of every runbook: the id is given as it starts. */
    executions: arn('ssm', 'automation-execution', '*'),
    keys: arn('kms', 'key', '*'),
  }
}
