import type { AwsEndpoint } from '../aws-endpoint.ts'
import type { PolicyDocument } from '../iam/policy.ts'
import { imageBuilderTypes } from '../services/imagebuilder/resources.ts'
import { alarms } from './alarms.ts'
import { arnOf } from './arn.ts'
import { inert } from './inert.ts'
import { instances } from './instances.ts'
import { keys } from './keys.ts'
import { type Load, type Properties, physical } from './loading.ts'
import { messaging } from './messaging.ts'
import type { Created, Place, Resource } from './template.ts'
import type { World } from './world.ts'

/** The resources that do something here, each as its service would make it. */
const loaders: Record<string, Load> = {
  'AWS::IAM::Role': (
    { aws },
    place,
    logicalId,
    properties: {
      RoleName?: string
      AssumeRolePolicyDocument: PolicyDocument
      Policies?: { PolicyDocument: PolicyDocument }[]
    },
  ) => {
    const name = physical(place, logicalId, properties.RoleName)
    const roleArn = `arn:aws:iam::${place.account}:role/${name}`
    aws.addRole({
      account: place.account,
      logicalId,
      name,
      arn: roleArn,
      trust: properties.AssumeRolePolicyDocument,
      policies: (properties.Policies ?? []).map(({ PolicyDocument }) => PolicyDocument),
    })
    return { ref: name, attributes: { Arn: roleArn } }
  },

  'AWS::IAM::Policy': (
    { aws },
    { account },
    logicalId,
    { PolicyDocument: document, Roles: names = [] }: { PolicyDocument: PolicyDocument; Roles?: string[] },
  ) => {
    for (const name of names) {
      const role = aws.iam.roleNamed(account, name)
      if (!role) throw new Error(`${logicalId}: there is no role ${name}`)
      role.policies.push(document)
    }
    return { ref: logicalId }
  },

  'AWS::Lambda::Function': (
    world,
    place,
    logicalId,
    properties: {
      FunctionName?: string
      Role: string
      Timeout?: number
      MemorySize?: number
      Runtime: string
      Description?: string
      Environment?: { Variables: Record<string, string> }
    },
  ) => {
    const name = physical(place, logicalId, properties.FunctionName)
    const functionArn = arnOf(place, 'lambda', `function:${name}`)
    const environment = properties.Environment?.Variables ?? {}
    const timeout = properties.Timeout ?? 3
    world.functions.add({
      arn: functionArn,
      name,
      directory: world.bundles[logicalId]?.directory ?? '',
      environment,
      principal: world.aws.iam.principalOf(properties.Role, name),
      region: place.region,
      timeout,
    })
    world.aws.lambda.addFunction({
      ...place,
      name,
      roleArn: properties.Role,
      runtime: properties.Runtime,
      timeout,
      environment,
      modified: new Date(world.clock.now()),
      ...(properties.MemorySize && { memory: properties.MemorySize }),
      ...(properties.Description && { description: properties.Description }),
    })
    return { ref: name, attributes: { Arn: functionArn } }
  },

  'AWS::Lambda::Permission': (
    { deliveries },
    _place,
    logicalId,
    { FunctionName, SourceArn, Principal }: { FunctionName: string; SourceArn: string; Principal: string },
  ) => {
    deliveries.permit(Principal, SourceArn, FunctionName)
    return { ref: logicalId }
  },

  'AWS::Lambda::EventInvokeConfig': (
    { deliveries },
    place,
    logicalId,
    properties: {
      FunctionName: string
      MaximumRetryAttempts?: number
      DestinationConfig?: { OnFailure?: { Destination: string } }
    },
  ) => {
    const functionArn = arnOf(place, 'lambda', `function:${properties.FunctionName}`)
    const queue = properties.DestinationConfig?.OnFailure?.Destination
    deliveries.onFailure(functionArn, properties.MaximumRetryAttempts ?? 2, queue)
    return { ref: logicalId }
  },

  'AWS::StepFunctions::StateMachine': (
    { stepFunctions, aws },
    place,
    logicalId,
    properties: {
      StateMachineName?: string
      DefinitionString: string
      DefinitionSubstitutions?: Record<string, string>
      RoleArn: string
    },
  ) => {
    const name = physical(place, logicalId, properties.StateMachineName)
    const values = properties.DefinitionSubstitutions ?? {}
    const definition = properties.DefinitionString.replace(/\$\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole)
    mayWaitForExecutions(aws, definition, properties.RoleArn, place)
    const machine = stepFunctions.createStateMachine({ name, definition, roleArn: properties.RoleArn })
    return { ref: machine.arn, attributes: { Arn: machine.arn, Name: name } }
  },

  'AWS::DynamoDB::Table': ({ clock, aws, later }, place, logicalId, properties: Properties) => {
    const name = physical(place, logicalId, properties.TableName)
    later.push(() => clock.hold(aws.dynamodb.createTable(place, { ...properties, TableName: name })))
    return { ref: name, attributes: { Arn: arnOf(place, 'dynamodb', `table/${name}`) } }
  },

  ...alarms,
  ...messaging,
  ...keys,
  ...instances,
}

/**
 * Waiting for a nested execution takes a managed rule, and Step Functions checks at creation that the role may
 * have it. Source: Step Functions Developer Guide, "Start workflow executions from a task state".
 */
function mayWaitForExecutions({ iam }: AwsEndpoint, definition: string, roleArn: string, place: Place): void {
  if (!definition.includes('startExecution.sync')) return
  const principal = iam.principalOf(roleArn, 'states')
  const rule = arnOf(place, 'events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule')
  for (const action of ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'])
    iam.authorize(principal, { action, resource: rule }, place.region)
}

/** The types of resources that are made as their services would make them, and those that are only there. */
export const resourceTypes = () => ({
  made: [...Object.keys(loaders), ...imageBuilderTypes, 'Custom::*'].sort(),
  inert: Object.keys(inert).sort(),
})

const names = ['RoleName', 'Name', 'LogGroupName', 'BucketName', 'AliasName', 'InstanceProfileName']

export function createResource(
  world: World,
  place: Place,
  logicalId: string,
  resource: Resource,
  properties: Properties,
): Created {
  const { Type: type } = resource
  const load = loaders[type]
  if (load) return load(world, place, logicalId, properties as never)
  if (type.startsWith('AWS::ImageBuilder::')) return world.aws.imagebuilder.createFromTemplate(type, properties, place)
  if (type.startsWith('Custom::')) {
    world.later.push(() => world.provide(logicalId, place, type, properties))
    return { ref: logicalId }
  }
  const name = physical(place, logicalId, names.map((key) => properties[key]).find(Boolean))
  world.notEmulated.set(type, inert[type]?.why ?? 'unknown to the emulator')
  return { ref: name, attributes: { Arn: inert[type]?.arn?.(place, name) ?? `${type}/${name}` } }
}
