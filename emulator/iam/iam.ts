import type { Random } from '../random.ts'
import { AwsError, type Permission, type Principal } from '../services/types.ts'
import {
  type ConditionContext,
  type Decision,
  evaluate,
  listOf,
  type PolicyDocument,
  type Statement,
} from './policy.ts'
import { naming } from './resource-policy.ts'

export interface Role {
  account: string
  logicalId: string
  name: string
  arn: string
  trust: PolicyDocument
  policies: PolicyDocument[]
  /** Managed policies that it has as well, by ARN: nothing else of them is known here. */
  attached?: string[]
}

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

/** A resource that says by a policy of its own who may use it. */
export interface PolicedResource {
  account: string
  policy: PolicyDocument
}

/** The roles of all accounts, who is who, and who may do what. */
export class Iam {
  readonly #roles = new Map<string, Role>()
  readonly #principals = new Map<string, Principal>()
  readonly #used = new Set<string>()
  readonly #closed = new Set<string>()
  readonly #random: Random
  readonly #build: { account: string; organization?: string | undefined }
  /** `o-…/r-…/ou-…/`: where an account is in the organization. Set by the emulator. */
  orgPathOf: (account: string) => string | undefined = () => undefined

  constructor(random: Random, build: { account: string; organization?: string | undefined }) {
    this.#random = random
    this.#build = build
  }

  addRole(role: Role): void {
    this.#roles.set(role.arn, role)
  }

  role(arn: string): Role | undefined {
    return this.#roles.get(arn)
  }

