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

export const policyOf = (permissions: Permission[]) =>
  new PolicyDocument({
    statements: permissions.map(
      ({ actions, resources, conditions }) =>
        new PolicyStatement({ effect: Effect.ALLOW, actions, resources, ...(conditions && { conditions }) }),
    ),
  })

/** Acknowledges each wildcard by itself: a new one, without its reason, still fails the synthesis. */
export function acknowledgeWildcards(scope: Construct, permissions: Permission[]): void {
  const stack = Stack.of(scope)
  for (const { actions, resources, why } of permissions) {
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
