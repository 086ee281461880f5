import type { AwsEndpoint } from '../aws-endpoint.ts'
import type { PolicyDocument } from '../iam/policy.ts'
import { imageBuilderTypes } from '../services/imagebuilder/resources.ts'
import { AwsError } from '../services/types.ts'
import { alarms } from './alarms.ts'
import { isAlreadyThere } from './already-there.ts'
import { arnOf } from './arn.ts'
import { inert } from './inert.ts'
import { instances } from './instances.ts'
import { keys } from './keys.ts'
import { type Kind, type Present, type Properties, physical, type Site } from './loading.ts'
import { messaging } from './messaging.ts'
import { changesOf } from './resource-changes.ts'
import type { Made, Workshop } from './stack.ts'
import type { Created, Place } from './template.ts'
import type { World } from './world.ts'

interface RoleProperties {
  RoleName?: string
  AssumeRolePolicyDocument: PolicyDocument
  Policies?: { PolicyDocument: PolicyDocument }[]
  ManagedPolicyArns?: string[]
}

interface PolicyProperties {
  PolicyDocument: PolicyDocument
  Roles?: string[]
}

interface MachineProperties {
  StateMachineName?: string
  DefinitionString: string
  DefinitionSubstitutions?: Record<string, string>
  RoleArn: string
}

const inlineOf = ({ Policies = [] }: RoleProperties) => Policies.map(({ PolicyDocument: document }) => document)

function createRole({ aws }: World, site: Site, logicalId: string, properties: RoleProperties): Created {
  const name = physical(site, logicalId, properties.RoleName)
  const arn = `arn:aws:iam::${site.account}:role/${name}`
  const missing = (properties.ManagedPolicyArns ?? []).find(
    (each) => each.split(':')[4] === 'aws' && !aws.iamService.hasManaged(each),
  )
  if (missing !== undefined) throw new Error(`Policy ${missing} does not exist or is not attachable.`)
  const trust = properties.AssumeRolePolicyDocument
  const attached = properties.ManagedPolicyArns ?? []
  aws.addRole({ account: site.account, logicalId, name, arn, trust, policies: inlineOf(properties), attached })
  return { ref: name, attributes: { Arn: arn } }
}

/** The roles that a policy of its own is part of. */
const rolesOf = ({ aws }: World, { account }: Place, logicalId: string, { Roles = [] }: PolicyProperties) =>
  Roles.map((name) => {
    const role = aws.iam.roleNamed(account, name)
    if (!role) throw new Error(`${logicalId}: there is no role ${name}`)
    return role
  })

function machineOf({ aws }: World, site: Site, properties: MachineProperties) {
  const { DefinitionSubstitutions: values = {}, RoleArn: roleArn } = properties
  const definition = properties.DefinitionString.replace(/\$\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole)
  mayWaitForExecutions(aws, definition, roleArn, site)
  return { definition, roleArn }
}