  /** The role of that name in an account, whatever its path: names are unique. */
  roleNamed(account: string, name: string): Role | undefined {
    return [...this.#roles.values()].find((role) => role.account === account && role.name === name)
  }

  removeRole(arn: string): void {
    this.#roles.delete(arn)
  }

  /** The principal that calls as a role. Throws an Error for a role that no template gave. */
  principalOf(roleArn: string, session: string): Principal {
    const role = this.#roles.get(roleArn)
    if (!role) throw new Error(`no role ${roleArn}`)
    const [, partition, , , account] = roleArn.split(':')
    const arn = `arn:${partition}:sts::${account}:assumed-role/${role.name}/${session}`
    return { kind: 'role', account: role.account, role: role.logicalId, roleArn, arn, session }
  }

  operator(account = this.#build.account): Principal {
    return {
      kind: 'operator',
      account,
      role: '',
      roleArn: '',
      arn: `arn:aws:iam::${account}:user/operator`,
      session: 'operator',
    }
  }

  /** Credentials whose requests are the principal's: the same ones each time. */
  credentialsFor(principal: Principal): Credentials {
    const secret = this.#random.fork(`credentials/${principal.kind}/${principal.account}/${principal.arn}`)
    const accessKeyId = `ASIA${secret.hex(16).toUpperCase()}`
    this.#principals.set(accessKeyId, principal)
    return { accessKeyId, secretAccessKey: secret.hex(40), sessionToken: secret.hex(64) }
  }

  /** A key that is an account number is that account's operator; one that is unknown, the build account's. */
  principalFor(accessKeyId: string): Principal {
    return this.#principals.get(accessKeyId) ?? this.operator(accessKeyId.match(/^\d{12}$/)?.[0])
  }

  /**
   * Refuses what no policy of the principal's role allows, in AWS's words.
   * @throws AwsError AccessDenied (a service names it as its own model does)
   */
  authorize(principal: Principal, permission: Permission, region: string): void {
    const decision = this.#byIdentity(principal, permission, region)
    if (decision !== 'allowed') throw accessDenied(principal, permission, whyNot(decision, 'identity', permission))
  }

  /**
   * The same for a resource with a policy of its own. In its own account that policy lets in whom it names, and leaves it to
   * IAM where it names the account; from any other account a caller needs both policies.
   * https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
   * @throws AwsError AccessDenied
   */
  authorizeOn(resource: PolicedResource, principal: Principal, permission: Permission, region: string): void {
    const request = {
      action: permission.action,
      context: { ...this.#globalKeys(principal, region), ...permission.context },
    }
    const by = (whom: 'caller' | 'account') => {
      const document = { Statement: naming(resource.policy, { arns: this.#arnsOf(principal), ...principal }, whom) }
      return evaluate([document], request).outcome
    }
    const [own, delegated] = [by('caller'), by('account')]
    const refusal = (decision: Refusal, kind: 'identity' | 'resource') =>
      accessDenied(principal, permission, whyNot(decision, kind, permission))
    if (own === 'denied' || delegated === 'denied') throw refusal('denied', 'resource')
    const letIn = own === 'allowed' || delegated === 'allowed'
    const identity = this.#byIdentity(principal, permission, region)
    if (identity === 'denied') throw refusal('denied', 'identity')
    if (!letIn) throw refusal('not allowed', 'resource')
    const isOwn = resource.account === principal.account
    if (identity !== 'allowed' && !(isOwn && own === 'allowed')) throw refusal('not allowed', 'identity')
  }

  /** What the policies of the caller's role say; people at the command line may do everything. */
  #byIdentity(principal: Principal, permission: Permission, region: string): Decision['outcome'] {
    if (principal.kind === 'operator') return 'allowed'
    const role = this.#roleOf(principal)
    const decision = evaluate(role.policies, {
      action: permission.action,
      resource: permission.resource,
      context: { ...this.#globalKeys(principal, region), ...permission.context },
    })
    if (decision.outcome === 'allowed') this.#used.add(usage(role, decision.pattern))
    return decision.outcome
  }

  /** The same as a question. */
  allows(principal: Principal, permission: Permission, region: string): boolean {
    try {
      this.authorize(principal, permission, region)
      return true
    } catch (error) {
      if (error instanceof AwsError) return false
      throw error
    }
  }

  /**
   * The principal that a role becomes through sts:AssumeRole: the caller needs the permission, and the
   * role's trust policy must name the caller (its account, its role, or everybody) with its conditions met.
   */
  assume(caller: Principal, roleArn: string, session: string, o: { externalId?: string; region: string }): Principal {
    const permission = { action: 'sts:AssumeRole', resource: roleArn }
    const context = o.externalId === undefined ? {} : { 'sts:ExternalId': o.externalId }
    this.authorize(caller, { ...permission, context }, o.region)
    const role = this.#roles.get(roleArn)
    // AWS does not tell a role that does not exist from one that does not trust.
    if (!role || this.#closed.has(role.account)) throw accessDenied(caller, permission)
    if (caller.kind === 'operator') return this.principalOf(roleArn, session)
    const keys = { ...this.#globalKeys(caller, o.region), ...context }
    const trusted = this.#trusts(role, keys, 'sts:AssumeRole', (named) => this.#names(named, caller))
    if (!trusted) throw accessDenied(caller, permission)
    return this.principalOf(roleArn, session)
  }

  /** From now on no role of the account lets anybody in, whatever its trust policy says, until it admits them again. */
  refuse(account: string): void {
    this.#closed.add(account)
  }

  admit(account: string): void {
    this.#closed.delete(account)
  }

  /** Whether a service, such as imagebuilder.amazonaws.com, may take on the role. */
  trustsService(roleArn: string, service: string): boolean {
    const role = this.#roles.get(roleArn)
    return (
      role !== undefined && this.#trusts(role, {}, 'sts:AssumeRole', (named) => listOf(named.Service).includes(service))
    )
  }

  /** What the roles that made calls were allowed and never used, for the services in `prefixes`. */
  unusedPermissions(prefixes: string[]): string[] {
    const active = new Set([...this.#used].map((each) => each.split(' ')[0]))
    const unused = [...this.#roles.values()]
      .filter((role) => active.has(role.logicalId))
      .flatMap((role) =>
        allowedActions(role)
          .filter((action) => prefixes.includes(action.split(':')[0] ?? ''))
          .filter((action) => !this.#used.has(usage(role, action)))
          .map((action) => `${role.logicalId}: ${action}`),
      )
    return [...new Set(unused)].sort()
  }

  #roleOf(principal: Principal): Role {
    const role = this.#roles.get(principal.roleArn)
    if (!role) throw new Error(`no role ${principal.roleArn}`)
    return role
  }

  #trusts(
    role: Role,
    context: ConditionContext,
    action: string,
    names: (named: Record<string, string | string[]>) => boolean,
  ) {
    const statements = listOf(role.trust.Statement).filter(({ Principal: named }) =>
      named === '*' ? true : named !== undefined && names(named),
    )
    return evaluate([{ Statement: statements }], { action, resource: role.arn, context }).outcome === 'allowed'
  }

  #names(named: Record<string, string | string[]>, caller: Principal): boolean {
    const statement = { Effect: 'Allow', Principal: named } as const
    const who = { arns: this.#arnsOf(caller), ...caller }
    return (['caller', 'account'] as const).some((whom) => naming({ Statement: statement }, who, whom).length > 0)
  }

  /** The ARNs that a policy may name a caller by: its own, and its role's. */
  #arnsOf({ arn, roleArn }: Principal): string[] {
    return roleArn ? [arn, roleArn] : [arn]
  }

  #globalKeys(principal: Principal, region: string): ConditionContext {
    const organization = this.#build.organization
    const path = this.orgPathOf(principal.account)
    return {
      'aws:PrincipalArn': principal.roleArn || principal.arn,
      'aws:PrincipalAccount': principal.account,
      'aws:RequestedRegion': region,
      'aws:SecureTransport': 'true',
      'aws:PrincipalType': principal.kind === 'role' ? 'AssumedRole' : 'User',
      ...(organization === undefined ? {} : { 'aws:PrincipalOrgID': organization }),
      ...(path === undefined ? {} : { 'aws:PrincipalOrgPaths': [path] }),
    }
  }
}

type Refusal = Exclude<Decision['outcome'], 'allowed'>

const whyNot = (decision: Refusal, kind: 'identity' | 'resource', { action }: Permission) =>
  decision === 'denied'
    ? `with an explicit deny in ${kind === 'identity' ? 'an identity' : 'a resource'}-based policy`
    : `because no ${kind}-based policy allows the ${action} action`

/** A role that a template makes in many accounts is one: what is used in one of them is needed. */
const usage = ({ logicalId }: Role, pattern: string) => `${logicalId} ${pattern}`

const allowedActions = (role: Role): string[] =>
  role.policies
    .flatMap((policy) => listOf<Statement>(policy.Statement))
    .filter((statement) => statement.Effect === 'Allow')
    .flatMap((statement) => listOf(statement.Action))

function accessDenied(principal: Principal, { action, resource }: Permission, why?: string): AwsError {
  const refused = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource ?? '*'}`
  return new AwsError('AccessDenied', why ? `${refused} ${why}` : refused, 403)
}
