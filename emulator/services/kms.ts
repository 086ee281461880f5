import type {
  CreateGrantRequest,
  DescribeKeyRequest,
  GetKeyPolicyRequest,
  GrantOperation,
  ListGrantsRequest,
} from '@aws-sdk/client-kms'
import type { Iam } from '../iam/iam.ts'
import type { PolicyDocument } from '../iam/policy.ts'
import type { Random } from '../random.ts'
import { pageOf } from './support.ts'
import { AwsError, type Context, type Permission, type PermissionsOf, type Principal, type Service } from './types.ts'

export interface Key {
  arn: string
  enabled: boolean
  /** As deployed. */
  policy: PolicyDocument
  /** AWS makes, owns and manages it: its policy never changes, and lets in nobody of another account. */
  managed?: boolean
}

/** What a principal may do with a key, whatever any policy says. */
interface Grant {
  id: string
  name: string | undefined
  /** An ARN. */
  grantee: string
  operations: GrantOperation[]
  /** The account that made it. */
  issuer: string
}

interface Place {
  account: string
  region: string
}

/** Services that AWS manages a key for, and the names that they call KMS by. */
const managedFor: Record<string, string> = { ebs: 'ec2', sns: 'sns', ssm: 'ssm', secretsmanager: 'secretsmanager' }

/** Keys, their policies and their grants. Nothing is encrypted: each use of a key is allowed or refused. */
export class Kms implements Service {
  readonly #keys = new Map<string, Key>()
  /** ARNs of keys by those of their aliases. */
  readonly #aliases = new Map<string, string>()
  readonly #grants = new Map<string, Grant[]>()
  readonly #random: Random
  readonly #iam: Iam

  constructor(random: Random, iam: Iam) {
    this.#random = random
    this.#iam = iam
  }

  addKey(key: Key): void {
    this.#keys.set(key.arn, key)
  }

  addAlias(alias: string, key: string): void {
    this.#aliases.set(alias, key)
  }

  removeKey(arn: string): void {
    this.#keys.delete(arn)
  }

  removeAlias(alias: string): void {
    this.#aliases.delete(alias)
  }

  /** A key by the ARN of it or of its alias, as it is kept: it may be changed. */
  key(arn: string): Key | undefined {
    return this.#keys.get(this.#aliases.get(arn) ?? arn) ?? this.#managed(arn)
  }

  /** A key by its id, alias or ARN, as an account says it in a region. */
  named(id: string, place: Place): Key | undefined {
    return this.key(arnOf(id, place))
  }

