import {
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations'
import { beforeEach, describe, expect, it } from 'vitest'
import { accountsOf } from '../../aws/organizations.ts'
import type { RingOrder } from '../../domain/planning/ring-order.ts'
import { mockOf } from '../support/mocks.ts'

const mock = mockOf(OrganizationsClient)
const client = mock as unknown as OrganizationsClient
const buildAccount = '111122223333'
const account = (Id: string, State = 'ACTIVE', organization = 'o-exampleorgid') => ({
  Id,
  State,
  Arn: `arn:aws:organizations::999999999999:account/${organization}/${Id}`,
})
const ring = (more: Partial<RingOrder>) =>
  ({ accounts: [], organizationalUnits: [], except: [], ...more }) as unknown as RingOrder
const asked = (more: Partial<RingOrder>) => accountsOf(client, ring(more), buildAccount)

/** The parent of units `ou-team` and `ou-empty`; below the first, `ou-deep`. */
const root = 'ou-root'
const tree: Record<string, { units?: string[]; accounts?: ReturnType<typeof account>[] }> = {
  [root]: { units: ['ou-team', 'ou-empty'], accounts: [account('300000000000')] },
  'ou-team': {
    units: ['ou-deep'],
    accounts: [account('200000000000'), account('210000000000', 'SUSPENDED')],
  },
  'ou-deep': { accounts: [account('100000000000'), account(buildAccount)] },
  'ou-empty': {},
}

beforeEach(() => {
  mock.reset()
  // Each list begins with an empty page.
  mock
    .on(ListAccountsForParentCommand)
    .callsFake(({ ParentId, NextToken }) =>
      NextToken ? { Accounts: tree[ParentId]?.accounts ?? [] } : { Accounts: [], NextToken: 'more' },
    )
  mock
    .on(ListOrganizationalUnitsForParentCommand)
    .callsFake(({ ParentId, NextToken }) =>
      NextToken ? { OrganizationalUnits: (tree[ParentId]?.units ?? []).map((Id) => ({ Id })) } : { NextToken: 'more' },
    )
})

describe('the accounts of a ring', () => {
  it('are those that it lists, in order, and nobody is asked', async () => {
    expect(await asked({ accounts: ['222222222222', '111111111111'] })).toEqual(['111111111111', '222222222222'])
    expect(mock.calls()).toEqual([])
  })

  it('are the active ones below its units, each once, without the build account', async () => {
    const accounts = await asked({ accounts: ['200000000000'], organizationalUnits: [root, 'ou-team'] })
    expect(accounts).toEqual(['100000000000', '200000000000', '300000000000'])
  })

  it('leave out the exceptions', async () => {
    expect(await asked({ organizationalUnits: [root], except: ['200000000000'] })).toEqual([
      '100000000000',
      '300000000000',
    ])
  })

  it('are all active ones of the organization', async () => {
    const page = { Accounts: [account('300000000000'), account('400000000000', 'CLOSED')], NextToken: 'b' }
    mock.on(ListAccountsCommand).resolves({ Accounts: [account('100000000000')] } as never)
    mock.on(ListAccountsCommand, { NextToken: undefined }).resolves(page as never)
    expect(await asked({ organization: 'o-exampleorgid' })).toEqual(['100000000000', '300000000000'])
  })

  it('are none of an organization that the fleet does not name', async () => {
    const strange = account('300000000000', 'ACTIVE', 'o-otherorganization')
    mock.on(ListAccountsCommand).resolves({ Accounts: [strange] } as never)
    await expect(asked({ organization: 'o-exampleorgid' })).rejects.toMatchObject({
      name: 'OrganizationUnreadable',
      message: expect.stringContaining('is no account of o-exampleorgid'),
    })
  })

  it.each([
    ['AccessDeniedException', 'OrganizationUnreadable'],
    ['ParentNotFoundException', 'OrganizationUnreadable'],
    ['AWSOrganizationsNotInUseException', 'OrganizationUnreadable'],
    ['TooManyRequestsException', 'TooManyRequestsException'],
  ])('are unknown after %s: %s', async (name, expected) => {
    mock.on(ListAccountsForParentCommand).rejects(Object.assign(new Error('no'), { name }))
    await expect(asked({ organizationalUnits: [root] })).rejects.toMatchObject({ name: expected })
  })
})
