import { Stack, Validations } from 'aws-cdk-lib'
import { Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'

/** What a role may do. A wildcard in it must say why: the reason answers the security rule, in the open. */
export interface Permission {
  actions: string[]
  resources: string[]
  conditions?: Record<string, Record<string, string | string[] | boolean>>
  /** Why an action or a resource has a wildcard. */
  why?: string
}

/** Image Builder tags the AMIs and snapshots that it makes; a condition on the tag limits a statement to them. */
export const madeByImageBuilder = { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' }

/** So many accounts, and so many regions, are named one by one: a role has room for 10,240 characters. */
const most = { account: 50, region: 10 }
/** A list that is longer than this names no regions. */
const longList = 30

/**
 * The same permission with as few ARNs as a policy has room for: those that differ in the account alone, or in the region
 * alone, have a wildcard there when there are many. What they name stays the same: a role that trusts the fleet only, a
 * parameter of the fleet, something with its tag.
 */
export function compacted({ why, ...permission }: Permission): Permission {
  const { length } = permission.resources
  const byRegion = merged(permission.resources, 3, length > longList ? 1 : most.region)
  const resources = merged(byRegion, 4, most.account)
  const because = resources.length < length ? manyPlaces : why
  return because === undefined ? { ...permission, resources } : { ...permission, resources, why: why ?? because }
}

const manyPlaces =
  'More accounts or regions than a policy has room for; what is named there is of this fleet, and the role there trusts it only.'

/** ARNs that differ in one of their parts alone: a wildcard stands for that part where they are more than so many. */
function merged(arns: string[], part: number, limit: number): string[] {
  const wide = (arn: string) => {
    const parts = arn.split(':')
    return parts[part] ? [...parts.slice(0, part), '*', ...parts.slice(part + 1)].join(':') : arn
  }
  const groups = Object.values(Object.groupBy(arns, wide))
  return groups.flatMap((group = []) => (group.length > limit ? wide(group[0] ?? '') : group))
}

export const policyOf = (permissions: Permission[]) =>
  new PolicyDocument({
    statements: permissions
      .map(compacted)
      .map(
        ({ actions, resources, conditions }) =>
          new PolicyStatement({ effect: Effect.ALLOW, actions, resources, ...(conditions && { conditions }) }),
      ),
  })

/** Acknowledges each wildcard by itself: a new one, without its reason, still fails the synthesis. */
export function acknowledgeWildcards(scope: Construct, permissions: Permission[]): void {
  const stack = Stack.of(scope)
  for (const { actions, resources, why } of permissions.map(compacted)) {
    if (!why) continue
    const findings = [
      ...actions.map((action) => `Action::${action}`),
      ...resources.map((resource) => `Resource::${flat(stack.resolve(resource))}`),
    ].filter((finding) => finding.includes('*'))
    for (const finding of findings)
      Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason: why })
  }
}

/** An ARN with references in angle brackets: how cdk-nag writes it in the id of a finding. */
const flat = (value: unknown): string => {
  if (typeof value === 'string') return value
  const [operator, operand] = Object.entries(value as object)[0] ?? []
  if (operator === 'Fn::Join') return (operand as [string, unknown[]])[1].map(flat).join('')
  return `<${operator === 'Fn::GetAtt' ? (operand as string[]).join('.') : operand}>`
}
