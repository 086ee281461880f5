import { ArnFormat, type Stack } from 'aws-cdk-lib'

/**
 * ARNs in the build account, from names. Names are fixed by the fleet, so a role can name what is created
 * after it, and nothing depends on anything in a circle.
 */
export const arnsIn = (stack: Stack) => {
  const colon = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME })
  const slash = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName })
  return {
    partition: stack.partition,
    /** What every ARN of Image Builder in this account and region starts with. */
    imageBuilderPrefix: `arn:${stack.partition}:imagebuilder:${stack.region}:${stack.account}`,
    image: (name: string) => slash('imagebuilder', 'image', name),
    pipeline: (name: string) => slash('imagebuilder', 'image-pipeline', name),
    recipe: (name: string) => slash('imagebuilder', 'image-recipe', name),
    infrastructure: (name: string) => slash('imagebuilder', 'infrastructure-configuration', name),
    /** Also AWS's, and those that other accounts share. */
    anybodys: (kind: 'component' | 'workflow') => `arn:${stack.partition}:imagebuilder:${stack.region}:*:${kind}/*`,
    distribution: (name: string) => slash('imagebuilder', 'distribution-configuration', name),
    component: (name: string) => slash('imagebuilder', 'component', name),
    workflow: (name: string) => slash('imagebuilder', 'workflow', `*/${name}`),
    parameter: (name: string) => slash('ssm', 'parameter', name.replace(/^\//, '')),
    /** A public parameter is of no account. */
    anyParameter: (name: string) =>
      name.startsWith('/aws/service/')
        ? `arn:${stack.partition}:ssm:${stack.region}::parameter${name}`
        : slash('ssm', 'parameter', name.replace(/^\//, '')),
    /** Secrets Manager adds six characters to a name. */
    secret: (name: string) => colon('secretsmanager', 'secret', `${name}-??????`),
    stateMachine: (name: string) => colon('states', 'stateMachine', name),
    executions: (stateMachine: string) => colon('states', 'execution', `${stateMachine}:*`),
    /** A document of Systems Manager by its name: one of AWS's is of no account. */
    commandDocuments: (name: string) =>
      name.startsWith('arn:')
        ? [name]
        : [slash('ssm', 'document', name), `arn:${stack.partition}:ssm:${stack.region}::document/${name}`],
    anyInstance: slash('ec2', 'instance', '*'),
    defaultBus: slash('events', 'event-bus', 'default'),
    eventRule: (name: string) => slash('events', 'rule', name),
    role: (name: string, account = stack.account) => `arn:${stack.partition}:iam::${account}:role/${name}`,
    anyImage: `arn:${stack.partition}:ec2:*::image/*`,
    anySnapshot: `arn:${stack.partition}:ec2:*::snapshot/*`,
    /** IAM knows keys by their ids only. */
    keys: () => slash('kms', 'key', '*'),
    objects: (path: string) => `arn:${stack.partition}:s3:::${path}`,
    logGroup: (name: string) => colon('logs', 'log-group', name),
  }
}

export type Arns = ReturnType<typeof arnsIn>
