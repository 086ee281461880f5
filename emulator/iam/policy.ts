import { glob } from '../matching/glob.ts'
import { UnsupportedFeature } from '../unsupported-feature.ts'
/**
 * IAM policy evaluation, an explicit Deny wins, then any Allow,
 * else the answer is no.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export interface Statement {
  Sid?: string
  Effect: 'Allow' | 'Deny'
  Action?: string | string[]
  NotAction?: string | string[]
  Resource?: string | string[]
  NotResource?: string | string[]
  Principal?: '*' | Record<string, string | string[]>
  NotPrincipal?: unknown
  Condition?: Record<string, Record<string, unknown>>
}

export interface PolicyDocument {
  Version?: string
  Statement: Statement | Statement[]
}

export interface AccessRequest {
  action: string
  /** Left out where the right for any resource will do. */
  resource?: string | undefined
  context: ConditionContext
}

/** Condition keys and their values, a list for a key that has several; keys are compared without regard to case. */
export type ConditionContext = Record<string, string | string[]>

export type Decision =
  | { outcome: 'allowed'; statement: Statement; pattern: string }
  | { outcome: 'denied' }
  | { outcome: 'not allowed' }

export const listOf = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** Throws UnsupportedFeature where a condition operator decides that the emulator does not know: it is never guessed. */
export function evaluate(documents: PolicyDocument[], request: AccessRequest): Decision {
  let allowed: Decision = { outcome: 'not allowed' }
  for (const statement of documents.flatMap((document) => listOf(document.Statement))) {
    const pattern = actionPattern(statement, request.action)
    if (!pattern || !coversResource(statement, request) || !conditionsHold(statement, request)) continue
    if (statement.Effect === 'Deny') return { outcome: 'denied' }
    if (allowed.outcome === 'not allowed') allowed = { outcome: 'allowed', statement, pattern }
  }
  return allowed
}

function actionPattern(statement: Statement, action: string): string | undefined {
  if (statement.NotAction !== undefined) {
    return listOf(statement.NotAction).some((p) => glob(p, action, 'i')) ? undefined : '(NotAction)'
  }
  return listOf(statement.Action).find((pattern) => glob(pattern, action, 'i'))
}

function coversResource(statement: Statement, { resource, context }: AccessRequest): boolean {
  if (resource === undefined) return true
  const covers = (pattern: string) => glob(substitute(pattern, context), resource)
  if (statement.NotResource !== undefined) return !listOf(statement.NotResource).some(covers)
  // A trust policy has no Resource: it is the resource's own.
  return statement.Resource === undefined || listOf(statement.Resource).some(covers)
}

const operators: Record<string, (expected: string, actual: string) => boolean> = {
  StringEquals: (expected, actual) => expected === actual,
  StringEqualsIgnoreCase: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  StringLike: (expected, actual) => glob(expected, actual),
  ArnEquals: (expected, actual) => glob(expected, actual),
  ArnLike: (expected, actual) => glob(expected, actual),
  Bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
}

function conditionsHold(statement: Statement, { context }: AccessRequest): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => conditionHolds({ operator, key, expected }, context)),
  )
}

/**
 * A list in the request needs an operator that says how many of it must match; without the key, ForAllValues holds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function conditionHolds(
  { operator, key, expected }: { operator: string; key: string; expected: unknown },
  context: ConditionContext,
): boolean {
  const [, quantifier, named = ''] = operator.match(/^(?:(ForAnyValue|ForAllValues):)?(.*)$/) ?? []
  const ifExists = named.endsWith('IfExists')
  const bare = named.replace(/IfExists$/, '')
  const negated = /^(String|Arn)Not/.test(bare)
  const compare = operators[bare.replace(/^(String|Arn)Not/, '$1')]
  if (!compare) throw new UnsupportedFeature('IAM condition operator', operator)
  const actual = contextValue(context, key)
  // Without the key, a positive comparison fails, and a negative one or one with IfExists holds.
  if (actual === undefined) return quantifier === 'ForAllValues' || ifExists || negated
  const holdsFor = (value: string) => {
    const matches = listOf(expected as string | string[]).some((each) =>
      compare(substitute(String(each), context), value),
    )
    return negated ? !matches : matches
  }
  if (typeof actual === 'string') return holdsFor(actual)
  if (!quantifier) throw new UnsupportedFeature('IAM condition operator', `${operator} of ${key}, which is a list`)
  return quantifier === 'ForAllValues' ? actual.every(holdsFor) : actual.some(holdsFor)
}

const contextValue = (context: ConditionContext, key: string): string | string[] | undefined =>
  Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1]

function substitute(pattern: string, context: ConditionContext): string {
  if (!pattern.includes('$')) return pattern
  return pattern.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = contextValue(context, name)
    if (typeof value !== 'string') throw new UnsupportedFeature('IAM policy variable', `\${${name}}`)
    return value
  })
}
