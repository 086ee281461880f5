import type { Fleet } from '../../domain/fleet/model.ts'
import { crossAccountRoleName } from '../../domain/names.ts'
import { glob } from '../../emulator/matching/index.ts'

/** That of a key, or of an event bus. */
export interface ResourcePolicy {
  Statement?: Statement | Statement[]
}

interface Statement {
  Effect: string
  /** What names no account, as a service, is of no interest here. */
  Principal?: '*' | { AWS?: string | string[] }
  Action?: string | string[]
  Condition?: Record<string, Record<string, unknown>>
}

/** Whether a key's policy lets the role that copies in a target, or anybody who launches there, do something. */
export function letsIn(policy: ResourcePolicy, fleet: Fleet, account: string, action: string): boolean {
  return allowed(policy).some(
    (statement) =>
      listOf(statement.Action).some((each) => glob(each, action)) &&
      principalsOf(statement).some((each) => each === '*' || isOf(account, each)) &&
      admits(statement, fleet, account),
  )
}

/** A single statement may stand without a list. */
export const allowed = ({ Statement = [] }: ResourcePolicy): Statement[] =>
  [Statement].flat().filter(({ Effect }) => Effect === 'Allow')

export const listOf = (value: unknown): string[] => [value ?? []].flat().map(String)

/** Accounts and ARNs; '*' for everybody, which is written in two ways. */
export const principalsOf = ({ Principal }: Statement): string[] => (Principal === '*' ? ['*'] : listOf(Principal?.AWS))

export const isOf = (account: string, principal: string): boolean =>
  principal === account || principal.split(':')[4] === account

/** As far as conditions say who: what they say about how is a deploy's affair. */
function admits({ Condition = {} }: Statement, { organization }: Fleet, account: string): boolean {
  const [organizations, accounts, roles] = [
    listOf(Condition.StringEquals?.['aws:PrincipalOrgID']),
    listOf(Condition.StringEquals?.['kms:CallerAccount']),
    listOf(Condition.ArnLike?.['aws:PrincipalArn']),
  ]
  const role = `arn:aws:iam::${account}:role/${crossAccountRoleName}`
  return (
    (organizations.length === 0 || organizations.some((each) => each === organization)) &&
    (accounts.length === 0 || accounts.includes(account)) &&
    (roles.length === 0 || roles.some((each) => glob(each.replace(/^arn:aws[^:]*/, 'arn:aws'), role)))
  )
}
