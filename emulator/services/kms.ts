import type { DescribeKeyRequest, GetKeyPolicyRequest } from '@aws-sdk/client-kms'
import { AwsError, type Context, type PermissionsOf, type Service } from './types.ts'

export interface Key {
  arn: string
  enabled: boolean
  /** As deployed. It is kept, and decides nothing here. */
  policy: { Statement: Record<string, unknown>[] }
}

/** Keys as an operator looks at them: nothing is encrypted here. */
export class Kms implements Service {
  readonly #keys = new Map<string, Key>()
  /** ARNs of keys by those of their aliases. */
  readonly #aliases = new Map<string, string>()

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
    return this.#keys.get(this.#aliases.get(arn) ?? arn)
  }

  readonly permissions: Record<string, PermissionsOf> = Object.fromEntries(
    ['DescribeKey', 'GetKeyPolicy'].map((name) => [
      name,
      ({ KeyId = '' }: DescribeKeyRequest, context: Context) => [
        { action: `kms:${name}`, resource: this.key(arnOf(KeyId, context))?.arn ?? arnOf(KeyId, context) },
      ],
    ]),
  )

  readonly operations = {
    DescribeKey: ({ KeyId = '' }: DescribeKeyRequest, context: Context) => {
      const { arn, enabled } = this.#existing(KeyId, context)
      const [, , , , account, resource = ''] = arn.split(':')
      return {
        KeyMetadata: {
          KeyId: resource.slice('key/'.length),
          Arn: arn,
          AWSAccountId: account,
          Enabled: enabled,
          KeyState: enabled ? 'Enabled' : 'Disabled',
          KeyUsage: 'ENCRYPT_DECRYPT',
        },
      }
    },

    GetKeyPolicy: ({ KeyId = '' }: GetKeyPolicyRequest, context: Context) => ({
      Policy: JSON.stringify(this.#existing(KeyId, context).policy),
      PolicyName: 'default',
    }),
  }

  #existing(id: string, context: Context): Key {
    const arn = arnOf(id, context)
    const key = this.key(arn)
    if (!key) throw new AwsError('NotFoundException', `Key '${arn}' does not exist`)
    return key
  }
}

const arnOf = (id: string, { account, region }: Context) => {
  if (id.startsWith('arn:')) return id
  return `arn:aws:kms:${region}:${account}:${id.startsWith('alias/') ? id : `key/${id}`}`
}
