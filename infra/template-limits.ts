import type { Fleet } from '../domain/fleet/model.ts'
import { type Excess, type LimitName, limits } from '../domain/limits.ts'

interface Resource {
  Type: string
  Properties?: Record<string, unknown>
}

export interface MeasuredTemplate {
  Resources: Record<string, Resource>
  Parameters?: Record<string, unknown>
  Outputs?: Record<string, unknown>
}

/** How much there is of something in a resource, by limit; undefined where the resource does not have it. */
type Measure = (properties: Record<string, unknown>) => number | undefined

// biome-ignore lint/suspicious/noExplicitAny: the shapes are CloudFormation's
type Properties = any

const charactersOf = (value: unknown): number | undefined => (typeof value === 'string' ? value.length : undefined)
const bytesOf = (value: unknown): number | undefined =>
  value === undefined ? undefined : Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))
const entriesOf = (value: unknown): number | undefined =>
  value === undefined ? undefined : Object.keys(value as object).length
/** As IAM counts: blanks outside of texts do not count, and JSON here has none. */
const policyCharacters = (value: unknown): number | undefined =>
  value === undefined ? undefined : JSON.stringify(value).length

/** What is measured of each type of resource. Intrinsic functions have been replaced by texts as long as theirs. */
const measures: Record<string, Partial<Record<LimitName, Measure>>> = {
  'AWS::IAM::Role': {
    'inline-policies': ({ Policies = [] }: Properties) =>
      Policies.reduce(
        (sum: number, { PolicyDocument }: Properties) => sum + (policyCharacters(PolicyDocument) ?? 0),
        0,
      ),
    'trust-policy': ({ AssumeRolePolicyDocument }) => policyCharacters(AssumeRolePolicyDocument),
    'role-name': ({ RoleName }) => charactersOf(RoleName),
    'role-description': ({ Description }) => charactersOf(Description),
  },
  'AWS::IAM::ManagedPolicy': { 'managed-policy': ({ PolicyDocument }) => policyCharacters(PolicyDocument) },
  'AWS::KMS::Key': { 'key-policy': ({ KeyPolicy }) => bytesOf(KeyPolicy) },
  'AWS::Events::Rule': {
    'event-pattern': ({ EventPattern }) => policyCharacters(EventPattern),
    'rule-name': ({ Name }) => charactersOf(Name),
    'rule-description': ({ Description }) => charactersOf(Description),
  },
  'AWS::SQS::QueuePolicy': { 'queue-policy': ({ PolicyDocument }) => bytesOf(PolicyDocument) },
  'AWS::SNS::TopicPolicy': { 'topic-policy': ({ PolicyDocument }) => bytesOf(PolicyDocument) },
  'AWS::S3::BucketPolicy': { 'bucket-policy': ({ PolicyDocument }) => bytesOf(PolicyDocument) },
  'AWS::Lambda::Function': {
    'function-environment': ({ Environment }: Properties) => bytesOf(Environment?.Variables),
    'function-name': ({ FunctionName }) => charactersOf(FunctionName),
    'function-description': ({ Description }) => charactersOf(Description),
  },
  'AWS::StepFunctions::StateMachine': {
    'state-machine-definition': ({ DefinitionString, DefinitionSubstitutions }: Properties) =>
      (bytesOf(DefinitionString) ?? 0) + (bytesOf(DefinitionSubstitutions) ?? 0),
    'state-machine-name': ({ StateMachineName }) => charactersOf(StateMachineName),
  },
  'AWS::Scheduler::Schedule': {
    'schedule-name': ({ Name }) => charactersOf(Name),
    'schedule-description': ({ Description }) => charactersOf(Description),
  },
  'AWS::CloudWatch::Alarm': {
    'alarm-name': ({ AlarmName }) => charactersOf(AlarmName),
    'alarm-description': ({ AlarmDescription }) => charactersOf(AlarmDescription),
  },
  'AWS::SSM::Document': { 'document-content': ({ Content }) => bytesOf(Content) },
  'AWS::ImageBuilder::Component': {
    'component-data': ({ Data }) => charactersOf(Data),
    'image-builder-name': ({ Name }) => charactersOf(Name),
    'image-builder-description': ({ Description }) => charactersOf(Description),
  },
  'AWS::ImageBuilder::ImageRecipe': {
    'recipe-components': ({ Components }) => entriesOf(Components),
    'ami-tags': ({ AmiTags }) => entriesOf(AmiTags),
    'working-directory': ({ WorkingDirectory }) => charactersOf(WorkingDirectory),
    'image-builder-name': ({ Name }) => charactersOf(Name),
    'image-builder-description': ({ Description }) => charactersOf(Description),
  },
  'AWS::ImageBuilder::ImagePipeline': {
    'image-builder-name': ({ Name }) => charactersOf(Name),
    'image-builder-description': ({ Description }) => charactersOf(Description),
  },
  'AWS::ImageBuilder::InfrastructureConfiguration': {
    'instance-tags': ({ ResourceTags }) => entriesOf(ResourceTags),
    'image-builder-name': ({ Name }) => charactersOf(Name),
    'image-builder-description': ({ Description }) => charactersOf(Description),
  },
}

