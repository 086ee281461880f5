import type { Fleet } from '../../domain/fleet/model.ts'
import { crossAccountRoleName } from '../../domain/names.ts'
import { glob } from '../../rehearsal/stand-in/iam/policy.ts'

export interface KeyPolicy {
  Statement?: Statement | Statement[]
}

interface Statement {
  Effect: string
  Principal?: '*' | { AWS?: string | string[] }
  Action?: string | string[]
  Condition?: Record<string, Record<string, unknown>>
}

/** Whether a key's policy lets the role that copies in a target, or whoever launches there, do something. */
export function letsIn(policy: KeyPolicy, fleet: Fleet, account: string, action: string): boolean {
  return [policy.Statement ?? []]
    .flat()
    .some(
      (statement) =>
        statement.Effect === 'Allow' &&
        listOf(statement.Action).some((each) => glob(each, action)) &&
        names(statement, account) &&
        admits(statement, fleet, account),
    )
}

const listOf = (value: unknown): string[] => [value ?? []].flat().map(String)

function names({ Principal: principal }: Statement, account: string): boolean {
  if (principal === '*') return true
  return listOf(principal?.AWS).some(
    (each) => each === '*' || each === account || each.split(':')[4] === account,
  )
}

/** As far as conditions say who: what they say about how is a deploy's affair. */
function admits({ Condition = {} }: Statement, { organization }: Fleet, account: string): boolean {
  const [organizations, roles] = [
    listOf(Condition.StringEquals?.['aws:PrincipalOrgID']),
    listOf(Condition.ArnLike?.['aws:PrincipalArn']),
  ]
  const role = `arn:aws:iam::${account}:role/${crossAccountRoleName}`
  return (
    (organizations.length === 0 || organizations.some((each) => each === organization)) &&
    (roles.length === 0 || roles.some((each) => glob(each.replace(/^arn:aws[^:]*/, 'arn:aws'), role)))
  )
}