/** The resources that do something here, each as its service would make it. */
const kinds: Record<string, Kind> = {
  'AWS::IAM::Role': {
    create: createRole,
    // Policies that are resources of their own stay.
    change: (world, site, { logicalId, properties: before, created }: Present<RoleProperties>, properties) => {
      const own = inlineOf(before)
      const present = world.aws.iam.role(String(created.attributes?.Arn))
      const others = (present?.policies ?? []).filter((document) => !own.includes(document))
      const changed = createRole(world, site, logicalId, properties)
      world.aws.iam.role(String(changed.attributes?.Arn))?.policies.push(...others)
      return changed
    },
    remove: ({ aws }, _site, { created }) => aws.iam.removeRole(String(created.attributes?.Arn)),
  },

  'AWS::IAM::Policy': {
    create: (world, site, logicalId, properties: PolicyProperties) => {
      for (const { policies } of rolesOf(world, site, logicalId, properties)) policies.push(properties.PolicyDocument)
      return { ref: logicalId }
    },
    change: (world, site, present: Present<PolicyProperties>, properties: PolicyProperties) => {
      forget(world, site, present)
      for (const { policies } of rolesOf(world, site, present.logicalId, properties))
        policies.push(properties.PolicyDocument)
      return present.created
    },
    remove: forget,
  },

  'AWS::Lambda::Function': {
    create: (
      world,
      site,
      logicalId,
      properties: {
        FunctionName?: string
        Role: string
        Timeout?: number
        MemorySize?: number
        ReservedConcurrentExecutions?: number
        Runtime: string
        Description?: string
        Environment?: { Variables: Record<string, string> }
      },
    ) => {
      const name = physical(site, logicalId, properties.FunctionName)
      const functionArn = arnOf(site, 'lambda', `function:${name}`)
      const environment = properties.Environment?.Variables ?? {}
      const timeout = properties.Timeout ?? 3
      world.functions.add({
        arn: functionArn,
        name,
        directory: world.bundles[logicalId]?.directory ?? '',
        environment,
        principal: world.aws.iam.principalOf(properties.Role, name),
        region: site.region,
        timeout,
      })
      const { account, region } = site
      const { ReservedConcurrentExecutions: reserved } = properties
      world.aws.lambda.addFunction({
        account,
        region,
        name,
        roleArn: properties.Role,
        runtime: properties.Runtime,
        timeout,
        environment,
        modified: new Date(world.clock.now()),
        ...(reserved === undefined ? {} : { reserved }),
        ...(properties.MemorySize && { memory: properties.MemorySize }),
        ...(properties.Description && { description: properties.Description }),
      })
      return { ref: name, attributes: { Arn: functionArn } }
    },
    remove: (world, site, { created }) => {
      world.functions.remove(String(created.attributes?.Arn))
      world.aws.lambda.removeFunction(site, created.ref)
    },
  },

  'AWS::Lambda::Permission': {
    create: (
      { deliveries },
      _site,
      logicalId,
      { FunctionName, SourceArn, Principal }: { FunctionName: string; SourceArn: string; Principal: string },
    ) => {
      deliveries.permit(Principal, SourceArn, FunctionName)
      return { ref: logicalId }
    },
    remove: (
      { deliveries },
      _site,
      { properties }: Present<{ FunctionName: string; SourceArn: string; Principal: string }>,
    ) => deliveries.revoke(properties.Principal, properties.SourceArn, properties.FunctionName),
  },

  'AWS::Lambda::EventInvokeConfig': {
    create: (
      { deliveries },
      site,
      logicalId,
      properties: {
        FunctionName: string
        MaximumRetryAttempts?: number
        DestinationConfig?: { OnFailure?: { Destination: string } }
      },
    ) => {
      const functionArn = arnOf(site, 'lambda', `function:${properties.FunctionName}`)
      const queue = properties.DestinationConfig?.OnFailure?.Destination
      deliveries.onFailure(functionArn, properties.MaximumRetryAttempts ?? 2, queue)
      return { ref: logicalId }
    },
    remove: ({ deliveries }, site, { properties }: Present<{ FunctionName: string }>) =>
      deliveries.onFailure(arnOf(site, 'lambda', `function:${properties.FunctionName}`), 2, undefined),
  },

  'AWS::StepFunctions::StateMachine': {
    create: (world, site, logicalId, properties: MachineProperties) => {
      const name = physical(site, logicalId, properties.StateMachineName)
      const machine = world.stepFunctions.createStateMachine({ name, ...machineOf(world, site, properties) })
      return { ref: machine.arn, attributes: { Arn: machine.arn, Name: name } }
    },
    // Executions under way go on with the definition that they started with.
    change: (world, site, { created }, properties: MachineProperties) => {
      world.stepFunctions.updateStateMachine(created.ref, machineOf(world, site, properties))
      return created
    },
    remove: ({ stepFunctions }, _site, { created }) => stepFunctions.deleteStateMachine(created.ref),
  },

  'AWS::DynamoDB::Table': {
    create: async ({ clock, aws }, site, logicalId, properties: Properties) => {
      const name = physical(site, logicalId, properties.TableName)
      await clock.hold(aws.dynamodb.createTable(site, { ...properties, TableName: name })).catch((error: Error) => {
        throw error.name === 'ResourceInUseException' ? alreadyThere('AWS::DynamoDB::Table', name) : error
      })
      return { ref: name, attributes: { Arn: arnOf(site, 'dynamodb', `table/${name}`) } }
    },
    // What is in it stays.
    change: (_world, _site, { created }) => created,
    remove: async ({ clock, aws }, site, { properties, created }: Present<Properties>) => {
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html
      if (properties.DeletionProtectionEnabled === true)
        throw new AwsError(
          'ValidationException',
          `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first: ${created.ref}`,
        )
      await clock.hold(aws.dynamodb.deleteTable(site, created.ref))
    },
  },

  ...alarms,
  ...messaging,
  ...keys,
  ...instances,
}