/** Where the fleet has what makes something of this type too much, where a resource does not say it by its name. */
const keys: Partial<Record<LimitName, string>> = {
  'stack-resources': 'images',
  'template-size': 'components',
  'stack-set-template-size': 'rings',
  'key-policy': 'rings',
  'bus-policy': 'upstreams',
  'event-pattern': 'upstreams',
  'function-environment': 'upstreams',
  'document-content': 'images',
}

/** What of a stack AWS would not take. */
export function excessesOf(stack: string, template: MeasuredTemplate, fleet: Fleet): Excess[] {
  const found: Excess[] = []
  const measure = (limit: LimitName, where: string, size: number | undefined, key = keys[limit] ?? 'name') => {
    if (size !== undefined && size > limits[limit].most) found.push({ limit, where, found: size, key })
  }
  const whole = `the stack ${stack}`
  measure('stack-resources', whole, Object.keys(template.Resources).length)
  measure('stack-parameters', whole, Object.keys(template.Parameters ?? {}).length)
  measure('stack-outputs', whole, Object.keys(template.Outputs ?? {}).length)
  measure(isStackSets(stack) ? 'stack-set-template-size' : 'template-size', whole, bytesOf(template))
  const flat = flattened(template, fleet)
  for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
    const properties = flat(Properties) as Record<string, unknown>
    for (const [limit, of] of Object.entries(measures[Type] ?? {}) as [LimitName, Measure][])
      measure(limit, `${id} in the stack ${stack}`, of(properties), keyOf(limit, id, properties, fleet))
  }
  measure('bus-policy', `the event bus in the stack ${stack}`, busPolicyOf(template, flat))
  return found
}

/** The templates that others deploy from a file or as a stack set, and not from CDK's bucket. */
const isStackSets = (stack: string) => /-(target|soe)-account$/.test(stack)

/** A bus has one policy of all statements. */
function busPolicyOf({ Resources }: MeasuredTemplate, flat: (value: unknown) => unknown): number | undefined {
  const statements = Object.values(Resources).flatMap(({ Type, Properties = {} }) =>
    Type === 'AWS::Events::EventBusPolicy' ? [flat(Properties.Statement)] : [],
  )
  return statements.length === 0 ? undefined : policyCharacters({ Version: '2012-10-17', Statement: statements })
}

/** The key of the fleet that a resource comes from: by its name, where it is named after a part of the fleet. */
function keyOf(
  limit: LimitName,
  id: string,
  { Name: name }: Record<string, unknown>,
  fleet: Fleet,
): string | undefined {
  const { images, components, infrastructure } = fleet
  for (const [section, parts] of Object.entries({ images, components, infrastructure }))
    for (const part of Object.keys(parts))
      if (name === `${fleet.name}-${part}` && id.toLowerCase().includes(section.slice(0, 5)))
        return `${section}.${part}`
  if (limit === 'inline-policies') return rolesGrowWith(id, fleet)
  return keys[limit]
}

/** What of a fleet a role's policy names one by one. */
function rolesGrowWith(id: string, fleet: Fleet): string {
  if (id.startsWith('RunCheck') || id.startsWith('Smoke')) return 'images (checks)'
  if (id.startsWith('StartBake')) return 'images (pipeline)'
  return Object.keys(fleet.upstreams).length > Object.keys(fleet.rings).length ? 'upstreams' : 'rings'
}

/** Replaces intrinsic functions by a text at least as long as what CloudFormation puts there. */
function flattened({ Resources }: MeasuredTemplate, { build }: Fleet): (value: unknown) => unknown {
  const named = (id: string): string => {
    const { Properties = {} } = Resources[id] ?? {}
    const names = ['RoleName', 'FunctionName', 'TopicName', 'QueueName', 'TableName', 'StateMachineName', 'Name']
    const own = names.map((name) => Properties[name]).find((name) => typeof name === 'string')
    return typeof own === 'string' ? own : 'x'.repeat(64)
  }
  const flat = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(flat)
    if (typeof value !== 'object' || value === null) return value
    const [[operator, operand] = ['', undefined], ...others] = Object.entries(value)
    if (others.length === 0 && operator === 'Ref') return referenced(String(operand))
    if (others.length === 0 && operator === 'Fn::GetAtt')
      return `arn:aws-us-gov:dynamodb:${build.region}:${build.account}:${named((operand as string[])[0] ?? '')}`
    if (others.length === 0 && operator === 'Fn::Join') {
      const [separator, parts] = operand as [string, unknown[]]
      return parts.map((part) => String(flat(part))).join(separator)
    }
    if (others.length === 0 && operator === 'Fn::Sub') return String([operand].flat()[0])
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, flat(each)]))
  }
  const pseudo: Record<string, string> = {
    'AWS::Partition': 'aws-us-gov',
    'AWS::Region': build.region,
    'AWS::AccountId': build.account,
    'AWS::URLSuffix': 'amazonaws.com',
  }
  const referenced = (id: string) => pseudo[id] ?? named(id)
  return flat
}
