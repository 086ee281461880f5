import {
  type Account,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations'
import { OrganizationUnreadable } from '../domain/errors.ts'
import type { RingOrder } from '../domain/planning/ring-order.ts'
import { isDenied, isInvalid, isMissing } from './errors.ts'
import { allPages } from './paginate.ts'

/**
 * The accounts of a ring as they are now, in order: those it lists, and the active ones of its organizational units or
 * organization. The build account is none of these, as it has the AMI that the others get.
 *
 * @throws OrganizationUnreadable
 */
export async function accountsOf(
  organizations: OrganizationsClient,
  ring: RingOrder,
  buildAccount: string,
): Promise<string[]> {
  const found = await membersOf(organizations, ring)
  const left = new Set([...ring.except, buildAccount])
  return [...new Set([...ring.accounts, ...found.filter((account) => !left.has(account))])].sort()
}

async function membersOf(
  client: OrganizationsClient,
  { organization, organizationalUnits }: RingOrder,
): Promise<string[]> {
  try {
    if (organization) return active(await allAccounts(client), organization)
    const units = await Promise.all(organizationalUnits.map((unit) => below(client, unit)))
    return active(units.flat())
  } catch (error) {
    if (isDenied(error) || isMissing(error) || isInvalid(error))
      throw new OrganizationUnreadable(
        `the build account must be a delegated administrator of its organization: ${error.name}: ${error.message}`,
        { cause: error },
      )
    throw error
  }
}

/** Suspended and closed accounts let nobody in. */
const active = (accounts: Account[], organization?: string) =>
  accounts.flatMap(({ Id, Arn, State }) => {
    if (organization && !Arn?.includes(`/${organization}/`))
      throw new OrganizationUnreadable(`${Arn} is no account of ${organization}, which the fleet names`)
    return Id && State === 'ACTIVE' ? [Id] : []
  })

/** Accounts directly in a unit, and in every unit below it. */
async function below(client: OrganizationsClient, ParentId: string): Promise<Account[]> {
  const accounts = await allPages(async (NextToken) => {
    const page = await client.send(new ListAccountsForParentCommand({ ParentId, NextToken }))
    return { items: page.Accounts, next: page.NextToken }
  })
  const units = await allPages(async (NextToken) => {
    const page = await client.send(new ListOrganizationalUnitsForParentCommand({ ParentId, NextToken }))
    return { items: page.OrganizationalUnits, next: page.NextToken }
  })
  for (const { Id = '' } of units) accounts.push(...(await below(client, Id)))
  return accounts
}

const allAccounts = (client: OrganizationsClient) =>
  allPages(async (NextToken) => {
    const page = await client.send(new ListAccountsCommand({ NextToken }))
    return { items: page.Accounts, next: page.NextToken }
  })
