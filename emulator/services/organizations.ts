import type { AccountState } from '@aws-sdk/client-organizations'
import { pageOf } from './support.ts'
import type { ServiceDeps } from './types.ts'
import { AwsError, type Context, type Permission, type PermissionsOf, type Service } from './types.ts'

/** What there is of an organization. A parent is the root's id or a unit's. */
export interface NewOrganization {
  /** `o-…` */
  id: string
  /** The management account: the organization's ARNs carry it. */
  management: string
  /** `r-…` */
  root: string
  units: { id: string; parent: string; name?: string }[]
  accounts: { id: string; parent: string; name?: string; state?: AccountState }[]
  /** Member accounts that may ask as the management account does: delegated administrators. */
  delegated?: string[]
}

interface Listing {
  MaxResults?: number
  NextToken?: string
}

/** The one organization that all accounts of a world may belong to. */
export class Organizations implements Service {
  readonly #deps: ServiceDeps
  #organization: NewOrganization | undefined

  constructor(deps: ServiceDeps) {
    this.#deps = deps
  }

  set(organization: NewOrganization): void {
    this.#organization = organization
  }

  /** ARNs of the organization and of every unit that an account is below; none for a stranger. */
  above(account: string): string[] {
    const found = this.#organization?.accounts.find(({ id }) => id === account)
    if (!found) return []
    const units: string[] = []
    for (let unit = this.#unit(found.parent); unit; unit = this.#unit(unit.parent)) units.push(this.#arn('ou', unit.id))
    return [...units, this.#arn('organization')]
  }

  /**
   * `o-…/r-…/ou-…/`, for aws:PrincipalOrgPaths; undefined for a stranger.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
   */
  pathOf(account: string): string | undefined {
    const { id, root, accounts = [] } = this.#organization ?? {}
    const found = accounts.find((each) => each.id === account)
    if (!found) return undefined
    const units: string[] = []
    for (let unit = this.#unit(found.parent); unit; unit = this.#unit(unit.parent)) units.unshift(unit.id)
    return [id, root, ...units, ''].join('/')
  }

  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
  readonly permissions: Record<string, PermissionsOf> = {
    ListAccountsForParent: ({ ParentId }) => this.#ofParent('ListAccountsForParent', ParentId),
    ListOrganizationalUnitsForParent: ({ ParentId }) => this.#ofParent('ListOrganizationalUnitsForParent', ParentId),
  }

  readonly operations = {
    // Every member account may ask this.
    DescribeOrganization: (_input: unknown, { account }: Context) => {
      const { id, management, accounts } = this.#existing()
      if (account !== management && !accounts.some((each) => each.id === account)) throw notInUse()
      return {
        Organization: {
          Id: id,
          Arn: this.#arn('organization'),
          FeatureSet: 'ALL',
          MasterAccountId: management,
          MasterAccountArn: this.#arn('account', management),
          MasterAccountEmail: email(management),
        },
      }
    },

    ListRoots: (input: Listing, context: Context) => {
      const { root } = this.#open(context)
      const roots = [{ Id: root, Arn: this.#arn('root', root), Name: 'Root', PolicyTypes: [] }]
      return this.#page('Roots', roots, input)
    },

    ListAccounts: (input: Listing, context: Context) =>
      this.#page('Accounts', this.#open(context).accounts.map(this.#account), input),

    ListAccountsForParent: (input: Listing & { ParentId: string }, context: Context) => {
      const { accounts } = this.#open(context)
      const { id } = this.#parent(input.ParentId)
      return this.#page('Accounts', accounts.filter(({ parent }) => parent === id).map(this.#account), input)
    },

    ListOrganizationalUnitsForParent: (input: Listing & { ParentId: string }, context: Context) => {
      const { units } = this.#open(context)
      const { id } = this.#parent(input.ParentId)
      const below = units.filter(({ parent }) => parent === id)
      const reported = below.map((unit) => ({
        Id: unit.id,
        Arn: this.#arn('ou', unit.id),
        Name: unit.name ?? unit.id,
      }))
      return this.#page('OrganizationalUnits', reported, input)
    },
  }

  /** Without the Status of an account, which was retired on 9 September 2026 in favour of its State. */
  readonly #account = ({ id, name, state = 'ACTIVE' }: NewOrganization['accounts'][number]) => ({
    Id: id,
    Arn: this.#arn('account', id),
    Email: email(id),
    Name: name ?? `account ${id}`,
    State: state,
    JoinedMethod: 'CREATED',
    JoinedTimestamp: new Date('2024-01-01T00:00:00Z'),
  })

  #existing(): NewOrganization {
    if (!this.#organization) throw notInUse()
    return this.#organization
  }

  /** For the management account and delegated administrators only. */
  #open({ account }: Context): NewOrganization {
    const organization = this.#existing()
    const { management, delegated = [] } = organization
    if (account === management || delegated.includes(account)) return organization
    throw new AwsError(
      'AccessDeniedException',
      "You don't have permissions to access this resource: only the management account and delegated administrators have.",
    )
  }

  #unit(id: string) {
    return this.#organization?.units.find((unit) => unit.id === id)
  }

  #parent(id: string): { id: string } {
    const found = id === this.#existing().root ? { id } : this.#unit(id)
    if (!found)
      throw new AwsError(
        'ParentNotFoundException',
        `You specified a parent that doesn't exist in this organization: ${id}.`,
      )
    return found
  }

  #ofParent(action: string, parent: string): Permission[] {
    const resource = this.#arn(parent.startsWith('r-') ? 'root' : 'ou', parent)
    return [{ action: `organizations:${action}`, resource }]
  }

  #arn(kind: string, id?: string): string {
    const { id: organization = '', management = '' } = this.#organization ?? {}
    return `arn:aws:organizations::${management}:${[kind, organization, id].filter(Boolean).join('/')}`
  }

  /**
   * "These operations can occasionally return an empty set of results even when more results are available":
   * a page that chance leaves empty has a token for the same place.
   * https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html
   */
  #page<K extends string>(member: K, all: object[], input: Listing) {
    const { MaxResults: size, NextToken: given } = input
    const again = given?.startsWith('again/') ? given.slice('again/'.length) : undefined
    const chance = this.#deps.random.fork(`organizations/${member}/${all.length}/${given}`)
    if (again === undefined && chance.next() < 0.25) return { [member]: [], NextToken: `again/${given ?? ''}` }
    const token = (again ?? given) || undefined
    const { items, next } = pageOf(all, { size, token, most: 20, invalidToken: 'InvalidInputException' })
    return { [member]: items, ...(next === undefined ? {} : { NextToken: next }) }
  }
}

const email = (account: string) => `aws+${account}@example.com`
const notInUse = () =>
  new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.')
