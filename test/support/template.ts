import type { Template } from '../../infra/synthesize.ts'

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation has a shape for each type, and tests read a few of them.
type Properties = Record<string, any>

export interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string[]
  Resource: string[]
  Condition?: Record<string, unknown>
}

/** A value of a template with its references spelt out: `<Ledger>`, `<Ledger.Arn>`, `<AWS::AccountId>`. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable)
  if (typeof value !== 'object' || value === null) return value
  const [name, argument] = Object.entries(value)[0] ?? []
  if (name === 'Ref') return `<${argument}>`
  if (name === 'Fn::GetAtt') return `<${[argument].flat().join('.')}>`
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(readable).join(argument[0])
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readable(item)]))
}

/** The properties of every resource of a type, by logical id, readable. */
export const resourcesOf = (template: Template, type: string): Record<string, Properties> =>
  Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => [id, readable(resource.Properties ?? {}) as Properties]),
  )

/** The only resource of a type. */
export function onlyResourceOf(template: Template, type: string): Properties {
  const found = Object.values(resourcesOf(template, type))
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}, expected one`)
  return found[0] as Properties
}

/** The statements of a role's own policies, as they are in the template: they may be changed. */
export const statementsIn = (template: Template, role: string): Properties[] =>
  ((template.Resources[role]?.Properties?.Policies ?? []) as Properties[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  )

/** What a role's own policies say, statement by statement. */
export function statementsOf(template: Template, role: string): Statement[] {
  const properties = resourcesOf(template, 'AWS::IAM::Role')[role]
  if (!properties) throw new Error(`no role ${role}`)
  return properties.Policies.flatMap((policy: Properties) => policy.PolicyDocument.Statement).map(
    (statement: Properties) => ({
      ...statement,
      Action: [statement.Action].flat(),
      Resource: [statement.Resource].flat(),
    }),
  )
}

/** The actions that a role is allowed, and for each the resources. */
export function allowed(template: Template, role: string): Record<string, string[]> {
  const result: Record<string, string[]> = {}
  for (const { Effect, Action, Resource } of statementsOf(template, role))
    if (Effect === 'Allow')
      for (const action of Action) result[action] = [...(result[action] ?? []), ...Resource].sort()
  return result
}

/** A state machine as Step Functions gets it: the definition with its substitutions, readable. */
export function definitionOf(template: Template, stateMachine: string): Properties {
  const { DefinitionString, DefinitionSubstitutions } =
    resourcesOf(template, 'AWS::StepFunctions::StateMachine')[stateMachine] ?? {}
  return JSON.parse(
    (DefinitionString as string).replace(/\$\{(\w+)\}/g, (whole, key: string) => DefinitionSubstitutions[key] ?? whole),
  )
}
