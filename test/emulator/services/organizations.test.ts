import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, served, target } from '../accounts.ts'

const prefix = 'arn:aws:organizations::000000000001'
const many = Array.from({ length: 45 }, (_, i) => `${300_000_000_001 + i}`)
let world: Served
let client: OrganizationsClient

beforeAll(async () => {
  world = await served()
  world.aws.organizations.set({
    id: 'o-example1234',
    management: '000000000001',
    root: 'r-abcd',
    delegated: [build.account],
    units: [
      { id: 'ou-abcd-11111111', parent: 'r-abcd', name: 'workloads' },
      { id: 'ou-abcd-22222222', parent: 'ou-abcd-11111111', name: 'payments' },
    ],
    accounts: [
      ...many.map((id) => ({ id, parent: 'ou-abcd-22222222' })),
      { id: build.account, parent: 'r-abcd' },
      { id: target.account, parent: 'ou-abcd-11111111', state: 'SUSPENDED' },
    ],
  })
  client = as([allow('organizations:*')])
})

afterAll(async () => {
  await world.close()
})

const as = (statements: Parameters<typeof roleWith>[1], o: Parameters<typeof roleWith>[2] = {}) =>
  new OrganizationsClient(clientOptions(world, roleWith(world.aws, statements, o)))

/** Everything that a listing has, and how many pages it took, and how many of them had nothing. */
async function all<T>(page: (NextToken?: string) => Promise<{ items?: T[] | undefined; next?: string | undefined }>) {
  const pages: T[][] = []
  let token: string | undefined
  do {
    const { items = [], next } = await page(token)
    pages.push(items)
    token = next
  } while (token)
  return { items: pages.flat(), pages: pages.length, empty: pages.filter((each) => each.length === 0).length }
}

const accountsOf = (ParentId: string, MaxResults?: number) =>
  all(async (NextToken) => {
    const input = { ParentId, NextToken, ...(MaxResults && { MaxResults }) }
    const page = await client.send(new ListAccountsForParentCommand(input))
    return { items: page.Accounts, next: page.NextToken }
  })

it('tells of itself to every member', async () => {
  const { Organization } = await client.send(new DescribeOrganizationCommand())
  expect(Organization).toMatchObject({
    Id: 'o-example1234',
    Arn: `${prefix}:organization/o-example1234`,
    MasterAccountId: '000000000001',
  })
  const member = as([allow('organizations:*')], { account: target.account })
  expect((await member.send(new DescribeOrganizationCommand())).Organization).toEqual(Organization)
})

it('has roots, units and accounts', async () => {
  const roots = await all(async (NextToken) => {
    const page = await client.send(new ListRootsCommand({ NextToken }))
    return { items: page.Roots, next: page.NextToken }
  })
  expect(roots.items).toMatchObject([{ Id: 'r-abcd', Arn: `${prefix}:root/o-example1234/r-abcd` }])
  const units = await all(async (NextToken) => {
    const input = { ParentId: 'r-abcd', NextToken }
    const page = await client.send(new ListOrganizationalUnitsForParentCommand(input))
    return { items: page.OrganizationalUnits, next: page.NextToken }
  })
  expect(units.items).toEqual([
    { Id: 'ou-abcd-11111111', Arn: `${prefix}:ou/o-example1234/ou-abcd-11111111`, Name: 'workloads' },
  ])
  const { items } = await accountsOf('ou-abcd-11111111')
  expect(items).toMatchObject([{ Id: target.account, State: 'SUSPENDED' }])
  // Retired on 9 September 2026.
  expect(items[0]).not.toHaveProperty('Status')
})

it('has pages, some of which are empty though there is more', async () => {
  const found = [await accountsOf('ou-abcd-22222222'), await accountsOf('ou-abcd-22222222', 2)]
  for (const { items } of found) expect(items.map(({ Id }) => Id)).toEqual(many)
  expect(found[0]?.pages).toBeGreaterThanOrEqual(3)
  expect(found[1]?.empty).toBeGreaterThan(0)
  const accounts = await all(async (NextToken) => {
    const page = await client.send(new ListAccountsCommand({ NextToken }))
    return { items: page.Accounts, next: page.NextToken }
  })
  expect(accounts.items).toHaveLength(47)
  const wrong = client.send(new ListAccountsCommand({ NextToken: 'again/wrong' }))
  await expect(wrong).rejects.toMatchObject({ name: 'InvalidInputException' })
})

it('knows what is above an account', () => {
  expect(world.aws.organizations.above(many[0] ?? '')).toEqual([
    `${prefix}:ou/o-example1234/ou-abcd-22222222`,
    `${prefix}:ou/o-example1234/ou-abcd-11111111`,
    `${prefix}:organization/o-example1234`,
  ])
  expect(world.aws.organizations.above('999999999999')).toEqual([])
})

describe('refuses', () => {
  it('a parent that is not there', async () => {
    const call = client.send(new ListAccountsForParentCommand({ ParentId: 'ou-abcd-33333333' }))
    await expect(call).rejects.toMatchObject({ name: 'ParentNotFoundException' })
  })

  it('a member that is no delegated administrator', async () => {
    const member = as([allow('organizations:*')], { account: target.account })
    const call = member.send(new ListAccountsForParentCommand({ ParentId: 'r-abcd' }))
    await expect(call).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('who has the right for another unit only', async () => {
    const resource = `${prefix}:ou/o-example1234/ou-abcd-22222222`
    const narrow = as([{ ...allow('organizations:ListAccountsForParent'), Resource: resource }], {
      name: 'narrow',
      logicalId: 'NarrowRole',
    })
    const list = (ParentId: string) => narrow.send(new ListAccountsForParentCommand({ ParentId }))
    expect((await list('ou-abcd-22222222')).Accounts).toBeDefined()
    await expect(list('r-abcd')).rejects.toThrow('organizations:ListAccountsForParent on resource')
  })

  it('where there is no organization', async () => {
    const other = await served()
    const lonely = new OrganizationsClient(clientOptions(other))
    const call = lonely.send(new DescribeOrganizationCommand())
    await expect(call).rejects.toMatchObject({ name: 'AWSOrganizationsNotInUseException' })
    await other.close()
  })
})

itFitsTheModels(() => world.aws.calls)
