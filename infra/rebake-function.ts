import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, type Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { FunctionSpec } from './functions/function-spec.ts'
import { pascalCase } from './names.ts'
import { acknowledgeWildcards, type Permission, policyOf } from './permissions.ts'

interface RebakeFunctionProps {
  fleet: Fleet
  /** Its directory in functions/, and what tells it from others of the same directory. */
  name: string
  spec: FunctionSpec
  /** Its bundle. */
  code: Code
  deadLetters: DeadLetters
}

/** A function with its own role, its own log group, and no permission that its spec does not name. */
export class RebakeFunction extends Construct {
  readonly function: LambdaFunction
  /** Seconds that it may run. */
  readonly timeout: number

  constructor(scope: Construct, { fleet, name, spec, code, deadLetters }: RebakeFunctionProps) {
    super(scope, pascalCase(name))
    const physicalName = resourceName(fleet.name, name)
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${physicalName}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const permissions: Permission[] = [
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
      {
        actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        resources: ['*'],
        why: 'X-Ray knows no resources.',
      },
      ...(spec.asynchronous ? [{ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }] : []),
      ...spec.permissions,
    ]
    // Named, because the trust policy in a target account names the roles that may publish there.
    const role = new Role(this, 'Role', {
      roleName: physicalName,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { permissions: policyOf(permissions) },
    })
    acknowledgeWildcards(role, permissions)

    this.timeout = spec.timeout ?? 30
    this.function = new LambdaFunction(this, 'Function', {
      functionName: physicalName,
      description: spec.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code,
      memorySize: 512,
      timeout: Duration.seconds(this.timeout),
      // CDK would add statements of its own beside ours.
      role: role.withoutPolicyUpdates(),
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: name,
        POWERTOOLS_METRICS_NAMESPACE: `Rebake/${fleet.name}`,
        ...spec.environment,
      },
      ...(spec.concurrency !== undefined && { reservedConcurrentExecutions: spec.concurrency }),
      ...(spec.asynchronous && {
        retryAttempts: spec.retryAttempts ?? 2,
        onFailure: new SqsDestination(deadLetters),
      }),
    })
    this.function.node.addDependency(role)
  }
}