function forget(world: World, site: Site, { logicalId, properties }: Present<PolicyProperties>): void {
  for (const role of rolesOf(world, site, logicalId, properties))
    role.policies = role.policies.filter((document) => document !== properties.PolicyDocument)
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
  made: [...Object.keys(kinds), ...imageBuilderTypes, 'Custom::*'].sort(),
  inert: Object.keys(inert).sort(),
})

const imageBuilder = (type: string): Kind => ({
  create: ({ aws }, site, _logicalId, properties: Properties) =>
    aws.imagebuilder.createFromTemplate(type, properties, site),
  change: ({ aws }, site, { created }, properties: Properties) =>
    aws.imagebuilder.changeFromTemplate(type, created.ref, { properties, place: site }),
  remove: ({ aws }, _site, { created }) => aws.imagebuilder.removeFromTemplate(created.ref),
})

const custom = (type: string): Kind => ({
  create: async (world, site, logicalId, properties: Properties) => {
    await world.provide('Create', site, { logicalId, type, properties })
    return { ref: logicalId }
  },
  change: async (world, site, { logicalId, properties: old, created }, properties: Properties) => {
    await world.provide('Update', site, { logicalId, type, properties, old })
    return created
  },
  remove: (world, site, { logicalId, properties }) => world.provide('Delete', site, { logicalId, type, properties }),
})

const only = (type: string): Kind => ({
  create: (world, site, logicalId, properties: Properties) => {
    const name = physical(site, logicalId, properties[changesOf(type)?.name ?? ''])
    world.notEmulated.set(type, inert[type]?.why ?? 'unknown to the emulator')
    inert[type]?.comes?.(world, site, name)
    return { ref: name, attributes: { Arn: inert[type]?.arn?.(site, name) ?? `${type}/${name}` } }
  },
  change: (_world, _site, { created }) => created,
  remove: (world, site, { created }) => inert[type]?.goes?.(world, site, created.ref),
})

function kindOf(type: string): Kind {
  const known = kinds[type]
  if (known) return known
  if (type.startsWith('AWS::ImageBuilder::')) return imageBuilder(type)
  return type.startsWith('Custom::') ? custom(type) : only(type)
}

/** The name that the template gives a resource, where nothing else of the type may have it; undefined without one. */
function takenBy({ account, region }: Place, type: string, properties: Properties): string | undefined {
  const row = changesOf(type)
  const name = row?.name && properties[row.name]
  if (typeof name !== 'string') return undefined
  const scope = { everywhere: '', account, region: `${account}/${region}` }[row?.unique ?? 'region']
  return `${type} ${scope} ${name}`
}

const alreadyThere = (type: string, name: string) =>
  new Error(`Resource of type '${type}' with identifier '${name}' already exists.`)

/** How resources come and go in a place: a name is free once nothing has it any more. */
export function workshopFor(world: World, place: Place): Workshop {
  const siteOf = (suffix = ''): Site => ({ ...place, suffix })
  const present = ({ logicalId, properties, created }: Made) => ({ logicalId, properties, created }) as Present
  return {
    isStrict: (question) => world.aws.isStrict(question),

    create: async (logicalId, { Type: type }, properties) => {
      const taken = takenBy(place, type, properties)
      const name = String(properties[changesOf(type)?.name ?? ''])
      if (taken && (world.taken.has(taken) || isAlreadyThere(world, place, { type, name })))
        throw alreadyThere(type, name)
      const key = `${place.account}/${place.region}/${place.stack}/${logicalId}`
      const nth = (world.incarnations.get(key) ?? 0) + 1
      world.incarnations.set(key, nth)
      const site = siteOf(nth === 1 ? '' : `-${nth}`)
      const created = await kindOf(type).create(world, site, logicalId, properties as never)
      if (taken) world.taken.add(taken)
      return created
    },

    change: async (made, properties) => {
      const kind = kindOf(made.resource.Type)
      const site = siteOf(suffixIn(made, place))
      return kind.change
        ? kind.change(world, site, present(made), properties as never)
        : kind.create(world, site, made.logicalId, properties as never)
    },

    remove: async (made) => {
      const { Type: type } = made.resource
      await kindOf(type).remove(world, siteOf(), present(made))
      const taken = takenBy(place, type, made.properties)
      if (taken) world.taken.delete(taken)
    },

    pause: (logicalId) => world.pause(`${place.stack}/${logicalId}/${world.clock.now()}`),
  }
}

/** What follows the name that CloudFormation gave a resource when it was created. */
function suffixIn({ logicalId, created }: Made, { stack }: Place): string {
  const [, suffix = ''] = created.ref.match(new RegExp(`${stack}-${logicalId}(-\\d+)$`)) ?? []
  return suffix
}
