import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { readDefinition, withTimeouts } from './definitions.ts'
import { type FunctionName, functionNames, type MachineName } from './functions/names.ts'
import { pascalCase } from './names.ts'
import { acknowledgeWildcards, type Permission, policyOf } from './permissions.ts'
import type { RebakeFunction } from './rebake-function.ts'

interface RebakeStateMachineProps {
  fleet: Fleet
  name: MachineName
  functions: Record<FunctionName, RebakeFunction>
  /** Values for ${...} in the definition, beside the ARNs of functions. */
  substitutions: Record<string, string>
  /** What its role may do, beside invoking the functions that the definition names. */
  permissions: Permission[]
}

/** statemachines/<name>.asl.yaml, inlined so that an assertion and a diff can see it. */
export class RebakeStateMachine extends Construct {
  readonly machine: StateMachine

  constructor(scope: Construct, { fleet, name, functions, ...props }: RebakeStateMachineProps) {
    super(scope, pascalCase(name))
    const physicalName = resourceName(fleet.name, name)
    const timeouts = new Map(functionNames.map((key) => [`\${${substitutionOf(key)}}`, functions[key].timeout]))
    const { partition } = Stack.of(this)
    // The files have the form of the partition that most use. https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
    const definition = JSON.stringify(withTimeouts(readDefinition(name), (arn) => timeouts.get(arn) ?? 0)).replaceAll(
      '"arn:aws:states:::',
      `"arn:${partition}:states:::`,
    )
    const invoked = functionNames.filter((key) => definition.includes(`\${${substitutionOf(key)}}`))
    const offered: Record<string, string> = {
      ...props.substitutions,
      ...Object.fromEntries(invoked.map((key) => [substitutionOf(key), functions[key].function.functionArn])),
    }

    const logs = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${physicalName}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const permissions: Permission[] = [
      {
        actions: ['lambda:InvokeFunction'],
        resources: invoked.map((key) => functions[key].function.functionArn),
      },
      ...props.permissions,
      ...observability,
    ]
    const role = new Role(this, 'Role', {
      roleName: physicalName,
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: { permissions: policyOf(permissions) },
    })
    acknowledgeWildcards(role, permissions)

    this.machine = new StateMachine(this, 'StateMachine', {
      stateMachineName: physicalName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: substitutionsFor(name, definition, offered),
      role: role.withoutPolicyUpdates(),
      logs: { destination: logs, level: LogLevel.ERROR, includeExecutionData: false },
      tracingEnabled: true,
    })
    this.machine.node.addDependency(role)
    Validations.of(this.machine).acknowledge({
      id: 'AwsSolutions-SF1',
      reason: 'The execution history has every event for 90 days; the log keeps errors, without their data.',
    })
  }
}

const substitutionOf = (name: FunctionName) => `${pascalCase(name)}FunctionArn`

/** @throws when the definition asks for a value that nothing offers: it would fail at run time, far from here. */
function substitutionsFor(name: string, definition: string, offered: Record<string, string>) {
  const wanted = [...new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, key]) => key as string))]
  return Object.fromEntries(
    wanted.map((key) => {
      const value = offered[key]
      if (value === undefined)
        throw new Error(`statemachines/${name}.asl.yaml asks for \${${key}}, which the app does not supply`)
      return [key, value]
    }),
  )
}

const observability: Permission[] = [
  {
    // https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
    actions: [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    resources: ['*'],
    why: 'Log deliveries know no resources.',
  },
  {
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    resources: ['*'],
    why: 'X-Ray knows no resources.',
  },
]