  /** Ends a grant, as an administrator of the key does. */
  revokeGrants(key: string, grantee: string): void {
    this.#grants.set(
      key,
      this.#grantsOf(key).filter((grant) => grant.grantee !== grantee),
    )
  }

  /**
   * Refuses a use of a key that neither a grant nor the policies allow.
   * @param region where the caller calls
   * @throws AwsError AccessDenied, DisabledException. A key that is not there is refused by the operation
   */
  authorize(principal: Principal, permission: Permission & { resource: string }, region: string): void {
    const key = this.key(permission.resource)
    if (!key) this.#iam.authorize(principal, permission, region)
    else if (!this.#isGranted(key, principal, permission.action)) this.#askPolicies(key, principal, permission, region)
    if (key) this.#mustBeEnabled(key, permission.action)
  }

  #askPolicies(key: Key, principal: Principal, permission: Permission, region: string): void {
    const account = key.arn.split(':')[4] ?? ''
    const aliases = [...this.#aliases].flatMap(([alias, of]) => (of === key.arn ? (alias.split(':')[5] ?? []) : []))
    const context = {
      'kms:CallerAccount': principal.account,
      'kms:ResourceAliases': aliases,
      ...permission.context,
    }
    const asked = { ...permission, resource: key.arn, context }
    this.#iam.authorizeOn({ account, policy: key.policy }, principal, asked, region)
  }

  readonly permissions: Record<string, PermissionsOf> = {
    DescribeKey: ({ KeyId = '' }: DescribeKeyRequest, context) => [this.#on('DescribeKey', KeyId, context)],
    GetKeyPolicy: ({ KeyId = '' }: GetKeyPolicyRequest, context) => [this.#on('GetKeyPolicy', KeyId, context)],
    ListGrants: ({ KeyId = '' }: ListGrantsRequest, context) => [
      this.#on('ListGrants', KeyId, context, { 'kms:GrantIsForAWSResource': 'false' }),
    ],
    CreateGrant: ({ KeyId = '', GranteePrincipal = '', Operations = [] }: CreateGrantRequest, context) => [
      this.#on('CreateGrant', KeyId, context, {
        'kms:GrantIsForAWSResource': 'false',
        'kms:GrantOperations': Operations,
        'kms:GranteePrincipal': GranteePrincipal,
      }),
    ],
  }

  readonly operations = {
    DescribeKey: ({ KeyId = '' }: DescribeKeyRequest, context: Context) => {
      const { arn, enabled, managed = false } = this.#existing(KeyId, context)
      const [, , , , account, resource = ''] = arn.split(':')
      return {
        KeyMetadata: {
          KeyId: resource.slice('key/'.length),
          Arn: arn,
          AWSAccountId: account,
          Enabled: enabled,
          KeyManager: managed ? 'AWS' : 'CUSTOMER',
          KeyState: enabled ? 'Enabled' : 'Disabled',
          KeyUsage: 'ENCRYPT_DECRYPT',
        },
      }
    },

    GetKeyPolicy: ({ KeyId = '' }: GetKeyPolicyRequest, context: Context) => ({
      Policy: JSON.stringify(this.#existing(KeyId, context).policy),
      PolicyName: 'default',
    }),

    // https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
    CreateGrant: (input: CreateGrantRequest, context: Context) => {
      const { Name: name, GranteePrincipal: grantee = '', Operations: operations = [], Constraints, ...rest } = input
      const { KeyId = '' } = rest
      // "Specify the key ID or key ARN": an alias will not do.
      if (KeyId.includes('alias/')) throw new AwsError('InvalidArnException', `Invalid keyId '${KeyId}'`)
      const key = this.#existing(KeyId, context)
      if (!this.#isThere(grantee)) throw new AwsError('InvalidArnException', `Invalid arn: ${grantee}`)
      const grants = this.#grantsOf(key.arn)
      // With a name, "if the grant already exists, the original GrantId is returned without creating a new grant".
      const same = grants.find(
        (grant) =>
          name !== undefined && grant.name === name && identityOf(grant) === identityOf({ grantee, operations }),
      )
      const id = same?.id ?? this.#random.fork(`grant/${key.arn}/${grants.length}`).hex(64)
      if (!same)
        this.#grants.set(key.arn, [...grants, { id, name, grantee, operations, issuer: context.principal.account }])
      return { GrantId: id, GrantToken: Buffer.from(`${id}/${context.requestId}`).toString('base64') }
    },

    ListGrants: ({ KeyId = '', GranteePrincipal, Limit, Marker }: ListGrantsRequest, context: Context) => {
      const key = this.#existing(KeyId, context)
      const found = this.#grantsOf(key.arn).filter(
        ({ grantee }) => GranteePrincipal === undefined || grantee === GranteePrincipal,
      )
      const { items, next } = pageOf(found, {
        size: Limit ?? 50,
        token: Marker,
        most: 100,
        invalidToken: 'InvalidMarkerException',
      })
      return {
        Grants: items.map(({ id, name, grantee, operations, issuer }) => ({
          KeyId: key.arn,
          GrantId: id,
          Name: name,
          GranteePrincipal: grantee,
          IssuingAccount: `arn:aws:iam::${issuer}:root`,
          Operations: operations,
        })),
        Truncated: next !== undefined,
        ...(next === undefined ? {} : { NextMarker: next }),
      }
    },
  }

  #on(name: string, id: string, context: Context, keys: Permission['context'] = {}): Permission {
    const arn = arnOf(id, context)
    return { action: `kms:${name}`, resource: this.key(arn)?.arn ?? arn, context: keys }
  }

  #existing(id: string, context: Context): Key {
    const arn = arnOf(id, context)
    const key = this.key(arn)
    if (!key) throw new AwsError('NotFoundException', `Key '${arn}' does not exist`)
    return key
  }

  #grantsOf(key: string): Grant[] {
    return this.#grants.get(key) ?? []
  }

  #isGranted({ arn }: Key, { roleArn, arn: own }: Principal, action: string): boolean {
    return this.#grantsOf(arn).some(
      ({ grantee, operations }) =>
        (grantee === roleArn || grantee === own) && operations.some((operation) => action === `kms:${operation}`),
    )
  }

  /** A grantee must exist: a role that nobody has made yet is none. */
  #isThere(arn: string): boolean {
    return !arn.includes(':role/') || this.#iam.role(arn) !== undefined
  }

  /** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
  #mustBeEnabled({ arn, enabled }: Key, action: string): void {
    if (!enabled && !/^kms:(Describe|Get|List|RevokeGrant)/.test(action))
      throw new AwsError('DisabledException', `${arn} is disabled.`)
  }

  /**
   * `alias/aws/ebs` and its like: there as soon as somebody needs it. Every user of the service in the account may use it,
   * through that service only.
   * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
   */
  #managed(alias: string): Key | undefined {
    const [, region = '', account = '', service = ''] =
      alias.match(/^arn:aws:kms:([^:]+):(\d+):alias\/aws\/(\w+)$/) ?? []
    const through = managedFor[service]
    if (!through) return undefined
    const arn = `arn:aws:kms:${region}:${account}:key/${this.#random.fork(alias).uuid()}`
    const condition = {
      StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `${through}.${region}.amazonaws.com` },
    }
    const use = [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:CreateGrant',
      'kms:DescribeKey',
    ]
    const key: Key = {
      arn,
      enabled: true,
      managed: true,
      policy: {
        Statement: [
          { Effect: 'Allow', Principal: { AWS: '*' }, Action: use, Resource: '*', Condition: condition },
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${account}:root` },
            Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
            Resource: '*',
          },
        ],
      },
    }
    this.addKey(key)
    this.addAlias(alias, arn)
    return key
  }
}

const identityOf = ({ grantee, operations }: Pick<Grant, 'grantee' | 'operations'>) =>
  JSON.stringify([grantee, [...operations].sort()])

const arnOf = (id: string, { account, region }: Place) => {
  if (id.startsWith('arn:')) return id
  return `arn:aws:kms:${region}:${account}:${id.startsWith('alias/') ? id : `key/${id}`}`
}

/** Uses of a key that EC2 makes of it for a caller: for volumes, snapshots and copies of them. */
export const usesThroughEc2 = (
  key: string,
  region: string,
  actions: readonly string[],
): (Permission & { resource: string })[] =>
  actions.map((action) => ({
    action: `kms:${action}`,
    resource: key,
    context: {
      'kms:ViaService': `ec2.${region}.amazonaws.com`,
      ...(/Grant/.test(action) && { 'kms:GrantIsForAWSResource': 'true' }),
    },
  }))
